// The tally job: how many records each pattern matches, over all sources (--tally).
//
//   partial := (pattern:varint records:varint)* end
//            | (matching:varint pattern:varint{matching})* end     with max_count
//   end     := 0:varint selected:varint binary:varint
//
// In the first form a pattern is its place plus 1. `binary` is 1 if the chunk is binary from
// somewhere on. Only with a limit it matters which records come first: then each selected one is
// told with the patterns that match it.
#ifndef BIGSCAN_JOBS_TALLY_H_
#define BIGSCAN_JOBS_TALLY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobs/job.h"

namespace bigscan {

struct TallyOptions {
  std::vector<std::string> patterns;  // their texts, in the order given
  std::optional<uint64_t> max_count =
      {};  // of the selected records of each source, only the first ones
  BinaryData binary = BinaryData::kHide;
};

// Needs a scanner that tells patterns apart.
class TallyJob : public Job {
 public:
  explicit TallyJob(const TallyOptions& options);

  void StartChunk(uint64_t begin, Partial* partial) override;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override;
  void EndChunk(Partial* partial) override;

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* output) override;
  void EndSource(const SourceInfo& source) override;
  void EndScan() override;
  absl::Status SaveState(const PutState& put) override;
  bool LoadState(const snapshot::Snapshot& piece) override;
  // Those that match most records first.
  std::vector<std::string> Preview(size_t most_lines) const override;
  bool SourceDecided() const override;
  uint64_t selected() const override { return selected_in_all_ + in_source_; }

 private:
  // Counts by pattern that are cleared more often than all patterns are met.
  class Counts {
   public:
    explicit Counts(size_t patterns) : counts_(patterns) {}
    void Add(uint64_t pattern, uint64_t records) {
      if (counts_[pattern] == 0) met_.push_back(pattern);
      counts_[pattern] += records;
    }
    const std::vector<uint64_t>& met() const { return met_; }
    uint64_t operator[](uint64_t pattern) const { return counts_[pattern]; }
    void Clear() {
      for (const uint64_t pattern : met_) counts_[pattern] = 0;
      met_.clear();
    }

   private:
    std::vector<uint64_t> counts_;
    std::vector<uint64_t> met_;
  };

  void MapLimited(const RecordScanner::Selected& selected, Partial* partial);

  const TallyOptions options_;

  // Worker, for one chunk.
  Counts in_chunk_;
  uint64_t selected_ = 0;
  bool binary_ = false;

  // Coordinator.
  Counts in_source_counts_;
  uint64_t in_source_ = 0;  // selected
  bool void_ = false;       // nothing counts in this source
  bool more_ = false;
  std::vector<uint64_t> counts_;
  uint64_t selected_in_all_ = 0;
  size_t next_line_ = SIZE_MAX;  // once all is counted: what is to be written
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_TALLY_H_
