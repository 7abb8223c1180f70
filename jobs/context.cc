#include "jobs/context.h"

#include <algorithm>

#include "lib/record.h"

namespace bigscan {

// --- Worker ---

void RecordPicker::StartChunk() {
  records_ = nullptr;
  scanned_ = picked_ = passed_ = 0;
  left_out_ = 0;
  selected_ = 0;
  after_left_ = after_;  // the record before the chunk may be selected
  ended_ = false;
}

// The records up to `to` are not picked.
void RecordPicker::Pass(size_t to) {
  if (to == passed_) return;
  const absl::string_view bytes(records_ + passed_, to - passed_);
  left_out_ = options_.numbered ? left_out_ + CountRecords(bytes, options_.delimiter) : 1;
  passed_ = to;
}

void RecordPicker::PutPicked(bool selected, bool decided, size_t begin, size_t end, Sink sink) {
  Pass(begin);
  sink({.selected = selected,
        .decided = decided,
        .new_group = decided && groups_ && left_out_ > 0,
        .left_out = left_out_,
        .begin = begin,
        .bytes = absl::string_view(records_ + begin, end - begin)});
  left_out_ = 0;
  picked_ = passed_ = end;
}

// Those up to `limit` that follow what was picked last, as long as they are near a selected one.
void RecordPicker::PickAfter(size_t limit, Sink sink) {
  const absl::string_view data(records_, limit);
  const bool decided = this->decided();
  const bool join = decided && options_.join_context;
  while (after_left_ > 0 && picked_ < limit) {
    size_t end = picked_;
    do {
      end = RecordEnd(data, end, options_.delimiter);
      --after_left_;
    } while (join && after_left_ > 0 && end < limit);
    PutPicked(false, decided, picked_, end, sink);
  }
}

// The last ones before `limit` that have not been picked.
void RecordPicker::PickBefore(size_t limit, bool decided, Sink sink) {
  const absl::string_view data(records_, limit);
  const bool join = decided && options_.join_context;
  size_t begin = limit;
  for (uint64_t i = 0; i < before_ && begin > picked_; ++i) {
    begin = RecordBegin(data, begin - 1, options_.delimiter);
  }
  while (begin < limit) {
    const size_t end = join ? limit : RecordEnd(data, begin, options_.delimiter);
    PutPicked(false, decided, begin, end, sink);
    begin = end;
  }
}

bool RecordPicker::Pick(const RecordScanner::Selected& selected, Sink sink) {
  records_ = selected.block.data() - selected.block_begin;
  scanned_ = selected.block_begin + selected.block.size();
  for (const Run& run : selected.runs) {
    size_t begin = selected.block_begin + run.begin;
    const size_t run_end = selected.block_begin + run.end;
    PickAfter(begin, sink);
    if (selected_ < max_selected_) PickBefore(begin, decided(), sink);
    const absl::string_view data(records_, run_end);
    while (begin < run_end) {
      const bool decided = this->decided();
      if (selected_ < max_selected_) {
        ++selected_;
        after_left_ = after_;
      } else if (after_left_ == 0) {
        ended_ = true;
        return false;
      } else {
        --after_left_;
      }
      const size_t end =
          decided && options_.join_selected ? run_end : RecordEnd(data, begin, options_.delimiter);
      PutPicked(true, decided, begin, end, sink);
      begin = end;
    }
  }
  PickAfter(scanned_, sink);
  // Now, while the block is in the cache. What may have to be picked later is counted then.
  if (options_.numbered && before_ == 0) Pass(scanned_);
  ended_ = selected_ == max_selected_ && after_left_ == 0;
  return !ended_;
}

void RecordPicker::EndChunk(Sink sink) {
  if (ended_) return;
  PickBefore(scanned_, false, sink);
  Pass(scanned_);
}

// --- Coordinator ---

ContextGate::Verdict ContextGate::Next(bool selected, bool adjacent) {
  Verdict verdict;
  if (!adjacent) {
    verdict.drop = held_;
    held_ = 0;
    adjacent_ = false;
  }
  if (selected && selected_ < max_selected_) {
    ++selected_;
    after_left_ = after_;
    verdict.what = What::kPrint;
    verdict.separate = groups_ && printed_ && !adjacent_;
    verdict.print_held = held_ > 0;
    held_ = 0;
    adjacent_ = true;
    printed_ = true;
  } else if (after_left_ > 0) {
    --after_left_;
    verdict.what = selected ? What::kPrintAsContext : What::kPrint;
  } else if (selected || before_ == 0) {
    verdict.drop = held_;
    held_ = 0;
    adjacent_ = false;
  } else {
    verdict.what = What::kHold;
    if (held_ == before_) {
      ++verdict.drop;
      adjacent_ = false;
    } else {
      ++held_;
    }
  }
  return verdict;
}

void ContextGate::NextDecided() {
  after_left_ = 0;
  adjacent_ = true;
  printed_ = true;
}

void ContextGate::Owe(uint64_t records) { after_left_ = records; }

void ContextGate::EndSource() {
  held_ = 0;
  selected_ = 0;
  after_left_ = 0;
  adjacent_ = false;
}

}  // namespace bigscan
