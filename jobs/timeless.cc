#include "jobs/timeless.h"

#include "lib/varint.h"

namespace bigscan {

// --- Worker ---

void TimelessJob::StartChunk(uint64_t /*begin*/, Partial* /*partial*/) {
  in_chunk_ = kept_ = 0;
  note_ = {};
}

bool TimelessJob::Map(const RecordScanner::Selected& selected, Partial* partial) {
  if (selected.binary && !options_.in_binary) return false;
  uint64_t before = 0;  // of the block's records
  for (const TimeFilter::Timeless& row : filter_.timeless()) {
    note_.Add(row.first, row.records);
    if (!options_.max_count.has_value()) continue;
    in_chunk_ += row.kept - before;
    kept_ += row.kept - before;
    before = row.kept;
    if (in_chunk_ >= *options_.max_count) break;
    AppendVarint(row.records, &partial->bytes());
    AppendVarint(kept_, &partial->bytes());
    kept_ = 0;
    if (partial->full()) partial->Send();
  }
  in_chunk_ += selected.records - before;
  kept_ += selected.records - before;
  return false;
}

void TimelessJob::EndChunk(Partial* partial) {
  std::string* const bytes = &partial->bytes();
  if (!options_.max_count.has_value() && note_.records() > 0) {
    AppendVarint(note_.records(), bytes);
    AppendVarint(0, bytes);
  }
  AppendVarint(0, bytes);
  AppendVarint(kept_, bytes);
  note_.AppendTo(bytes);
}

// --- Coordinator ---

void TimelessJob::Merge(const SourceInfo& /*source*/, const PartialResult& partial) {
  absl::string_view bytes = partial.bytes;
  uint64_t records = 0;
  uint64_t kept = 0;
  while (TakeVarint(&bytes, &records) && TakeVarint(&bytes, &kept)) {
    in_source_ += kept;
    if (records == 0) {
      RecordNote note;
      if (note.TakeFrom(&bytes)) all_.Add(note.example(), counted_);
      counted_ = 0;
      break;
    }
    if (in_source_ < options_.max_count.value_or(UINT64_MAX)) counted_ += records;
  }
}

void TimelessJob::EndSource(const SourceInfo& /*source*/) { in_source_ = counted_ = 0; }

std::vector<Job::Remark> TimelessJob::TakeRemarks() {
  if (all_.records() == 0) return {};
  return {all_.ToRemark("record has no time", "records have no time", options_.strict)};
}

}  // namespace bigscan
