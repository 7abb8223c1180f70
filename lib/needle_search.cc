#include "lib/needle_search.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/match.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bigscan {
namespace {

using Probe = NeedleSearch::Probe;
using Probes = NeedleSearch::Probes;

constexpr size_t kSampleBytes = 32 << 10;
// Candidates are gathered and then looked at, so that the search itself stays a tight loop.
constexpr size_t kCandidates = 256;
// But not many bytes later, when their records have left the cache: those of a level-1 data cache.
constexpr size_t kReachBytes = 32 << 10;

struct Candidate {
  uint32_t at;
  uint32_t needle;
};

struct Candidates {
  Candidate found[kCandidates + 2 * 64 * NeedleSearch::kMostNeedles];
  size_t count = 0;
  bool nul = false;  // whether there was a NUL in what was searched
};

// Puts the places in [from, end) that could have a needle into `candidates`, in order, until these
// are many. Returns where it stopped. Reads no byte at or after end + longest needle.
using Kernel = size_t (*)(const char* data, size_t from, size_t end, const Probes* needles,
                          Candidates* candidates);

#if defined(__x86_64__)

#define BIGSCAN_AVX512 __attribute__((target("avx512f,avx512bw")))
#define BIGSCAN_AVX2 __attribute__((target("avx2")))

// Adds the places of the bits, which are of a vector that begins at `from`.
template <int kNeedles>
inline void Gather(const uint64_t* bits, size_t from, Candidates* candidates) {
  uint64_t any = 0;
  for (int n = 0; n < kNeedles; ++n) any |= bits[n];
  for (; any != 0; any &= any - 1) {
    const int place = __builtin_ctzll(any);
    for (int n = 0; n < kNeedles; ++n) {
      if ((bits[n] >> place & 1) == 0) continue;
      candidates->found[candidates->count++] = {static_cast<uint32_t>(from) + place,
                                                static_cast<uint32_t>(n)};
    }
  }
}

// Compares two bytes of each needle at all places of a stride at once. The bytes that the first probe
// of the first needle loads are also looked at for NULs.
template <int kNeedles, bool kMasked>
BIGSCAN_AVX512 size_t FindAvx512(const char* data, size_t from, size_t end, const Probes* needles,
                                 Candidates* candidates) {
  constexpr size_t kVector = 64;
  constexpr size_t kStride = 2 * kVector;
  __m512i bytes[kNeedles][2];
  __m512i masks[kNeedles][2];
  const char* at[kNeedles][2];
  for (int n = 0; n < kNeedles; ++n) {
    for (int p = 0; p < 2; ++p) {
      bytes[n][p] = _mm512_set1_epi8(static_cast<char>(needles[n].probes[p].byte));
      masks[n][p] = _mm512_set1_epi8(static_cast<char>(needles[n].probes[p].mask));
      at[n][p] = data + needles[n].probes[p].offset;
    }
  }
  __m512i least = _mm512_set1_epi8(-1);
  for (; from + kStride <= end && candidates->count < kCandidates; from += kStride) {
    uint64_t found[2][kNeedles];
    uint64_t any = 0;
    for (int v = 0; v < 2; ++v) {
      for (int n = 0; n < kNeedles; ++n) {
        __m512i first = _mm512_loadu_si512(at[n][0] + from + v * kVector);
        __m512i second = _mm512_loadu_si512(at[n][1] + from + v * kVector);
        if (n == 0) least = _mm512_min_epu8(least, first);
        if (kMasked) first = _mm512_or_si512(first, masks[n][0]);
        if (kMasked) second = _mm512_or_si512(second, masks[n][1]);
        found[v][n] = _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(first, bytes[n][0]),
                                                  second, bytes[n][1]);
        any |= found[v][n];
      }
    }
    if (any == 0) continue;
    for (int v = 0; v < 2; ++v) {
      Gather<kNeedles>(found[v], from + v * kVector, candidates);
    }
  }
  candidates->nul |= _mm512_cmpeq_epi8_mask(least, _mm512_setzero_si512()) != 0;
  return from;
}

template <int kNeedles, bool kMasked>
BIGSCAN_AVX2 size_t FindAvx2(const char* data, size_t from, size_t end, const Probes* needles,
                             Candidates* candidates) {
  constexpr size_t kVector = 32;
  constexpr int kVectors = kNeedles == 1 ? 4 : 2;
  constexpr size_t kStride = kVectors * kVector;
  __m256i bytes[kNeedles][2];
  __m256i masks[kNeedles][2];
  const char* at[kNeedles][2];
  for (int n = 0; n < kNeedles; ++n) {
    for (int p = 0; p < 2; ++p) {
      bytes[n][p] = _mm256_set1_epi8(static_cast<char>(needles[n].probes[p].byte));
      masks[n][p] = _mm256_set1_epi8(static_cast<char>(needles[n].probes[p].mask));
      at[n][p] = data + needles[n].probes[p].offset;
    }
  }
  __m256i least = _mm256_set1_epi8(-1);
  for (; from + kStride <= end && candidates->count < kCandidates; from += kStride) {
    __m256i found[kVectors][kNeedles];
    __m256i any = _mm256_setzero_si256();
    for (int v = 0; v < kVectors; ++v) {
      for (int n = 0; n < kNeedles; ++n) {
        __m256i first =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at[n][0] + from + v * kVector));
        __m256i second =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at[n][1] + from + v * kVector));
        if (n == 0) least = _mm256_min_epu8(least, first);
        if (kMasked) first = _mm256_or_si256(first, masks[n][0]);
        if (kMasked) second = _mm256_or_si256(second, masks[n][1]);
        found[v][n] = _mm256_and_si256(_mm256_cmpeq_epi8(first, bytes[n][0]),
                                       _mm256_cmpeq_epi8(second, bytes[n][1]));
        any = _mm256_or_si256(any, found[v][n]);
      }
    }
    if (_mm256_testz_si256(any, any)) continue;
    for (int v = 0; v < kVectors; ++v) {
      uint64_t bits[kNeedles];
      for (int n = 0; n < kNeedles; ++n) {
        bits[n] = static_cast<uint32_t>(_mm256_movemask_epi8(found[v][n]));
      }
      Gather<kNeedles>(bits, from + v * kVector, candidates);
    }
  }
  candidates->nul |= _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) != 0;
  return from;
}

template <int kNeedles, bool kMasked>
Kernel KernelOf() {
  static const bool avx512 = __builtin_cpu_supports("avx512bw") != 0;
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  if (avx512) return FindAvx512<kNeedles, kMasked>;
  return avx2 ? FindAvx2<kNeedles, kMasked> : nullptr;
}

Kernel KernelFor(size_t needles, bool masked) {
  switch (needles) {
    case 1:
      return masked ? KernelOf<1, true>() : KernelOf<1, false>();
    case 2:
      return masked ? KernelOf<2, true>() : KernelOf<2, false>();
    case 3:
      return masked ? KernelOf<3, true>() : KernelOf<3, false>();
    case 4:
      return masked ? KernelOf<4, true>() : KernelOf<4, false>();
    default:
      return nullptr;
  }
}

#else

Kernel KernelFor(size_t /*needles*/, bool /*masked*/) { return nullptr; }

#endif

// How to compare a byte with `set`, if it is a single byte or a letter in both its cases.
std::optional<Probe> ProbeFor(const ByteSet& set, size_t offset) {
  int first = -1;
  for (int byte = 0; byte < 256 && first < 0; ++byte) {
    if (set[byte]) first = byte;
  }
  Probe probe{.offset = static_cast<uint32_t>(offset)};
  if (set.count() == 1) {
    probe.byte = static_cast<uint8_t>(first);
    return probe;
  }
  if (set.count() == 2 && first >= 'A' && first <= 'Z' && set[first | 0x20]) {
    probe.mask = 0x20;
    probe.byte = static_cast<uint8_t>(first | 0x20);
    return probe;
  }
  return std::nullopt;
}

std::vector<Probe> ProbesFor(const Needle& needle) {
  std::vector<Probe> probes;
  for (size_t i = 0; i < needle.sets.size(); ++i) {
    if (std::optional<Probe> probe = ProbeFor(needle.sets[i], i)) probes.push_back(*probe);
  }
  return probes;
}

bool Hits(const Probe& probe, const char* at) {
  return (static_cast<uint8_t>(at[probe.offset]) | probe.mask) == probe.byte;
}

}  // namespace

bool NeedleSearch::Suits(const std::vector<Needle>& needles) {
  return KernelFor(needles.size(), false) != nullptr &&
         std::none_of(needles.begin(), needles.end(),
                      [](const Needle& needle) { return ProbesFor(needle).empty(); });
}

NeedleSearch::NeedleSearch(std::vector<Needle> needles, char delimiter)
    : needles_(std::move(needles)), delimiter_(static_cast<unsigned char>(delimiter)) {
  for (const Needle& needle : needles_) {
    possible_.push_back(ProbesFor(needle));
    longest_ = std::max(longest_, needle.sets.size());
  }
  Tune("");
}

// Takes the rarest byte first, then the one that is rarest beside it, and so on.
void NeedleSearch::Tune(absl::string_view sample) {
  sample = sample.substr(0, kSampleBytes);
  for (size_t n = 0; n < needles_.size(); ++n) {
    const std::vector<Probe>& possible = possible_[n];
    Probes& chosen = chosen_[n];
    const size_t length = needles_[n].sets.size();
    const size_t places = sample.size() > length ? sample.size() - length : 0;
    std::vector<uint8_t> left(places, 1);
    for (int p = 0; p < kProbes; ++p) {
      size_t fewest = std::numeric_limits<size_t>::max();
      for (const Probe& probe : possible) {
        size_t hits = 0;
        for (size_t at = 0; at < places; ++at) {
          hits += left[at] & static_cast<uint8_t>(Hits(probe, sample.data() + at));
        }
        if (hits >= fewest) continue;
        fewest = hits;
        chosen.probes[p] = probe;
      }
      for (size_t at = 0; at < places; ++at) {
        left[at] &= static_cast<uint8_t>(Hits(chosen.probes[p], sample.data() + at));
      }
    }
  }
}

bool NeedleSearch::MatchesAt(absl::string_view block, ptrdiff_t at, const Needle& needle) const {
  for (const ByteSet& set : needle.sets) {
    const bool inside = at >= 0 && static_cast<size_t>(at) < block.size();
    const unsigned char byte =
        inside ? static_cast<unsigned char>(block[static_cast<size_t>(at)]) : delimiter_;
    if (!set[byte]) return false;
    ++at;
  }
  return true;
}

bool NeedleSearch::Search(absl::string_view block, OnFound on_found) const {
  size_t next = 0;
  const auto look = [&](ptrdiff_t at, size_t n) {
    const Needle& needle = needles_[n];
    const ptrdiff_t begin = at + (needle.has_before ? 1 : 0);
    if (begin < static_cast<ptrdiff_t>(next) || !MatchesAt(block, at, needle)) return;
    next = std::max(next, on_found(static_cast<size_t>(begin), n));
  };
  // A byte before the block, or after it, is there only for the edge of a needle.
  const auto look_at_all = [&](ptrdiff_t at) {
    for (size_t n = 0; n < needles_.size(); ++n) {
      const Needle& needle = needles_[n];
      const ptrdiff_t end = at + static_cast<ptrdiff_t>(needle.sets.size());
      const auto size = static_cast<ptrdiff_t>(block.size());
      if (at >= 0 && end <= size) {
        const char* const here = block.data() + at;
        const Probes& probes = chosen_[n];
        if (Hits(probes.probes[0], here) && Hits(probes.probes[1], here)) look(at, n);
      } else if ((at >= 0 || needle.has_before) &&
                 (end <= size || (needle.has_after && end == size + 1))) {
        look(at, n);
      }
    }
  };
  look_at_all(-1);
  size_t from = 0;
  const size_t end = block.size() > longest_ ? block.size() - longest_ : 0;
  bool masked = false;
  for (size_t n = 0; n < needles_.size(); ++n) {
    for (const Probe& probe : chosen_[n].probes) masked |= probe.mask != 0;
  }
  const Kernel kernel = KernelFor(needles_.size(), masked);
  Candidates candidates;
  // Before what the first probe loads.
  candidates.nul = absl::StrContains(block.substr(0, chosen_[0].probes[0].offset), '\0');
  while (true) {
    const size_t reach = std::min(end, from + kReachBytes);
    const size_t stopped = kernel(block.data(), from, reach, chosen_, &candidates);
    for (size_t i = 0; i < candidates.count; ++i) {
      look(candidates.found[i].at, candidates.found[i].needle);
    }
    candidates.count = 0;
    if (stopped == from) break;
    from = stopped;
  }
  const bool nul = candidates.nul || absl::StrContains(block.substr(from), '\0');
  for (; from < block.size(); ++from) look_at_all(static_cast<ptrdiff_t>(from));
  return nul;
}

}  // namespace bigscan
