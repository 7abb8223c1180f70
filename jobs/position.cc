#include "jobs/position.h"

#include "lib/record.h"
#include "lib/varint.h"

namespace bigscan {

void PositionJob::StartChunk(uint64_t begin, Partial* partial) {
  in_chunk_ = 0;
  begin_ = end_ = begin;
  AppendVarint(begin, &partial->bytes());
}

bool PositionJob::Map(const RecordScanner::Selected& selected, Partial* partial) {
  for (const Run& run : selected.runs) {
    for (size_t at = run.begin; at < run.end && in_chunk_ < max_count_; ++in_chunk_) {
      at = RecordEnd(selected.block, at, delimiter_);
      const uint64_t end = begin_ + selected.block_begin + at;
      AppendVarint(end - end_, &partial->bytes());
      end_ = end;
      if (partial->full()) partial->Send();
    }
  }
  return false;
}

void PositionJob::Merge(const SourceInfo& /*source*/, const PartialResult& partial) {
  absl::string_view bytes = partial.bytes;
  uint64_t value = 0;
  if (!inside_ && TakeVarint(&bytes, &value)) {
    inside_ = true;
    at_ = value;
  }
  while (in_source_ < max_count_ && TakeVarint(&bytes, &value)) {
    at_ += value;
    last_end_ = at_;
    ++in_source_;
  }
  inside_ = inside_ && partial.more;
}

void PositionJob::EndSource(const SourceInfo& source) {
  if (in_source_ == max_count_) ends_[source.id] = last_end_;
  in_source_ = last_end_ = 0;
  inside_ = false;
}

}  // namespace bigscan
