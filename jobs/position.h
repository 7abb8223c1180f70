// The position job: where the last record that counts ends, if only so many do. Prints nothing; what is
// behind that place is as if it had not been looked at, and others may go on reading there.
//
// Partial: where each of the selected records ends, of as many as may count, as varints: the distance from
// the end before, or from the beginning of the chunk.
#ifndef BIGSCAN_JOBS_POSITION_H_
#define BIGSCAN_JOBS_POSITION_H_

#include <cstdint>
#include <map>
#include <optional>

#include "jobs/job.h"

namespace bigscan {

class PositionJob : public Job {
 public:
  PositionJob(uint64_t max_count, char delimiter) : max_count_(max_count), delimiter_(delimiter) {}

  void StartChunk(uint64_t begin, Partial* partial) override;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override;
  void EndChunk(Partial* /*partial*/) override {}

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* /*output*/) override { return false; }
  void EndSource(const SourceInfo& source) override;
  // Others decide when that is known.
  bool SourceDecided() const override { return true; }
  bool AllDecided() const override { return true; }
  uint64_t selected() const override { return 0; }

  // Of the current source, as far as it has been merged: where the last record ends that counts, in bytes,
  // if there have been so many.
  std::optional<uint64_t> end() const {
    return in_source_ == max_count_ ? std::optional<uint64_t>(last_end_) : std::nullopt;
  }
  // By the id of a source that has ended, and has so many selected records: where the last of these ends,
  // in bytes.
  const std::map<uint32_t, uint64_t>& ends() const { return ends_; }

 private:
  const uint64_t max_count_;
  const char delimiter_;

  // Worker, for one chunk.
  uint64_t in_chunk_ = 0;  // selected
  uint64_t begin_ = 0;     // of the chunk
  uint64_t end_ = 0;       // of the last selected record

  // Coordinator.
  uint64_t in_source_ = 0;
  uint64_t last_end_ = 0;  // of its selected records
  uint64_t at_ = 0;        // what the next distance is counted from
  bool inside_ = false;    // the beginning of the current chunk has been merged
  std::map<uint32_t, uint64_t> ends_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_POSITION_H_
