#include "lib/block_splitter.h"

#include <string.h>

#include <algorithm>

#include "lib/record.h"

namespace bigscan {
namespace {

// Small enough to stay in the second-level cache between the scan and the use of what it found.
constexpr uint64_t kWindowBytes = 5 * BlockSplitter::kBufferBytes;

uint64_t RoundUp(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

void BlockSplitter::Start(const ChunkRecords& chunk) {
  chunk_ = chunk;
  at_ = 0;
  binary_ = find_binary_ && chunk.binary;
}

// The end of the buffer that holds the byte before `at`.
size_t BlockSplitter::BufferEnd(size_t at) const {
  return RoundUp(chunk_.begin + at, kBufferBytes) - chunk_.begin;
}

// The end of the records that end in the window before `window_end`.
size_t BlockSplitter::EndOfRecordsIn(size_t window_end) const {
  if (window_end >= chunk_.records.size()) return chunk_.records.size();
  return RecordBegin(chunk_.records, window_end, delimiter_);
}

// Where the next block ends if it is text; `checked` is up to where it is to be checked for NULs.
size_t BlockSplitter::EndOfText(size_t* checked) const {
  const absl::string_view records = chunk_.records;
  size_t window_end = RoundUp(chunk_.begin + at_ + 1, kWindowBytes) - chunk_.begin;
  size_t end = EndOfRecordsIn(window_end);
  // The record that runs over the end of a window comes with those of the next one.
  if (end <= at_) end = EndOfRecordsIn(window_end += kWindowBytes);
  if (end <= at_) end = RecordEnd(records, window_end, delimiter_);
  *checked = std::min(records.size() + chunk_.after.size(), BufferEnd(std::max(end, window_end)));
  if (window_end >= records.size()) {
    *checked = std::min(records.size() + chunk_.after.size(), BufferEnd(end));
  }
  return end;
}

// Where the records begin that are binary, or the end when none is: [begin, checked) is looked at.
size_t BlockSplitter::FindBinary(size_t begin, size_t checked) const {
  const absl::string_view records = chunk_.records;
  const void* nul = memchr(records.data() + begin, '\0', checked - begin);
  if (nul == nullptr) return records.size();
  const auto offset = static_cast<size_t>(static_cast<const char*>(nul) - records.data());
  const uint64_t buffer = (chunk_.begin + offset) / kBufferBytes * kBufferBytes;
  if (buffer <= chunk_.begin + begin) return begin;
  if (buffer - chunk_.begin >= records.size()) return records.size();
  return RecordBegin(records, buffer - chunk_.begin, delimiter_);
}

// Binary data need not have delimiters for long: a NUL will do.
size_t BlockSplitter::EndOfBinary() const {
  const absl::string_view records = chunk_.records;
  const absl::string_view ends("\0\n", 2);
  if (records.size() - at_ <= kWindowBytes) return records.size();
  const size_t last = records.substr(0, at_ + kWindowBytes).find_last_of(ends);
  if (last != absl::string_view::npos && last >= at_) return last + 1;
  const size_t next = records.find_first_of(ends, at_ + kWindowBytes);
  return next == absl::string_view::npos ? records.size() : next + 1;
}

bool BlockSplitter::Next(Block* block) {
  const absl::string_view records = chunk_.records;
  if (at_ >= records.size()) return false;
  if (binary_) {
    NextBinary(block);
    return true;
  }
  size_t checked = 0;
  const size_t end = EndOfText(&checked);
  *block = {records.substr(at_, end - at_), at_, false,
            absl::string_view(records.data() + at_, checked - at_)};
  at_ = end;
  return true;
}

void BlockSplitter::Check(Block* block) {
  if (!find_binary_ || block->binary) return;
  const size_t begin = block->begin;
  const size_t end = begin + block->bytes.size();
  const size_t binary_begin = FindBinary(begin, begin + block->to_check.size());
  if (binary_begin >= end) return;
  binary_ = true;
  at_ = binary_begin;
  if (binary_begin == begin) {
    NextBinary(block);
  } else {
    block->bytes = block->bytes.substr(0, binary_begin - begin);
  }
}

void BlockSplitter::NextBinary(Block* block) {
  const size_t end = EndOfBinary();
  copy_.assign(chunk_.records.data() + at_, end - at_);
  std::replace(copy_.begin(), copy_.end(), '\0', delimiter_);
  *block = {copy_, at_, true, {}};
  at_ = end;
}

}  // namespace bigscan
