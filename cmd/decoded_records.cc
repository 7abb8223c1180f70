#include "cmd/decoded_records.h"

#include <string.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "lib/record.h"

namespace bigscan {
namespace {

constexpr size_t kLeastRoom = 64;
// With what comes behind a record up to here, its buffer ends, wherever the buffers begin.
constexpr size_t kSightBytes = BlockSplitter::kBufferBytes;

}  // namespace

DecodedRecords::DecodedRecords(DecodedBytes* bytes, const Options& options)
    : bytes_(*bytes), options_(options), position_(options.base.value_or(0)) {
  buffer_.resize(kBufferBytes + kLeastRoom);
}

// Reads until `target` bytes are there or no more come.
void DecodedRecords::Fill(size_t target) {
  if (end_ - begin_ >= target || ended_) return;
  memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (buffer_.size() < target + kLeastRoom) buffer_.resize(target + kLeastRoom);
  while (!ended_ && end_ < target) {
    const size_t got = bytes_.Read(buffer_.data() + end_, target + kLeastRoom - end_);
    end_ += got;
    ended_ = got == 0;
  }
}

void DecodedRecords::Drop(size_t size) {
  begin_ += size;
  position_ += size;
}

// Goes to where the first owned record begins. False if none does.
bool DecodedRecords::FindFirst() {
  const uint64_t origin = options_.base.value_or(0);
  for (uint64_t left = options_.skip; left > 0;) {
    Fill(kBufferBytes);
    const size_t size = std::min<uint64_t>(left, decoded().size());
    if (size == 0) return false;
    Drop(size);
    left -= size;
  }
  if (!options_.starts_inside || options_.skip > 0) return true;
  while (true) {
    Fill(kBufferBytes);
    const size_t end = RecordEnd(decoded(), 0, options_.delimiter);
    const bool found = end > 0 && decoded()[end - 1] == options_.delimiter;
    const std::optional<uint64_t> own = bytes_.own_bytes();
    // That delimiter, too, has to be the segment's own.
    if (own.has_value() && position_ + end - (found ? 1 : 0) >= origin + *own) return false;
    Drop(end);
    if (found) return true;
    if (end == 0) return false;
  }
}

// The end of the last piece, as an offset into what is decoded, once all is there that it takes.
std::optional<size_t> DecodedRecords::EndOfLastPiece(size_t own_end) const {
  const absl::string_view bytes = decoded();
  if (own_end > bytes.size() && !ended_) return std::nullopt;
  if (own_end >= bytes.size()) return ended_ ? std::optional<size_t>(bytes.size()) : std::nullopt;
  // The record that begins where the own bytes end is owned, too: the next segment can not know that it
  // begins there.
  const size_t end = RecordEnd(bytes, own_end, options_.delimiter);
  const bool whole = bytes[end - 1] == options_.delimiter && bytes.size() - end >= kSightBytes;
  return whole || ended_ ? std::optional<size_t>(end) : std::nullopt;
}

// Of the next piece, as an offset into what is decoded; 0 if more has to be decoded for one.
size_t DecodedRecords::EndOfPiece() {
  const absl::string_view bytes = decoded();
  const std::optional<uint64_t> own = bytes_.own_bytes();
  const size_t own_end =
      own.has_value() ? options_.base.value_or(0) + *own - position_ : bytes.size();
  if (own.has_value() || ended_) {
    const std::optional<size_t> end = EndOfLastPiece(own_end);
    if (end.has_value()) {
      done_ = true;
      return *end;
    }
  }
  size_t bound = 0;
  if (options_.base.has_value()) {
    // What follows a record in its last buffer has to be seen with it.
    const uint64_t buffers = (position_ + bytes.size()) / BlockSplitter::kBufferBytes;
    bound = std::max(buffers * BlockSplitter::kBufferBytes, position_) - position_;
  } else if (bytes.size() > kSightBytes) {
    bound = bytes.size() - kSightBytes;
  }
  return RecordBegin(bytes, std::min(bound, own_end), options_.delimiter);
}

bool DecodedRecords::NeedsBase(size_t end) const {
  return !options_.base.has_value() && !options_.binary &&
         absl::StrContains(decoded().substr(0, end + kSightBytes), '\0');
}

bool DecodedRecords::Next(Piece* piece) {
  if (!started_) {
    done_ = !FindFirst();
    started_ = true;
  }
  if (done_) return false;
  for (size_t target = kBufferBytes;; target *= 2) {
    Fill(std::min<uint64_t>(target, options_.most_record_bytes));
    if (decoded().empty()) return false;
    const size_t end = EndOfPiece();
    if (end == 0 && done_) return false;
    if (end == 0 && decoded().size() < options_.most_record_bytes) continue;
    piece->kind = Piece::Kind::kRecords;
    piece->range = {position_, position_ + end};
    if (NeedsBase(end)) {
      piece->kind = Piece::Kind::kNeedsBase;
      done_ = true;
    } else if (end == 0) {
      Skip(piece);
    } else {
      piece->records = {.records = decoded().substr(0, end),
                        .begin = position_,
                        .after = decoded().substr(end),
                        .binary = options_.binary};
      Drop(end);
    }
    return true;
  }
}

// The record that fills the buffer is too long: reads on to its end.
void DecodedRecords::Skip(Piece* piece) {
  piece->kind = Piece::Kind::kLost;
  piece->records = {};
  while (true) {
    const size_t end = RecordEnd(decoded(), 0, options_.delimiter);
    const bool found = end > 0 && decoded()[end - 1] == options_.delimiter;
    Drop(end);
    if (found || end == 0) break;
    Fill(kBufferBytes);
  }
  piece->range.end = position_;
}

}  // namespace bigscan
