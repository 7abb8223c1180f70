// The count job: how many records of each source are selected, or whether any is (-c, --total, -l,
// -L, -q).
//
// Partial: how many records of the chunk are selected in text, and how many in binary data, varints;
// the second one times two, plus 1 if the chunk is binary from somewhere on.
#ifndef BIGSCAN_JOBS_COUNT_H_
#define BIGSCAN_JOBS_COUNT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobs/colors.h"
#include "jobs/job.h"

namespace bigscan {

struct CountOptions {
  enum class Print {
    kCount,             // of each source
    kTotal,             // of all sources
    kNamesWithMatches,  // of sources
    kNamesWithoutMatch,
    kNothing,  // the first selected record decides all
  };
  Print print = Print::kCount;
  std::optional<uint64_t> max_count = {};  // count no further in each source
  BinaryData binary = BinaryData::kHide;
  bool null_after_name = false;
  Colors colors = {};
};

class CountJob : public Job {
 public:
  explicit CountJob(const CountOptions& options);

  void StartChunk(uint64_t begin, Partial* partial) override;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override;
  void EndChunk(Partial* partial) override;

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* output) override;
  void EndSource(const SourceInfo& source) override;
  void EndScan() override;
  void SaveSource(snapshot::Source* state) const override;
  bool LoadSource(const snapshot::Source& state) override;
  // Of what is printed in the end, the line that is being counted; names are told by other means.
  std::vector<std::string> Preview(size_t most_lines) const override;
  bool SourceDecided() const override;
  bool AllDecided() const override;
  uint64_t selected() const override { return selected_in_all_ + in_source_; }

 private:
  const CountOptions options_;
  const uint64_t enough_;  // selected records of a source

  // Worker, for one chunk.
  uint64_t in_chunk_ = 0;  // selected
  uint64_t in_binary_ = 0;
  bool binary_ = false;

  // Coordinator.
  uint64_t in_source_ = 0;
  bool void_ = false;  // nothing counts in this source
  uint64_t selected_in_all_ = 0;
  std::string lines_;  // not yet written
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_COUNT_H_
