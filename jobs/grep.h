// The grep job: prints the selected records, in order, with prefixes as grep has them.
#ifndef BIGSCAN_JOBS_GREP_H_
#define BIGSCAN_JOBS_GREP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "jobs/grep_partial.h"
#include "jobs/job.h"

namespace bigscan {

struct GrepOptions {
  bool with_path = false;             // `path:` before each record
  bool with_number = false;           // `number:` before each record, counted from 1 in each source
  std::optional<uint64_t> max_count;  // print no more records of each source
  char delimiter = '\n';
};

class GrepJob : public Job {
 public:
  explicit GrepJob(const GrepOptions& options);

  void StartChunk(uint64_t begin, std::string* partial) override;
  void Map(const RecordScanner::Selected& selected, std::string* partial) override;
  void EndChunk(std::string* partial) override;

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* output) override;
  void EndSource(const SourceInfo& source) override;
  bool SourceDecided() const override;
  uint64_t selected() const override { return selected_in_all_; }

 private:
  void MapRuns(const RecordScanner::Selected& selected, std::string* partial);
  void MapRecords(const RecordScanner::Selected& selected, std::string* partial);
  void FlushRun(std::string* partial);
  void PutSpan(const GrepPartialReader::Span& span, Output* output);
  void PutRecord(const GrepPartialReader::Span& span, Output* output);
  void PutRange(ByteRange range, Output* output);
  void FlushText(Output* output);

  const GrepOptions options_;
  const GrepLayout layout_;

  // Worker, for one chunk.
  GrepPartialWriter writer_;
  uint64_t chunk_begin_ = 0;
  uint64_t selected_ = 0;
  uint64_t records_ = 0;      // in the blocks so far; only when numbered
  uint64_t last_number_ = 0;  // of the last selected record in the chunk, from 1
  uint64_t run_begin_ = 0;    // the run that may still grow, in the source
  absl::string_view run_;

  // Coordinator, for one source.
  SourceInfo source_;
  PartialResult partial_;
  GrepPartialReader reader_;
  uint64_t base_ = 0;    // records in the source's chunks before this one
  uint64_t number_ = 0;  // of the last printed record
  uint64_t printed_ = 0;
  std::string text_;  // composed, and not yet in the output
  uint64_t selected_in_all_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GREP_H_
