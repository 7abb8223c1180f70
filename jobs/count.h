// The count job (-c, and -q with nothing to print): how many records of each source are selected.
//
// Partial: the number of selected records, a varint.
#ifndef BIGSCAN_JOBS_COUNT_H_
#define BIGSCAN_JOBS_COUNT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jobs/job.h"

namespace bigscan {

struct CountOptions {
  bool quiet = false;                 // print nothing; the first selected record decides all
  bool with_path = false;             // print `path:count`
  std::optional<uint64_t> max_count;  // count no further in each source
};

class CountJob : public Job {
 public:
  explicit CountJob(const CountOptions& options) : options_(options) {}

  void StartChunk(uint64_t begin, std::string* partial) override;
  void Map(const RecordScanner::Selected& selected, std::string* partial) override;
  void EndChunk(std::string* partial) override;

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* output) override;
  void EndSource(const SourceInfo& source) override;
  bool SourceDecided() const override;
  bool AllDecided() const override;
  uint64_t selected() const override { return selected_in_all_; }

 private:
  const CountOptions options_;
  uint64_t in_chunk_ = 0;   // worker: selected in this chunk
  uint64_t in_source_ = 0;  // coordinator: selected in this source
  uint64_t selected_in_all_ = 0;
  std::string lines_;  // not yet written
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_COUNT_H_
