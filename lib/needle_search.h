// Searches a block for a few needles: 32 or 64 bytes at a time, by the bytes that are rarest in the
// data at hand.
//
// For each needle two of its bytes are compared at each place; where both are as they should be, the
// rest of the needle is looked at. Which bytes these are is taken from a sample of the data.
// The idea is that of the memchr crate's "packed pair" (burntsushi/memchr, src/arch/all/packedpair).
#ifndef BIGSCAN_LIB_NEEDLE_SEARCH_H_
#define BIGSCAN_LIB_NEEDLE_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lib/needle.h"

namespace bigscan {

class NeedleSearch {
 public:
  // One to four needles. REQUIRES: Suits(needles).
  NeedleSearch(std::vector<Needle> needles, char delimiter);

  // Whether the needles can be searched for in this way, on this machine.
  static bool Suits(const std::vector<Needle>& needles);

  // Chooses the bytes to compare by how often they occur in `sample`. A search may go without.
  void Tune(absl::string_view sample);

  // Calls `on_found` for the places in `block` that have a needle, by record in ascending order: `at`
  // is the first byte of the needle itself. It returns where the search is to go on: needles that
  // begin before that are left out, so that 0 leaves out none. `block` holds whole records: before and
  // after it is as good as a delimiter. Returns whether the block holds a NUL, which costs nothing to
  // know.
  using OnFound = absl::FunctionRef<size_t(size_t at, size_t needle)>;
  bool Search(absl::string_view block, OnFound on_found) const;

  static constexpr int kProbes = 2;
  static constexpr size_t kMostNeedles = 4;
  // A byte to compare: data[place + offset] | mask == byte.
  struct Probe {
    uint32_t offset = 0;
    uint8_t mask = 0;  // 0x20 where case makes no difference
    uint8_t byte = 0;
  };
  struct Probes {
    Probe probes[kProbes];
  };

 private:
  bool MatchesAt(absl::string_view block, ptrdiff_t at, const Needle& needle) const;

  const std::vector<Needle> needles_;
  const unsigned char delimiter_;
  std::vector<std::vector<Probe>> possible_;  // of each needle
  Probes chosen_[kMostNeedles];
  size_t longest_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_NEEDLE_SEARCH_H_
