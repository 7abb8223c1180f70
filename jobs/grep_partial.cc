#include "jobs/grep_partial.h"

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

// Below this, a copy is cheaper than the system call that moves a range of the file.
constexpr size_t kRangeBytes = 32 << 10;
constexpr size_t kFixedBytes = sizeof(uint64_t);

void PutFixed(uint64_t value, char* to) {
  for (size_t i = 0; i < kFixedBytes; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

uint64_t GetFixed(const char* from) {
  uint64_t value = 0;
  for (size_t i = 0; i < kFixedBytes; ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  return value;
}

bool TakeFixed(absl::string_view* bytes, uint64_t* value) {
  if (bytes->size() < kFixedBytes) return false;
  *value = GetFixed(bytes->data());
  bytes->remove_prefix(kFixedBytes);
  return true;
}

uint64_t Head(uint64_t length, bool unterminated, bool by_range) {
  return length << 2 | static_cast<uint64_t>(unterminated) << 1 | static_cast<uint64_t>(by_range);
}

}  // namespace

void GrepPartialWriter::Start(std::string* partial) {
  start_ = partial->size();
  open_text_ = 0;
  partial->append(2 * kFixedBytes, '\0');
}

void GrepPartialWriter::Add(uint64_t before, uint64_t begin, absl::string_view bytes,
                            std::string* partial) {
  const bool unterminated = bytes.empty() || bytes.back() != delimiter_;
  const bool by_range = bytes.size() >= kRangeBytes;
  if (layout_ == GrepLayout::kRuns && open_text_ != 0 && !by_range) {
    const uint64_t length = GetFixed(&(*partial)[open_text_]) >> 2;
    PutFixed(Head(length + bytes.size(), unterminated, false), &(*partial)[open_text_]);
    absl::StrAppend(partial, bytes);
    return;
  }
  const uint64_t head = Head(bytes.size(), unterminated, by_range);
  if (layout_ == GrepLayout::kRuns) {
    open_text_ = by_range ? 0 : partial->size();
    partial->append(kFixedBytes, '\0');
    PutFixed(head, &(*partial)[partial->size() - kFixedBytes]);
  } else {
    AppendVarint(head, partial);
  }
  if (layout_ == GrepLayout::kNumbered) AppendVarint(before, partial);
  if (by_range) {
    AppendVarint(begin, partial);
  } else {
    absl::StrAppend(partial, bytes);
  }
}

void GrepPartialWriter::Finish(uint64_t selected, uint64_t records, std::string* partial) {
  PutFixed(selected, &(*partial)[start_]);
  PutFixed(records, &(*partial)[start_ + kFixedBytes]);
}

GrepPartialReader::GrepPartialReader(GrepLayout layout, absl::string_view partial)
    : layout_(layout), rest_(partial) {
  if (!TakeFixed(&rest_, &selected_) || !TakeFixed(&rest_, &records_)) rest_ = {};
}

bool GrepPartialReader::Next(Span* span) {
  uint64_t head = 0;
  *span = {};
  if (!(layout_ == GrepLayout::kRuns ? TakeFixed(&rest_, &head) : TakeVarint(&rest_, &head))) {
    return false;
  }
  if (layout_ == GrepLayout::kNumbered && !TakeVarint(&rest_, &span->before)) return false;
  const uint64_t length = head >> 2;
  span->unterminated = (head & 2) != 0;
  span->by_range = (head & 1) != 0;
  if (span->by_range) {
    if (!TakeVarint(&rest_, &span->range.begin)) return false;
    span->range.end = span->range.begin + length;
    return true;
  }
  if (length > rest_.size()) return false;
  span->bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

}  // namespace bigscan
