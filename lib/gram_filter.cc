#include "lib/gram_filter.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bigscan {
namespace {

// Four grams set an eighth of the bits at most. The least is what fits the first-level cache.
constexpr size_t kBitsPerGram = 16;
constexpr size_t kLeastBits = size_t{1} << 18;
constexpr size_t kMostBits = size_t{1} << 27;
constexpr size_t kWordBits = 32;

constexpr uint32_t kWordFactor = 0x9e3779b1;
constexpr uint32_t kBitsFactor = 0x85ebca77;
// Where the numbers of the two bits stand in a gram's second hash.
constexpr int kFirstBit = 27;
constexpr int kSecondBit = 22;

struct Filter {
  const uint32_t* words;
  const uint8_t* classes;
  int shift;
  uint32_t fold;
};

uint32_t BitsOf(uint32_t gram) {
  const uint32_t hash = gram * kBitsFactor;
  return 1u << (hash >> kFirstBit) | 1u << (hash >> kSecondBit & (kWordBits - 1));
}

// As GramFilter::Find, beginning with the `done`-th place, where `found_before` are found already.
size_t FindOneByOne(const Filter& filter, absl::string_view block, size_t from, size_t done,
                    size_t count, size_t stride, uint32_t* found, size_t found_before) {
  size_t hits = found_before;
  const char* const data = block.data();
  for (size_t at = from + done * stride; done < count; ++done, at += stride) {
    uint32_t gram;
    memcpy(&gram, data + at, sizeof(gram));
    gram |= filter.fold;
    const uint32_t word = filter.words[gram * kWordFactor >> filter.shift];
    const uint32_t hash = gram * kBitsFactor;
    found[hits] = static_cast<uint32_t>(at);
    hits += word >> (hash >> kFirstBit) & word >> (hash >> kSecondBit & (kWordBits - 1)) & 1;
  }
  return hits;
}

#if defined(__x86_64__)

#define BIGSCAN_AVX512_VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi,popcnt")))

constexpr size_t kVector = 64;
constexpr size_t kLanes = kVector / sizeof(uint32_t);
constexpr __mmask16 kAllLanes = 0xffff;  // g++ 12 warns of its own intrinsics without a mask
// A gather is slow: what can be none of the grams is left out before, for so many places at a time.
constexpr size_t kGroup = 512;
constexpr size_t kPrefetched = 2048;  // bytes ahead
static_assert((kLanes - 1) * GramFilter::kMostStride + GramFilter::kGramBytes <= 2 * kVector);

// Grams, and where they are.
struct Places {
  uint32_t grams[kGroup + kLanes];
  uint32_t at[kGroup + kLanes];
  size_t count = 0;
};

// Adds the places from, from + stride, ... of which each byte of the gram is in the classes of that
// byte of one of the set's. Looks at `count` of them, a multiple of kLanes.
BIGSCAN_AVX512_VBMI void AddPlaces(const Filter& filter, const char* data, size_t from,
                                   size_t count, size_t stride, Places* places) {
  alignas(kVector) uint8_t gram_bytes[kVector];
  alignas(kVector) uint32_t offsets[kLanes];
  for (size_t lane = 0; lane < kLanes; ++lane) {
    offsets[lane] = static_cast<uint32_t>(from + lane * stride);
    for (size_t i = 0; i < GramFilter::kGramBytes; ++i) {
      gram_bytes[GramFilter::kGramBytes * lane + i] = static_cast<uint8_t>(lane * stride + i);
    }
  }
  const __m512i of_grams = _mm512_load_si512(gram_bytes);
  const __m512i step = _mm512_set1_epi32(static_cast<int>(kLanes * stride));
  const __m512i fold = _mm512_set1_epi32(static_cast<int>(filter.fold));
  const __m512i low_classes = _mm512_loadu_si512(filter.classes);
  const __m512i high_classes = _mm512_loadu_si512(filter.classes + kVector);
  const __m512i wanted = _mm512_set1_epi32(0x08040201);
  __m512i at = _mm512_load_si512(offsets);
  const char* here = data + from;
  for (size_t done = 0; done < count; done += kLanes, here += kLanes * stride) {
    _mm_prefetch(here + kPrefetched, _MM_HINT_T0);
    _mm_prefetch(here + kPrefetched + kVector, _MM_HINT_T0);
    const __m512i low = _mm512_loadu_si512(here);
    const __m512i high = _mm512_loadu_si512(here + kVector);
    const __m512i gram = _mm512_or_si512(_mm512_permutex2var_epi8(low, of_grams, high), fold);
    const __m512i classes = _mm512_permutex2var_epi8(low_classes, gram, high_classes);
    const __mmask16 possible = _mm512_cmpeq_epi32_mask(_mm512_and_si512(classes, wanted), wanted);
    _mm512_storeu_si512(places->grams + places->count, _mm512_maskz_compress_epi32(possible, gram));
    _mm512_storeu_si512(places->at + places->count, _mm512_maskz_compress_epi32(possible, at));
    places->count += static_cast<size_t>(__builtin_popcount(possible));
    at = _mm512_add_epi32(at, step);
  }
}

// Puts those of the places whose grams pass the filter into `found`, and returns how many they are.
BIGSCAN_AVX512_VBMI size_t Pass(const Filter& filter, const Places& places, uint32_t* found) {
  const __m512i word_factor = _mm512_set1_epi32(static_cast<int>(kWordFactor));
  const __m512i bits_factor = _mm512_set1_epi32(static_cast<int>(kBitsFactor));
  const __m512i bit_number = _mm512_set1_epi32(kWordBits - 1);
  const __m512i one = _mm512_set1_epi32(1);
  const __m128i shift = _mm_cvtsi32_si128(filter.shift);
  size_t hits = 0;
  for (size_t i = 0; i < places.count; i += kLanes) {
    const __m512i gram = _mm512_loadu_si512(places.grams + i);
    const __m512i slot =
        _mm512_maskz_srl_epi32(kAllLanes, _mm512_mullo_epi32(gram, word_factor), shift);
    const __m512i hash = _mm512_mullo_epi32(gram, bits_factor);
    const __m512i word = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), kAllLanes, slot,
                                                     filter.words, sizeof(uint32_t));
    const __m512i number = _mm512_maskz_srli_epi32(kAllLanes, hash, kFirstBit);
    const __m512i other =
        _mm512_and_si512(_mm512_maskz_srli_epi32(kAllLanes, hash, kSecondBit), bit_number);
    const __m512i both = _mm512_and_si512(_mm512_maskz_srlv_epi32(kAllLanes, word, number),
                                          _mm512_maskz_srlv_epi32(kAllLanes, word, other));
    const size_t lanes = std::min(kLanes, places.count - i);
    const __mmask16 hit =
        _mm512_test_epi32_mask(both, one) & static_cast<__mmask16>((1u << lanes) - 1);
    if (hit == 0) continue;
    const __m512i at = _mm512_loadu_si512(places.at + i);
    _mm512_storeu_si512(found + hits, _mm512_maskz_compress_epi32(hit, at));
    hits += static_cast<size_t>(__builtin_popcount(hit));
  }
  return hits;
}

size_t FindAvx512(const Filter& filter, absl::string_view block, size_t from, size_t count,
                  size_t stride, uint32_t* found) {
  Places places;
  size_t done = 0;
  size_t hits = 0;
  while (true) {
    // As many as no load goes beyond the block for.
    const size_t bytes = block.size() - (from + done * stride);
    const size_t steps = bytes < 2 * kVector ? 0 : (bytes - 2 * kVector) / (kLanes * stride) + 1;
    const size_t looked = std::min({steps * kLanes, (count - done) / kLanes * kLanes, kGroup});
    if (looked == 0) break;
    places.count = 0;
    AddPlaces(filter, block.data(), from + done * stride, looked, stride, &places);
    hits += Pass(filter, places, found + hits);
    done += looked;
  }
  return FindOneByOne(filter, block, from, done, count, stride, found, hits);
}

#endif

}  // namespace

bool GramFilter::IsVectorized() {
#if defined(__x86_64__)
  static const bool has =
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw");
  return has;
#else
  return false;
#endif
}

GramFilter::GramFilter(size_t grams, bool caseless) : fold_(caseless ? 0x20202020 : 0) {
  const size_t bits = std::clamp(std::bit_ceil(kBitsPerGram * grams), kLeastBits, kMostBits);
  words_.resize(bits / kWordBits);
  shift_ = 32 - std::countr_zero(words_.size());
}

void GramFilter::Add(uint32_t gram) {
  words_[gram * kWordFactor >> shift_] |= BitsOf(gram);
  char bytes[kGramBytes];
  memcpy(bytes, &gram, sizeof(bytes));
  for (size_t i = 0; i < kGramBytes; ++i) classes_[bytes[i] & 0x7f] |= static_cast<uint8_t>(1 << i);
}

size_t GramFilter::Find(absl::string_view block, size_t from, size_t count, size_t stride,
                        uint32_t* found) const {
  const Filter filter{words_.data(), classes_, shift_, fold_};
#if defined(__x86_64__)
  if (IsVectorized()) return FindAvx512(filter, block, from, count, stride, found);
#endif
  return FindOneByOne(filter, block, from, 0, count, stride, found, 0);
}

}  // namespace bigscan
