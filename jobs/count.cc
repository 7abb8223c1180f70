#include "jobs/count.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {

void CountJob::StartChunk(uint64_t /*begin*/, std::string* /*partial*/) { in_chunk_ = 0; }

void CountJob::Map(const RecordScanner::Selected& selected, std::string* /*partial*/) {
  in_chunk_ += selected.records;
}

void CountJob::EndChunk(std::string* partial) { AppendVarint(in_chunk_, partial); }

void CountJob::Merge(const SourceInfo& /*source*/, const PartialResult& partial) {
  absl::string_view bytes = partial.bytes;
  uint64_t selected = 0;
  TakeVarint(&bytes, &selected);
  if (options_.max_count.has_value()) {
    selected = std::min(selected, *options_.max_count - in_source_);
  }
  in_source_ += selected;
  selected_in_all_ += selected;
}

void CountJob::EndSource(const SourceInfo& source) {
  if (!options_.quiet) {
    if (options_.with_path) absl::StrAppend(&lines_, source.name, ":");
    absl::StrAppend(&lines_, in_source_, "\n");
  }
  in_source_ = 0;
}

bool CountJob::Report(Output* output) {
  if (lines_.empty()) return false;
  output->Copy(std::exchange(lines_, ""));
  return true;
}

bool CountJob::SourceDecided() const {
  return options_.max_count.has_value() && in_source_ == *options_.max_count;
}

bool CountJob::AllDecided() const { return options_.quiet && selected_in_all_ > 0; }

}  // namespace bigscan
