#include "jobs/tally.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/snapshot.pb.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr size_t kReportBytes = 256 << 10;

}  // namespace

TallyJob::TallyJob(const TallyOptions& options)
    : options_(options),
      in_chunk_(options.patterns.size()),
      in_source_counts_(options.patterns.size()),
      counts_(options.patterns.size()) {}

// --- Worker ---

void TallyJob::StartChunk(uint64_t /*begin*/, Partial* /*partial*/) {
  in_chunk_.Clear();
  selected_ = 0;
  binary_ = false;
}

bool TallyJob::Map(const RecordScanner::Selected& selected, Partial* partial) {
  binary_ |= selected.binary;
  if (binary_ && options_.binary == BinaryData::kVoid) return false;
  if (options_.max_count.has_value()) {
    MapLimited(selected, partial);
    return selected_ < *options_.max_count;
  }
  selected_ += selected.records;
  for (const PatternHit& hit : selected.hits) in_chunk_.Add(hit.pattern, 1);
  return true;
}

void TallyJob::MapLimited(const RecordScanner::Selected& selected, Partial* partial) {
  const auto& hits = selected.hits;
  for (size_t i = 0; i < hits.size() && selected_ < *options_.max_count;) {
    size_t end = i;
    while (end < hits.size() && hits[end].record == hits[i].record) ++end;
    AppendVarint(end - i, &partial->bytes());
    for (; i < end; ++i) AppendVarint(hits[i].pattern, &partial->bytes());
    ++selected_;
    if (partial->full()) partial->Send();
  }
}

void TallyJob::EndChunk(Partial* partial) {
  std::string& bytes = partial->bytes();
  if (!options_.max_count.has_value()) {
    for (const uint64_t pattern : in_chunk_.met()) {
      AppendVarint(pattern + 1, &bytes);
      AppendVarint(in_chunk_[pattern], &bytes);
      if (partial->full()) partial->Send();
    }
  }
  AppendVarint(0, &bytes);
  AppendVarint(selected_, &bytes);
  AppendVarint(static_cast<uint64_t>(binary_), &bytes);
}

// --- Coordinator ---

void TallyJob::Merge(const SourceInfo& /*source*/, const PartialResult& partial) {
  absl::string_view bytes = partial.bytes;
  more_ = partial.more;
  uint64_t first = 0;
  uint64_t value = 0;
  while (!bytes.empty() && TakeVarint(&bytes, &first) && first != 0) {
    if (!options_.max_count.has_value()) {
      if (!TakeVarint(&bytes, &value) || first > counts_.size()) return;
      in_source_counts_.Add(first - 1, value);
      continue;
    }
    const bool counts = in_source_ < *options_.max_count;
    for (; first > 0; --first) {
      if (!TakeVarint(&bytes, &value) || value >= counts_.size()) return;
      if (counts) in_source_counts_.Add(value, 1);
    }
    if (counts) ++in_source_;
  }
  if (partial.more) return;
  uint64_t selected = 0;
  uint64_t binary = 0;
  if (!TakeVarint(&bytes, &selected) || !TakeVarint(&bytes, &binary)) return;
  if (!options_.max_count.has_value()) in_source_ += selected;
  if (SourceDecided() || binary == 0 || options_.binary != BinaryData::kVoid) return;
  void_ = true;
  in_source_ = 0;
  in_source_counts_.Clear();
}

void TallyJob::EndSource(const SourceInfo& /*source*/) {
  for (const uint64_t pattern : in_source_counts_.met()) {
    counts_[pattern] += in_source_counts_[pattern];
  }
  in_source_counts_.Clear();
  selected_in_all_ += in_source_;
  in_source_ = 0;
  void_ = false;
}

void TallyJob::EndScan() { next_line_ = 0; }

absl::Status TallyJob::SaveState(const PutState& put) {
  snapshot::Snapshot piece;
  snapshot::Tally* const tally = piece.mutable_tally();
  tally->mutable_records()->Assign(counts_.begin(), counts_.end());
  tally->set_selected(selected_in_all_);
  return put(piece);
}

bool TallyJob::LoadState(const snapshot::Snapshot& piece) {
  if (!piece.has_tally()) return false;
  const auto& records = piece.tally().records();
  if (static_cast<size_t>(records.size()) != counts_.size()) return false;
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += records[static_cast<int>(i)];
  selected_in_all_ += piece.tally().selected();
  return true;
}

bool TallyJob::Report(Output* output) {
  std::string lines;
  for (; next_line_ < counts_.size() && lines.size() < kReportBytes; ++next_line_) {
    absl::StrAppend(&lines, counts_[next_line_], "\t", options_.patterns[next_line_], "\n");
  }
  output->Copy(lines);
  return !lines.empty();
}

std::vector<std::string> TallyJob::Preview(size_t most_lines) const {
  std::vector<std::pair<uint64_t, size_t>> patterns;  // by records
  for (size_t i = 0; i < counts_.size(); ++i) {
    patterns.push_back({counts_[i] + in_source_counts_[i], i});
  }
  const auto end = patterns.begin() + static_cast<ptrdiff_t>(std::min(most_lines, patterns.size()));
  std::partial_sort(patterns.begin(), end, patterns.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  patterns.erase(end, patterns.end());
  std::vector<std::string> lines;
  const size_t width = patterns.empty() ? 0 : absl::StrCat(patterns.front().first).size();
  for (const auto& [records, pattern] : patterns) {
    const std::string count = absl::StrCat(records);
    lines.push_back(absl::StrCat(std::string(width - count.size(), ' '), count, "  ",
                                 options_.patterns[pattern]));
  }
  return lines;
}

bool TallyJob::SourceDecided() const {
  return !more_ && (void_ || (options_.max_count.has_value() && in_source_ == *options_.max_count));
}

}  // namespace bigscan
