#include "cmd/segments.h"

#include <utility>

namespace bigscan {
namespace {

constexpr uint64_t kFirst = 1;
constexpr uint64_t kBinary = 2;
constexpr uint64_t kStart = 4;
constexpr uint64_t kBase = 8;
constexpr uint64_t kWhole = 16;

}  // namespace

Note SegmentNote::ToNote() const {
  const uint64_t flags = (first ? kFirst : 0) | (binary ? kBinary : 0) | (whole ? kWhole : 0) |
                         (start.has_value() ? kStart : 0) | (base.has_value() ? kBase : 0);
  return {flags, start.value_or(0), base.value_or(0), skip};
}

SegmentNote SegmentNote::FromNote(const Note& note) {
  SegmentNote segment{.first = (note[0] & kFirst) != 0,
                      .whole = (note[0] & kWhole) != 0,
                      .binary = (note[0] & kBinary) != 0,
                      .start = {},
                      .base = {},
                      .skip = note[3]};
  if ((note[0] & kStart) != 0) segment.start = note[1];
  if ((note[0] & kBase) != 0) segment.base = note[2];
  return segment;
}

bool SegmentChain::Take(const ResultPart& part, ByteRange cut) {
  switch (part.status) {
    case ResultPart::Status::kSegment: {
      // The offsets of a worker that knows the base are right.
      offset_ = part.end != 0 ? 0 : next_base_;
      // A unit that is longer than the cut: none of the file begins in it.
      dropped_ = next_start_ >= 8 * cut.end || part.begin != next_start_;
      if (dropped_ && next_start_ < 8 * cut.end) {
        again_ = SegmentNote{
            .first = first_, .binary = binary_, .start = next_start_, .base = next_base_};
      }
      return false;
    }
    case ResultPart::Status::kNeedsWhole:
      again_ = SegmentNote{.first = true, .whole = true, .start = next_start_, .base = 0};
      return false;
    case ResultPart::Status::kNeedsBase:
      if (!dropped_) {
        again_ = SegmentNote{.first = first_,
                             .binary = binary_,
                             .start = next_start_,
                             .base = next_base_,
                             .skip = part.begin};
      }
      return false;
    case ResultPart::Status::kDamaged:
      damaged_ |= !dropped_;
      return !dropped_;
    case ResultPart::Status::kSegmentEnd:
      if (!dropped_) {
        next_start_ = part.begin;
        next_base_ += part.end;
        first_ = false;
      }
      return false;
    default:
      return !dropped_;
  }
}

std::optional<SegmentNote> SegmentChain::Again() { return std::exchange(again_, std::nullopt); }

}  // namespace bigscan
