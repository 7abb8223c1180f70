#include "jobs/line_partial.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr int kLengthShift = 6;
constexpr uint64_t kGap = 1 << 5;
constexpr uint64_t kUnterminated = 1 << 4;
constexpr uint64_t kByRange = 1 << 3;
constexpr uint64_t kKind = 7;

// The head of an item with bytes, whose length shows when it is closed: a varint of this many bytes,
// the first ones with nothing but zeros where they need not be.
constexpr size_t kHeadBytes = 4;

void PutPaddedVarint(uint64_t value, char* to) {
  for (size_t i = 0; i + 1 < kHeadBytes; ++i, value >>= 7) to[i] = static_cast<char>(value | 0x80);
  to[kHeadBytes - 1] = static_cast<char>(value);
}

// An item is appended to in slices of at most this many bytes, so that a part never grows far beyond
// its size.
constexpr size_t kSliceBytes = 32 << 10;

}  // namespace

void LineWriter::Start(Partial* partial) {
  partial_ = partial;
  head_ = kNone;
  selected_ = 0;
  next_ = ItemKind::kSelected;
}

void LineWriter::StartRecord(bool selected, uint64_t before_or_gap) {
  if (head_ != kNone) Seal();  // text
  next_ = selected ? ItemKind::kSelected : ItemKind::kContext;
  before_ = before_or_gap;
}

void LineWriter::StartText() {
  next_ = ItemKind::kText;
  if (head_ == kNone) Open(ItemKind::kText, false);
}

void LineWriter::PutHead(ItemKind kind, uint64_t length, bool gap, bool unterminated,
                         bool by_range) {
  AppendVarint(length << kLengthShift | (gap ? kGap : 0) | (unterminated ? kUnterminated : 0) |
                   (by_range ? kByRange : 0) | static_cast<uint64_t>(kind),
               &partial_->bytes());
}

void LineWriter::Open(ItemKind kind, bool gap) {
  head_ = partial_->bytes().size();
  partial_->bytes().append(kHeadBytes, '\0');
  text_ = head_ + kHeadBytes;
  kind_ = kind;
  gap_ = gap;
}

void LineWriter::Seal() {
  PutPaddedVarint((partial_->bytes().size() - text_) << kLengthShift | (gap_ ? kGap : 0) |
                      static_cast<uint64_t>(kind_),
                  &partial_->bytes()[head_]);
  head_ = kNone;
}

void LineWriter::OpenLine(uint64_t offset) {
  if (next_ == ItemKind::kText) {
    StartText();
    return;
  }
  const bool is_first = next_ != ItemKind::kLine;
  Open(next_, is_first && before_ != 0);
  if (is_first && layout_.numbers) AppendVarint(before_, &partial_->bytes());
  if (layout_.offsets) AppendVarint(offset, &partial_->bytes());
  text_ = partial_->bytes().size();
  next_ = ItemKind::kLine;
}

void LineWriter::OpenAlternative(uint64_t offset) {
  Open(ItemKind::kAlternative, false);
  if (layout_.offsets) AppendVarint(offset, &partial_->bytes());
  text_ = partial_->bytes().size();
}

void LineWriter::OpenNumber(uint64_t matches, ByteRange record) {
  Open(ItemKind::kNumber, false);
  AppendVarint(matches, &partial_->bytes());
  AppendVarint(record.begin, &partial_->bytes());
  AppendVarint(record.size(), &partial_->bytes());
  text_ = partial_->bytes().size();
}

void LineWriter::Append(absl::string_view bytes) {
  while (bytes.size() > kSliceBytes) {
    absl::StrAppend(&partial_->bytes(), bytes.substr(0, kSliceBytes));
    bytes.remove_prefix(kSliceBytes);
    SendIfFull();
  }
  partial_->bytes().append(bytes.data(), bytes.size());
  SendIfFull();
}

void LineWriter::Append(char byte) { partial_->bytes() += byte; }

void LineWriter::Close() {
  if (next_ != ItemKind::kText) Seal();
  SendIfFull();
}

void LineWriter::CloseWithRange(uint64_t begin, absl::string_view bytes) {
  if (!partial_->has_source()) {
    Append(bytes);
    if (bytes.empty() || bytes.back() != delimiter_) Append(delimiter_);
    Close();
    return;
  }
  Seal();
  PutHead(next_ == ItemKind::kText ? ItemKind::kText : ItemKind::kPiece, bytes.size(), false,
          bytes.empty() || bytes.back() != delimiter_, true);
  AppendVarint(begin, &partial_->bytes());
  SendIfFull();
}

void LineWriter::EndRecord() {
  if (next_ == ItemKind::kText || next_ == ItemKind::kLine) return;
  PutHead(next_, 0, before_ != 0, false, true);
  if (layout_.numbers) AppendVarint(before_, &partial_->bytes());
  if (layout_.offsets) AppendVarint(0, &partial_->bytes());
  AppendVarint(0, &partial_->bytes());
  SendIfFull();
}

void LineWriter::PutEnd(const End& end) {
  PutHead(ItemKind::kEnd, end.trailing, end.trailing != 0, false, false);
  AppendVarint(selected_, &partial_->bytes());
  AppendVarint(end.hidden << 1 | static_cast<uint64_t>(end.binary), &partial_->bytes());
  AppendVarint(end.owed, &partial_->bytes());
  selected_ = 0;
}

void LineWriter::Finish(const End& end) {
  if (head_ != kNone) Seal();  // text
  PutEnd(end);
}

void LineWriter::SendIfFull() {
  if (!partial_->full()) return;
  const bool was_open = head_ != kNone;
  if (was_open) Seal();
  PutEnd({});
  partial_->Send();
  if (was_open) Open(kind_ == ItemKind::kText ? ItemKind::kText : ItemKind::kPiece, false);
}

bool LineReader::Next(Item* item) {
  uint64_t head = 0;
  *item = {};
  if (rest_.empty() || !TakeVarint(&rest_, &head)) return false;
  item->kind = static_cast<ItemKind>(head & kKind);
  item->gap = (head & kGap) != 0;
  item->unterminated = (head & kUnterminated) != 0;
  item->by_range = (head & kByRange) != 0;
  const uint64_t length = head >> kLengthShift;
  if (item->kind == ItemKind::kEnd) {
    item->before = length;
    uint64_t hidden = 0;
    if (!TakeVarint(&rest_, &item->selected) || !TakeVarint(&rest_, &hidden) ||
        !TakeVarint(&rest_, &item->owed)) {
      return false;
    }
    item->hidden = hidden >> 1;
    item->binary = (hidden & 1) != 0;
    return true;
  }
  const bool starts_record = item->kind == ItemKind::kSelected || item->kind == ItemKind::kContext;
  const bool starts_line =
      starts_record || item->kind == ItemKind::kLine || item->kind == ItemKind::kAlternative;
  if (layout_.numbers && starts_record && !TakeVarint(&rest_, &item->before)) return false;
  if (layout_.offsets && starts_line && !TakeVarint(&rest_, &item->offset)) return false;
  if (item->kind == ItemKind::kNumber) {
    uint64_t size = 0;
    if (!TakeVarint(&rest_, &item->matches) || !TakeVarint(&rest_, &item->record.begin) ||
        !TakeVarint(&rest_, &size)) {
      return false;
    }
    item->record.end = item->record.begin + size;
  }
  if (item->by_range) {
    if (!TakeVarint(&rest_, &item->range.begin)) return false;
    item->range.end = item->range.begin + length;
    return true;
  }
  if (length > rest_.size()) return false;
  item->bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

}  // namespace bigscan
