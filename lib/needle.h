// A needle: a short sequence of sets of bytes that each record has which a pattern matches.
//
// What a filtered scan looks for. Where a pattern is no more than its needles, as `" 50\d ` or
// `user(1[0-9]{3}|4999)` are, finding one is all there is to do; otherwise the record that has one is
// a candidate.
#ifndef BIGSCAN_LIB_NEEDLE_H_
#define BIGSCAN_LIB_NEEDLE_H_

#include <span>
#include <vector>

#include "lib/byte_set.h"
#include "lib/regex_branches.h"

namespace bigscan {

struct Needle {
  // One set for each byte, at least one. None of them has the delimiter but for the first one with
  // `has_before`, and the last one with `has_after`.
  std::vector<ByteSet> sets = {};
  // The first set is of the byte before the needle: the delimiter, if the record starts there.
  bool has_before = false;
  // The last set is of the byte after the needle: the delimiter, if the record ends there.
  bool has_after = false;
  // Whether a record that has this needle matches.
  bool exact = true;
};

// Needles of which each record that matches has one at least.
using Needles = std::vector<Needle>;

// The needles of a pattern with these branches: up to `most` choices of them, of which each one will
// do, the best first as far as their bytes tell. Which is the best depends on the data. None when the
// pattern requires nothing of the kind, or too many.
std::vector<Needles> NeedlesOf(std::span<const RegexBranch> branches, char delimiter, size_t most);

// How rare a needle is: the bits that its bytes tell, in text of which some bytes are common.
double NeedleBits(const Needle& needle);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_NEEDLE_H_
