// The grep job: prints the selected records, in order, and what stands around them, in some format.
#ifndef BIGSCAN_JOBS_GREP_H_
#define BIGSCAN_JOBS_GREP_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/context.h"
#include "jobs/job.h"
#include "jobs/line_partial.h"
#include "jobs/record_format.h"

namespace bigscan {

struct GrepOptions {
  ContextOptions context = {};
  // With its delimiter and color; none if empty.
  std::string group_separator = {};
  BinaryData binary = BinaryData::kHide;
  char delimiter = '\n';
  // Nothing is printed of records and sources. REQUIRES: a format that composes all its lines itself.
  bool summary_only = false;
};

class GrepJob : public Job {
 public:
  GrepJob(const GrepOptions& options, std::unique_ptr<RecordFormat> format);

  void StartChunk(uint64_t begin, Partial* partial) override;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override;
  void EndChunk(Partial* partial) override;
  std::vector<RecordFailure> TakeFailures() override { return format_->TakeFailures(); }

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* output) override;
  void EndSource(const SourceInfo& source) override;
  void EndScan() override;
  void SaveSource(snapshot::Source* state) const override;
  bool LoadSource(const snapshot::Source& state) override;
  bool HidBinaryMatch() const override { return told_binary_; }
  bool SourceDecided() const override;
  // Of the matches in what is binary, and so not printed, one for each source: there may be more.
  uint64_t selected() const override {
    return all_.selected + hidden_in_all_ + selected_in_source();
  }

 private:
  // Worker.
  // `block`: where a selected record lies.
  void Put(const RecordPicker::Picked& picked, const RecordScanner::Selected* block);
  void PutDecided(const RecordPicker::Picked& picked, const RecordScanner::Selected* block);
  void AddToRun(absl::string_view bytes, uint64_t begin);
  void FlushRun();
  RecordRef RefTo(const RecordPicker::Picked& picked, const RecordScanner::Selected* block);

  // Coordinator.
  void Take(const LineReader::Item& item, Output* output);
  void TakeRecord(const LineReader::Item& item, Output* output);
  void TakeText(const LineReader::Item& item, Output* output);
  uint64_t selected_in_source() const { return source_stats_.selected + (hid_match_ ? 1 : 0); }
  void TakeEnd(const LineReader::Item& item);
  void StartLine(bool selected, uint64_t offset);
  void PutBytes(const LineReader::Item& item, Output* output);
  void PutRange(ByteRange range, Output* output);
  void PrintHeld(Output* output);
  void DropHeld(uint64_t count);
  void FlushText(Output* output);

  const GrepOptions options_;
  const std::unique_ptr<RecordFormat> format_;
  const LineLayout layout_;
  const bool verbatim_[2];  // context and selected records

  // Worker, for one chunk.
  LineWriter writer_;
  RecordPicker picker_;
  uint64_t chunk_begin_ = 0;
  absl::string_view run_;   // adjacent records that are printed as they stand: they may still grow
  uint64_t run_begin_ = 0;  // and where they begin in the source
  uint64_t undecided_ = 0;  // selected records
  uint64_t hidden_ = 0;     // records selected in what is binary
  bool binary_ = false;
  std::vector<uint32_t> patterns_;  // that match the record being put
  size_t next_hit_ = 0;

  // Coordinator, for one source.
  ContextGate gate_;
  SourceInfo source_;
  bool started_ = false;
  PartialResult partial_;
  LineReader reader_;
  PrintStats source_stats_;
  PrintStats all_;
  uint64_t hidden_in_all_ = 0;  // sources that have such a match
  bool began_ = false;          // something was printed of the source
  bool source_binary_ = false;  // no more of the source is printed
  bool source_void_ = false;    // nothing counts as selected in it
  bool hid_match_ = false;
  bool told_binary_ = false;    // of the source that ended last
  uint64_t number_ = 0;         // of the last record
  uint64_t last_end_ = 0;       // of the last record with a number within its line, in the source
  bool adjacent_ = true;        // no record was left out since
  bool line_selected_ = false;  // the current record
  enum class Into { kText, kHeld, kNothing } into_ = Into::kNothing;  // where its lines go
  bool awaits_alternative_ = false;
  struct Held {
    std::string text;
    ByteRange range = {};  // then this, of the file
    bool unterminated = false;
  };
  std::deque<Held> held_;
  std::string text_;   // composed of the current source, and not yet in the output
  std::string notes_;  // of what has ended; goes first
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GREP_H_
