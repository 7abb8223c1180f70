#include "lib/literal_set_search.h"

#include <string.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "absl/strings/match.h"

namespace bigscan {
namespace {

constexpr size_t kGramBytes = GramFilter::kGramBytes;
constexpr size_t kMostWindowBytes = GramFilter::kMostStride + kGramBytes - 1;
// So many literals may share a window: they are compared one by one wherever it is.
constexpr int kMostSharers = 16;
constexpr size_t kMostTriedWindows = 64;
// Places are looked at by so many, so that the block's bytes stay in the first-level cache.
constexpr size_t kBatch = 1024;

constexpr uint64_t kGramFactor = 0x9e3779b97f4a7c15;

uint64_t Load(const char* bytes, size_t size) {
  uint64_t value = 0;
  memcpy(&value, bytes, size);
  return value;
}

}  // namespace

// Chooses windows of literals: those whose grams are the rarest in the set.
class LiteralSetSearch::WindowChooser {
 public:
  WindowChooser(const LiteralSetSearch& search, size_t bytes)
      : search_(search), counts_(std::bit_ceil(std::clamp(bytes, kLeastCounts, kMostCounts))) {}

  void Count(absl::string_view literal) {
    for (size_t i = 0; i + kGramBytes <= literal.size(); ++i) {
      uint16_t& count = counts_[Slot(literal.data() + i)];
      if (count < std::numeric_limits<uint16_t>::max()) ++count;
    }
  }

  // Where the best window of `literal` begins.
  uint32_t Best(absl::string_view literal) {
    const size_t grams = literal.size() - kGramBytes + 1;
    const size_t stride = search_.stride_;
    gram_costs_.resize(grams);
    costs_.resize(grams - stride + 1);
    uint32_t cost = 0;
    for (size_t i = 0; i < grams; ++i) {
      gram_costs_[i] = counts_[Slot(literal.data() + i)];
      cost += gram_costs_[i];
      if (i + 1 < stride) continue;
      costs_[i + 1 - stride] = cost;
      cost -= gram_costs_[i + 1 - stride];
    }
    const auto best = std::min_element(costs_.begin(), costs_.end());
    return static_cast<uint32_t>(best - costs_.begin());
  }

  // Where windows of the literal of the last Best begin, the best one first.
  const std::vector<uint32_t>& Ranked() {
    ranked_.resize(costs_.size());
    std::iota(ranked_.begin(), ranked_.end(), 0);
    const size_t tried = std::min(ranked_.size(), kMostTriedWindows);
    std::partial_sort(ranked_.begin(), ranked_.begin() + static_cast<ptrdiff_t>(tried),
                      ranked_.end(), [this](uint32_t a, uint32_t b) {
                        return costs_[a] != costs_[b] ? costs_[a] < costs_[b] : a < b;
                      });
    ranked_.resize(tried);
    return ranked_;
  }

 private:
  static constexpr size_t kLeastCounts = 1 << 10;
  static constexpr size_t kMostCounts = 1 << 20;

  size_t Slot(const char* gram) const {
    return search_.filter_.GramAt(gram) * kGramFactor >> 32 & (counts_.size() - 1);
  }

  const LiteralSetSearch& search_;
  std::vector<uint16_t> counts_;  // of the grams of all literals, by hash
  std::vector<uint32_t> gram_costs_;
  std::vector<uint32_t> costs_;  // by window
  std::vector<uint32_t> ranked_;
};

LiteralSetSearch::LiteralSetSearch(std::span<const Literal> literals)
    : caseless_(std::any_of(literals.begin(), literals.end(),
                            [](const Literal& literal) { return literal.caseless; })),
      window_bytes_(std::accumulate(literals.begin(), literals.end(), kMostWindowBytes,
                                    [](size_t least, const Literal& literal) {
                                      return std::min(least, literal.bytes.size());
                                    })),
      stride_(window_bytes_ - kGramBytes + 1),
      window_bits_(std::bit_ceil(literals.size() / 4 + 1)),
      slots_(std::bit_ceil(2 * literals.size() + 1)),
      filter_(stride_ * literals.size(), caseless_),
      places_(std::bit_ceil(std::max<size_t>(8 * stride_ * literals.size(), 1 << 16))) {
  size_t total = 0;
  for (const Literal& literal : literals) total += literal.bytes.size();
  bytes_.reserve(total);
  members_.reserve(literals.size());
  WindowChooser chooser(*this, total);
  for (const Literal& literal : literals) chooser.Count(literal.bytes);
  for (const Literal& literal : literals) {
    const auto index = static_cast<uint32_t>(members_.size());
    members_.push_back({.begin = static_cast<uint32_t>(bytes_.size()),
                        .size = static_cast<uint32_t>(literal.bytes.size()),
                        .head = Head(literal.bytes.data(), literal.caseless),
                        .window = 0,
                        .caseless = literal.caseless});
    bytes_ += literal.bytes;
    const auto join = [&](uint32_t window) {
      members_[index].window = window;
      return Join(index, literal.bytes.data() + window);
    };
    bool joined = join(chooser.Best(literal.bytes));
    if (!joined) {
      const std::vector<uint32_t>& ranked = chooser.Ranked();
      joined = std::any_of(ranked.begin(), ranked.end(), join);
    }
    if (!joined) left_out_.push_back(index);
  }
}

// What tells most literals from what is found, without a look at bytes_, which are seldom cached.
uint32_t LiteralSetSearch::Head(const char* bytes, bool caseless) {
  return static_cast<uint32_t>(Load(bytes, sizeof(uint32_t))) | (caseless ? 0x20202020 : 0);
}

size_t LiteralSetSearch::GramSlot(uint32_t gram) const {
  return gram * kGramFactor >> 32 & (places_.size() - 1);
}

// By multiplying halves that may overlap, as wyhash does.
uint64_t LiteralSetSearch::WindowHash(const char* window) const {
  const size_t half = window_bytes_ < 8 ? 4 : 8;
  uint64_t first = half == 4 ? Load(window, 4) : Load(window, 8);
  uint64_t last =
      half == 4 ? Load(window + window_bytes_ - 4, 4) : Load(window + window_bytes_ - 8, 8);
  if (caseless_) {
    first |= 0x2020202020202020;
    last |= 0x2020202020202020;
  }
  const auto product = static_cast<unsigned __int128>(first ^ 0xa0761d6478bd642f) *
                       static_cast<unsigned __int128>(last ^ 0xe7037ed1a0b428db);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The slot of windows with this hash, or the free one where it would be.
const LiteralSetSearch::Slot& LiteralSetSearch::SlotFor(uint64_t hash) const {
  const auto check = static_cast<uint32_t>(hash >> 32);
  for (size_t i = hash;; ++i) {
    const Slot& slot = slots_[i & (slots_.size() - 1)];
    if (slot.first == kNone || slot.check == check) return slot;
  }
}

bool LiteralSetSearch::IsSame(const Member& a, const Member& b) const {
  return a.caseless == b.caseless && a.size == b.size &&
         memcmp(bytes_.data() + a.begin, bytes_.data() + b.begin, a.size) == 0;
}

// Takes the literal into the set by this window of it. False if too many others have it.
bool LiteralSetSearch::Join(uint32_t literal, const char* window) {
  const uint64_t hash = WindowHash(window);
  Slot& slot = const_cast<Slot&>(SlotFor(hash));
  Member& member = members_[literal];
  int sharers = 0;
  for (uint32_t other = slot.first; other != kNone; other = members_[other].next) {
    if (IsSame(members_[other], member)) {
      member.equal = members_[other].equal;
      members_[other].equal = literal;
      return true;
    }
    if (++sharers == kMostSharers) return false;
  }
  member.next = slot.first;
  slot = {static_cast<uint32_t>(hash >> 32), literal};
  AddWindow(hash);
  AddGrams(window);
  return true;
}

void LiteralSetSearch::AddGrams(const char* window) {
  for (size_t place = 0; place < stride_; ++place) {
    const uint32_t gram = filter_.GramAt(window + place);
    filter_.Add(gram);
    places_[GramSlot(gram)] |= static_cast<uint8_t>(1 << place);
  }
}

// The windows that may be of the set and have one of the `grams` at these places: where they begin, in the
// order of the places. One that would begin before the block wraps around to beyond it. Returns how many
// these are; `windows` has room for kMostStride windows of each place, and one more.
//
// Here and in MayHold nothing depends on a branch that the data make unpredictable: a wrong guess takes
// longer than all the rest.
size_t LiteralSetSearch::ListWindows(absl::string_view block, const uint32_t* places, size_t count,
                                     uint32_t* windows) const {
  uint32_t at[kBatch + 1];
  uint8_t in_window[kBatch + 1];
  size_t grams = 0;
  for (size_t i = 0; i < count; ++i) {
    at[grams] = places[i];
    in_window[grams] = places_[GramSlot(filter_.GramAt(block.data() + places[i]))];
    grams += in_window[grams] != 0;
  }
  in_window[grams] = 0;
  size_t listed = 0;
  unsigned bits = in_window[0];
  for (size_t i = 0; i < grams;) {
    windows[listed++] = at[i] - static_cast<uint32_t>(std::countr_zero(bits));
    bits &= bits - 1;
    i += bits == 0;
    bits = bits == 0 ? in_window[i] : bits;
  }
  return listed;
}

// Whether a window with this hash may be one of the set's.
bool LiteralSetSearch::MayHold(uint64_t hash) const {
  const uint64_t word = window_bits_[hash >> 12 & (window_bits_.size() - 1)];
  return (word >> (hash & 63) & word >> (hash >> 6 & 63) & 1) != 0;
}

void LiteralSetSearch::AddWindow(uint64_t hash) {
  uint64_t& word = window_bits_[hash >> 12 & (window_bits_.size() - 1)];
  word |= uint64_t{1} << (hash & 63) | uint64_t{1} << (hash >> 6 & 63);
}

// Looks for the literals that have this window, unless they begin before `next`. Returns where to go on.
size_t LiteralSetSearch::Look(absl::string_view block, size_t window, uint64_t hash, size_t next,
                              OnFound on_found) const {
  for (uint32_t i = SlotFor(hash).first; i != kNone; i = members_[i].next) {
    const Member& member = members_[i];
    if (member.window > window) continue;
    const size_t at = window - member.window;
    if (at < next || member.size > block.size() - at) continue;
    if (Head(block.data() + at, member.caseless) != member.head) continue;
    const absl::string_view wanted(bytes_.data() + member.begin, member.size);
    const absl::string_view here(block.data() + at, member.size);
    if (member.caseless ? !absl::EqualsIgnoreCase(here, wanted) : here != wanted) continue;
    for (uint32_t each = i; each != kNone; each = members_[each].equal) {
      next = std::max(next, on_found(at, each));
    }
  }
  return next;
}

bool LiteralSetSearch::Search(absl::string_view block, OnFound on_found) const {
  uint32_t found[kBatch + GramFilter::kSlack];
  uint32_t windows[GramFilter::kMostStride * kBatch + 1];
  bool nul = false;
  size_t next = 0;
  size_t looked = 0;  // for NULs
  size_t place = stride_ - 1;
  while (place + kGramBytes <= block.size()) {
    const size_t count = std::min(kBatch, (block.size() - kGramBytes - place) / stride_ + 1);
    const size_t end = place + count * stride_;
    const size_t hits = filter_.Find(block, place, count, stride_, found);
    const size_t listed = ListWindows(block, found, hits, windows);
    for (size_t i = 0; i < listed; ++i) {
      const size_t window = windows[i];
      if (window > block.size() - window_bytes_) continue;
      const uint64_t hash = WindowHash(block.data() + window);
      if (MayHold(hash) && window >= next) next = Look(block, window, hash, next, on_found);
    }
    nul = nul || absl::StrContains(block.substr(looked, end - looked), '\0');
    looked = std::min(end, block.size());
    place = std::max(end, next + stride_ - 1);
  }
  return nul || absl::StrContains(block.substr(looked), '\0');
}

}  // namespace bigscan
