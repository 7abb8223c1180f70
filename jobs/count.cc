#include "jobs/count.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/snapshot.pb.h"
#include "lib/varint.h"

namespace bigscan {

using Print = CountOptions::Print;

namespace {

// In the other modes the first selected record decides the source.
bool Counts(Print print) { return print == Print::kCount || print == Print::kTotal; }

}  // namespace

CountJob::CountJob(const CountOptions& options)
    : options_(options),
      enough_(std::min(options.max_count.value_or(UINT64_MAX),
                       Counts(options.print) ? UINT64_MAX : uint64_t{1})) {}

void CountJob::StartChunk(uint64_t /*begin*/, Partial* /*partial*/) {
  in_chunk_ = 0;
  in_binary_ = 0;
  binary_ = false;
}

bool CountJob::Map(const RecordScanner::Selected& selected, Partial* /*partial*/) {
  binary_ |= selected.binary;
  if (binary_ && options_.binary == BinaryData::kVoid) return false;
  (binary_ ? in_binary_ : in_chunk_) += selected.records;
  return in_chunk_ + in_binary_ < enough_;
}

void CountJob::EndChunk(Partial* partial) {
  AppendVarint(in_chunk_, &partial->bytes());
  AppendVarint(in_binary_ << 1 | static_cast<uint64_t>(binary_), &partial->bytes());
}

void CountJob::Merge(const SourceInfo& /*source*/, const PartialResult& partial) {
  absl::string_view bytes = partial.bytes;
  uint64_t in_text = 0;
  uint64_t in_binary = 0;
  if (!TakeVarint(&bytes, &in_text) || !TakeVarint(&bytes, &in_binary)) return;
  in_source_ += std::min(in_text, enough_ - in_source_);
  if (SourceDecided()) return;  // before any binary data
  if ((in_binary & 1) != 0 && options_.binary == BinaryData::kVoid) {
    void_ = true;
    in_source_ = 0;
  }
  in_source_ += std::min(in_binary >> 1, enough_ - in_source_);
}

void CountJob::EndSource(const SourceInfo& source) {
  const bool with_name = options_.print == Print::kCount
                             ? source.show_name
                             : options_.print == (in_source_ > 0 ? Print::kNamesWithMatches
                                                                 : Print::kNamesWithoutMatch);
  if (with_name) AppendColored(source.name, options_.colors.name, &lines_);
  if (options_.print == Print::kCount) {
    if (with_name && options_.null_after_name) lines_ += '\0';
    if (with_name && !options_.null_after_name) {
      AppendColored(":", options_.colors.separator, &lines_);
    }
    absl::StrAppend(&lines_, in_source_, "\n");
  } else if (with_name) {
    lines_ += options_.null_after_name ? '\0' : '\n';
  }
  selected_in_all_ += in_source_;
  in_source_ = 0;
  void_ = false;
}

void CountJob::EndScan() {
  if (options_.print == Print::kTotal) absl::StrAppend(&lines_, selected_in_all_, "\n");
}

bool CountJob::Report(Output* output) {
  if (lines_.empty()) return false;
  output->Copy(std::exchange(lines_, ""));
  return true;
}

void CountJob::SaveSource(snapshot::Source* state) const { state->set_selected(in_source_); }

bool CountJob::LoadSource(const snapshot::Source& state) {
  in_source_ += std::min(state.selected(), enough_ - in_source_);
  return state.output().empty();
}

std::vector<std::string> CountJob::Preview(size_t most_lines) const {
  if (!Counts(options_.print) || most_lines == 0) return {};
  return {absl::StrCat(options_.print == Print::kTotal ? selected() : in_source_)};
}

bool CountJob::SourceDecided() const { return void_ || in_source_ == enough_; }

bool CountJob::AllDecided() const { return options_.print == Print::kNothing && selected() > 0; }

}  // namespace bigscan
