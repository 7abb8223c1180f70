#include "lib/record.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>

namespace bigscan {

size_t RecordBegin(absl::string_view data, size_t offset, char delimiter) {
  if (offset == 0) return 0;
  const void* found = memrchr(data.data(), delimiter, offset);
  return found == nullptr ? 0 : static_cast<const char*>(found) - data.data() + 1;
}

size_t RecordEnd(absl::string_view data, size_t offset, char delimiter) {
  if (offset == data.size()) return offset;
  const void* found = memchr(data.data() + offset, delimiter, data.size() - offset);
  return found == nullptr ? data.size() : static_cast<const char*>(found) - data.data() + 1;
}

#if defined(__x86_64__)

// The sums of 32 byte lanes, each below 256, are added up before one could overflow.
__attribute__((target("avx2"))) static uint64_t CountAvx2(const char* data, size_t size,
                                                          char delimiter) {
  constexpr size_t kStep = 4 * sizeof(__m256i);
  constexpr size_t kMostRounds = 255;
  const __m256i wanted = _mm256_set1_epi8(delimiter);
  const __m256i zero = _mm256_setzero_si256();
  __m256i total = zero;
  for (size_t i = 0; size - i >= kStep;) {
    __m256i sums[4] = {zero, zero, zero, zero};
    const size_t rounds = std::min(kMostRounds, (size - i) / kStep);
    for (size_t round = 0; round < rounds; ++round, i += kStep) {
      const auto* from = reinterpret_cast<const __m256i*>(data + i);
      for (int lane = 0; lane < 4; ++lane) {  // an equal byte compares to -1
        const __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256(from + lane), wanted);
        sums[lane] = _mm256_sub_epi8(sums[lane], equal);
      }
    }
    for (const __m256i& sum : sums) total = _mm256_add_epi64(total, _mm256_sad_epu8(sum, zero));
  }
  uint64_t lanes[4];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), total);
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

#endif

uint64_t CountDelimiters(absl::string_view data, char delimiter) {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  if (avx2) {
    const size_t most = data.size() / 128 * 128;
    const absl::string_view rest = data.substr(most);
    return CountAvx2(data.data(), most, delimiter) +
           static_cast<uint64_t>(std::count(rest.begin(), rest.end(), delimiter));
  }
#endif
  return static_cast<uint64_t>(std::count(data.begin(), data.end(), delimiter));
}

uint64_t CountRecords(absl::string_view data, char delimiter) {
  if (data.empty()) return 0;
  return CountDelimiters(data, delimiter) + (data.back() != delimiter);
}

absl::string_view WithoutDelimiter(absl::string_view record, char delimiter) {
  if (!record.empty() && record.back() == delimiter) record.remove_suffix(1);
  return record;
}

}  // namespace bigscan
