// Finds the places of a block that may hold one of many grams: of a set of sequences of 4 bytes.
//
// A Bloom filter whose two bits for a gram are in one word (Putze, Sanders, Singler, Cache-, Hash- and
// Space-Efficient Bloom Filters, 2007), so that a place costs one load, 16 places at a time where the
// machine gathers them. About one place in a hundred is found that holds no gram of the set.
#ifndef BIGSCAN_LIB_GRAM_FILTER_H_
#define BIGSCAN_LIB_GRAM_FILTER_H_

#include <string.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace bigscan {

class GramFilter {
 public:
  static constexpr size_t kGramBytes = 4;
  static constexpr size_t kMostStride = 8;
  // So many entries of `found` are written to beyond those that count.
  static constexpr size_t kSlack = 16;

  // For about `grams` of them. The letters' case makes no difference with `caseless`, and more than
  // that does not: it is a filter.
  GramFilter(size_t grams, bool caseless);

  // Whether this machine looks at many places at a time, which is twice as fast.
  static bool IsVectorized();

  // The gram at `bytes`.
  uint32_t GramAt(const char* bytes) const {
    uint32_t gram;
    memcpy(&gram, bytes, sizeof(gram));
    return gram | fold_;
  }
  void Add(uint32_t gram);

  // Looks at the places from, from + stride, ... of `block`, `count` of them, and puts those that may
  // have a gram into `found`, in order. Returns how many these are. REQUIRES: each place has a gram's
  // bytes in the block, stride <= kMostStride, found has room for count + kSlack.
  size_t Find(absl::string_view block, size_t from, size_t count, size_t stride,
              uint32_t* found) const;

 private:
  const uint32_t fold_;
  int shift_ = 0;  // of a hash, for its word
  std::vector<uint32_t> words_;
  uint8_t classes_[128] =
      {};  // at which places of a gram a byte is, a bit for each; by its low 7 bits
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_GRAM_FILTER_H_
