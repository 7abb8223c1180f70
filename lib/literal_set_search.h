// Searches a block for a large set of literals: hundreds of them, or hundreds of thousands.
//
// Of each literal one window is chosen, of as many bytes as the shortest one has: that of which the
// set has the fewest others with the same grams. The grams of a window are at all its places, so that
// one of them is seen whoever looks at each stride-th place of a block only, where stride = window bytes
// - 3. There a filter tells whether a gram is one of the set's (gram_filter.h); if so, a table of grams
// tells where in a window it can be, a table of windows whether that is one of the set's, and of whose.
// The idea is that of Wu and Manber, A Fast Algorithm for Multi-Pattern Searching (1994), with grams that
// are hashed as by Kim and Kim, A Fast Multiple String-Pattern Matching Algorithm (1999).
//
// To make one takes time linear in the literals' bytes: some 50 ms for 100,000 literals of 12 bytes,
// and 11 MB. To search takes a load and a few steps for each stride-th byte. As few literals share a
// window, no block takes more than a bounded time for each of its bytes.
#ifndef BIGSCAN_LIB_LITERAL_SET_SEARCH_H_
#define BIGSCAN_LIB_LITERAL_SET_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lib/gram_filter.h"
#include "lib/selection.h"

namespace bigscan {

class LiteralSetSearch {
 public:
  static constexpr size_t kLeastBytes = GramFilter::kGramBytes;

  // REQUIRES: each literal has at least kLeastBytes and is not only wanted at the start of a record.
  explicit LiteralSetSearch(std::span<const Literal> literals);

  // The literals that are not searched for, as too many others have all of their windows.
  const std::vector<uint32_t>& left_out() const { return left_out_; }

  // Calls `on_found` for the places in `block` that have a literal: `at` is its first byte. It returns
  // where the search is to go on: literals that begin before that may be left out, so that 0 leaves out
  // none. Whatever the literals and places, they come by record in ascending order, as long as no
  // literal holds a delimiter. Returns whether the block holds a NUL. REQUIRES: the block is smaller than
  // 4 GiB.
  using OnFound = absl::FunctionRef<size_t(size_t at, uint32_t literal)>;
  bool Search(absl::string_view block, OnFound on_found) const;

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};

  // A literal of the set, and the next one with the same window.
  struct Member {
    uint32_t begin;  // of its bytes in bytes_
    uint32_t size;
    uint32_t head;    // its first bytes, as Head gives them
    uint32_t window;  // where its window begins in it
    uint32_t next = kNone;
    uint32_t equal = kNone;  // another literal, the same as this one
    bool caseless;
  };
  // Of the table of windows: those with this hash.
  struct Slot {
    uint32_t check;
    uint32_t first = kNone;
  };
  class WindowChooser;

  static uint32_t Head(const char* bytes, bool caseless);
  uint64_t WindowHash(const char* window) const;
  const Slot& SlotFor(uint64_t hash) const;
  size_t GramSlot(uint32_t gram) const;
  bool Join(uint32_t literal, const char* window);
  bool IsSame(const Member& a, const Member& b) const;
  void AddGrams(const char* window);
  void AddWindow(uint64_t hash);
  bool MayHold(uint64_t hash) const;
  size_t ListWindows(absl::string_view block, const uint32_t* places, size_t count,
                     uint32_t* windows) const;
  size_t Look(absl::string_view block, size_t window, uint64_t hash, size_t next,
              OnFound on_found) const;

  bool caseless_ = false;  // whether any literal is
  size_t window_bytes_ = 0;
  size_t stride_ = 0;
  std::string bytes_;                  // of the literals
  std::vector<Member> members_;        // by literal
  std::vector<uint64_t> window_bits_;  // a filter of windows: two bits of a word for each
  std::vector<Slot> slots_;            // open addressing
  GramFilter filter_;
  // By a gram's hash, at which places of a window it can be: a bit for each.
  std::vector<uint8_t> places_;
  std::vector<uint32_t> left_out_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_LITERAL_SET_SEARCH_H_
