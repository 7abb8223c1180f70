// The partial result of the grep job: which records of a chunk are selected, as spans.
//
//   partial := selected:u64 records:u64 span*
//   span    := head [before:varint] [begin:varint | bytes]
//   head    := u64 or varint: length << 2 | unterminated << 1 | by_range
//
// `selected` records of the `records` in the chunk are in the spans (`records` is 0 unless
// numbered). A span stands for `length` bytes of output: the bytes follow, or (by_range) lie in the
// source from `begin` on. `unterminated` tells that a delimiter is missing after them. With
// Layout::kRuns a span holds any number of records and its head is a little-endian u64; with
// kRecords and kNumbered it holds one record and its head is a varint; with kNumbered, `before`
// records of the chunk that are not selected stand between it and the span before.
//
// Bytes are sent along as long as they are few. Long runs stay where they are: in the file, from
// which they go to stdout inside the kernel, or in the block.
#ifndef BIGSCAN_JOBS_GREP_PARTIAL_H_
#define BIGSCAN_JOBS_GREP_PARTIAL_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/chunk.h"

namespace bigscan {

enum class GrepLayout { kRuns, kRecords, kNumbered };

class GrepPartialWriter {
 public:
  GrepPartialWriter(GrepLayout layout, char delimiter) : layout_(layout), delimiter_(delimiter) {}

  // Starts a partial at the end of `partial`.
  void Start(std::string* partial);

  // `bytes` begin at `begin` in the source; `before` only counts with kNumbered.
  void Add(uint64_t before, uint64_t begin, absl::string_view bytes, std::string* partial);

  void Finish(uint64_t selected, uint64_t records, std::string* partial);

 private:
  const GrepLayout layout_;
  const char delimiter_;
  size_t start_ = 0;      // where the partial starts
  size_t open_text_ = 0;  // with kRuns: the head of a span of bytes at the end, or 0
};

class GrepPartialReader {
 public:
  GrepPartialReader() = default;
  // `partial` must outlive the reader; it was written with the same layout.
  GrepPartialReader(GrepLayout layout, absl::string_view partial);

  uint64_t selected() const { return selected_; }
  uint64_t records() const { return records_; }

  struct Span {
    uint64_t before = 0;
    bool unterminated = false;
    bool by_range = false;
    absl::string_view bytes;  // unless by_range
    ByteRange range;          // when by_range
  };
  // False when there is none left.
  bool Next(Span* span);

 private:
  GrepLayout layout_ = GrepLayout::kRuns;
  uint64_t selected_ = 0;
  uint64_t records_ = 0;
  absl::string_view rest_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GREP_PARTIAL_H_
