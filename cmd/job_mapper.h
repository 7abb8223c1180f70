// The worker's side of a scan: has the records of a chunk scanned, once for all jobs that select the same,
// and the jobs make of what is selected their partial results.
#ifndef BIGSCAN_CMD_JOB_MAPPER_H_
#define BIGSCAN_CMD_JOB_MAPPER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/decoded_records.h"
#include "cmd/options.h"
#include "cmd/scan_job.h"
#include "ipc/packed_file.h"
#include "ipc/stream_decoder.h"
#include "ipc/worker.h"
#include "lib/block_splitter.h"
#include "lib/chunk.h"
#include "lib/mapped_records.h"
#include "lib/record_scanner.h"

namespace bigscan {

// Task::how: how a worker reads a file.
enum class ReadHow : uint32_t {
  kMap,
  kDecode,   // the whole of it
  kSegment,  // a segment at a time: see segments.h
};

class JobMapper : public ChunkMapper {
 public:
  // All must outlive the mapper, which is made before the fork, so that running out of memory shows early.
  struct Settings {
    const DecoderFactory* decoders;  // for sources to be decoded
    uint64_t most_record_bytes;      // of a record in such a source
  };
  // `options`: of what goes for all jobs. Jobs that share a plan select the same: see SelectsTheSame.
  static absl::StatusOr<std::unique_ptr<JobMapper>> Create(
      const Options& options, std::span<const std::unique_ptr<ScanJob>> jobs,
      const Settings& settings);

  void Map(const Task& task, int fd, absl::string_view block, SendPart send_part,
           std::string* result) override;
  void MapPack(std::span<const PackedFile> files, SendPart send_part, std::string* result) override;
  uint64_t MostResultBytes() const override;

 private:
  class ResultWriter;

  // What is scanned for at once, for jobs that select the same but for their filters.
  struct Pass {
    std::unique_ptr<RecordScanner> scanner;
    struct Member {
      const ScanJob* job;
      size_t first_part;  // of the job, among the parts of all
    };
    std::vector<Member> members;
  };

  JobMapper(const Options& options, const Settings& settings)
      : options_(options), settings_(settings) {}

  void MapRange(const Task& task, int fd, ResultWriter* writer, std::string* result);
  void MapDecoded(ByteRange file, uint64_t from, int fd, ResultWriter* writer);
  void MapSegment(const Task& task, int fd, ResultWriter* writer);
  bool ScanDecoded(DecodedRecords* records, ResultWriter* writer);
  // What a piece of a source is: where its records are, and whether the coordinator has them, too.
  struct Piece {
    ChunkRecords records;
    ByteRange range;
    bool has_source = true;
  };
  bool ScanPiece(const Piece& piece, ResultWriter* writer);
  bool ScanFor(const Pass& pass, const Piece& piece, std::vector<Partial>* partials,
               uint64_t* records, std::vector<RecordFailure>* failures);

  const Options& options_;
  const Settings settings_;
  std::vector<Pass> passes_;
  size_t parts_ = 0;  // of all jobs
  FileWindow window_;
  std::string packed_;  // the bytes of a packed file
  std::string part_;    // the result of a piece
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_JOB_MAPPER_H_
