// The worker's side of a scan: has the records of a chunk scanned, and the jobs make of what is
// selected their partial results.
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
#include "ipc/packed_file.h"
#include "ipc/stream_decoder.h"
#include "ipc/worker.h"
#include "jobs/job.h"
#include "lib/block_splitter.h"
#include "lib/chunk.h"
#include "lib/mapped_records.h"
#include "lib/record_scanner.h"
#include "lib/scan_plan.h"
#include "lib/time_filter.h"

namespace bigscan {

// Task::how: how a worker reads a file.
enum class ReadHow : uint32_t {
  kMap,
  kDecode,   // the whole of it
  kSegment,  // a segment at a time: see segments.h
};

class JobMapper : public ChunkMapper {
 public:
  using Jobs = std::vector<std::unique_ptr<Job>>;

  // All must outlive the mapper. Made before the fork, so that running out of memory shows early.
  struct Settings {
    const DecoderFactory* decoders;  // for sources to be decoded
    uint64_t most_record_bytes;      // of a record in such a source
    TimeFilter* filter = nullptr;    // what else a record has to pass, if anything
  };
  static absl::StatusOr<std::unique_ptr<JobMapper>> Create(const Options& options,
                                                           const ScanPlan& plan, const Jobs& jobs,
                                                           const Settings& settings);

  void Map(const Task& task, int fd, absl::string_view block, SendPart send_part,
           std::string* result) override;
  void MapPack(std::span<const PackedFile> files, SendPart send_part, std::string* result) override;
  uint64_t MostResultBytes() const override;

 private:
  class ResultWriter;

  JobMapper(const Options& options, const Jobs& jobs, const Settings& settings,
            std::unique_ptr<RecordScanner> scanner)
      : options_(options), jobs_(jobs), settings_(settings), scanner_(std::move(scanner)) {}

  void MapRange(const Task& task, int fd, ResultWriter* writer, std::string* result);
  void MapDecoded(ByteRange file, int fd, ResultWriter* writer);
  void MapSegment(const Task& task, int fd, ResultWriter* writer);
  bool ScanDecoded(DecodedRecords* records, ResultWriter* writer);
  // What a piece of a source is: where its records are, and whether the coordinator has them, too.
  struct Piece {
    ChunkRecords records;
    ByteRange range;
    bool has_source = true;
  };
  bool ScanPiece(const Piece& piece, ResultWriter* writer);
  size_t DecidedAt(const RecordScanner::Selected& selected) const;
  std::vector<RecordFailure> Failures(uint64_t begin, size_t decided);

  const Options& options_;
  const Jobs& jobs_;
  const Settings settings_;
  const std::unique_ptr<RecordScanner> scanner_;
  FileWindow window_;
  std::string packed_;  // the bytes of a packed file
  std::string part_;    // the result of a piece
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_JOB_MAPPER_H_
