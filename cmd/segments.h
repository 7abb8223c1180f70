// A compressed file that is decoded in segments, by several workers at once: what the coordinator tells
// them of each, and how what they send back fits together.
//
// Two things about a segment are known only once all before it has been decoded: where its first unit
// begins, and where its text begins. A worker goes by what the first unit looks like, and counts from
// there; what comes of it is taken if the segment before did end there, and the offsets are then made
// right. Otherwise, or where the worker can not do without, the segment is scanned again with what is
// known by then.
#ifndef BIGSCAN_CMD_SEGMENTS_H_
#define BIGSCAN_CMD_SEGMENTS_H_

#include <cstdint>
#include <optional>

#include "cmd/result_part.h"
#include "ipc/wire.h"
#include "lib/chunk.h"

namespace bigscan {

// What a worker is told of a segment.
struct SegmentNote {
  bool first = false;             // of its file: a record begins where it begins
  bool whole = false;             // all of the file is to be decoded
  bool binary = false;            // the text is known to be binary before it
  std::optional<uint64_t> start;  // at which bit of the file it begins,
  std::optional<uint64_t> base;   // and in the text
  uint64_t skip = 0;              // so many bytes of its text are done with

  Note ToNote() const;
  static SegmentNote FromNote(const Note& note);
};

// One file's segments, as their results come back, in order. In the coordinator.
class SegmentChain {
 public:
  // `begin`: where the file begins.
  explicit SegmentChain(uint64_t begin) : next_start_(8 * begin) {}

  // Takes the next part of the result of the segment that is cut from the bytes `cut`. False if it is
  // not to be merged, as it is of a segment that is not what it was taken for, or tells only of that.
  bool Take(const ResultPart& part, ByteRange cut);
  // The result of the segment has been taken: whether, and how, it has to be scanned again.
  std::optional<SegmentNote> Again();

  // What is to be added to the offsets in the parts of the segment.
  uint64_t offset() const { return offset_; }
  // Whether the file is damaged: nothing behind that is scanned.
  bool damaged() const { return damaged_; }
  // The text is binary from here on.
  void SetBinary() { binary_ = true; }
  bool binary() const { return binary_; }

 private:
  uint64_t next_start_;  // where the next segment, or this one, begins: at which bit of the file,
  uint64_t next_base_ = 0;  // and in the text
  uint64_t offset_ = 0;
  bool first_ = true;
  bool dropped_ = false;  // what comes of this segment is not to be merged
  bool damaged_ = false;
  bool binary_ = false;
  std::optional<SegmentNote> again_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SEGMENTS_H_
