#include "lib/record.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
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

uint64_t CountDelimiters(absl::string_view data, char delimiter) {
  uint64_t total = 0;
  size_t i = 0;
#ifdef __SSE2__
  // Every x86-64 has it; left to itself, the compiler widens each byte and is 5 times slower.
  constexpr size_t kStep = 4 * sizeof(__m128i);
  constexpr size_t kMostRounds = 255;  // until the sum of a byte lane could overflow
  const __m128i wanted = _mm_set1_epi8(delimiter);
  const __m128i zero = _mm_setzero_si128();
  while (data.size() - i >= kStep) {
    __m128i sums[4] = {zero, zero, zero, zero};
    const size_t rounds = std::min(kMostRounds, (data.size() - i) / kStep);
    for (size_t round = 0; round < rounds; ++round, i += kStep) {
      const auto* from = reinterpret_cast<const __m128i*>(data.data() + i);
      for (int lane = 0; lane < 4; ++lane) {  // an equal byte compares to -1
        const __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128(from + lane), wanted);
        sums[lane] = _mm_sub_epi8(sums[lane], equal);
      }
    }
    for (const __m128i& sum : sums) {
      const __m128i halves = _mm_sad_epu8(sum, zero);
      total += static_cast<uint64_t>(_mm_cvtsi128_si64(halves)) +
               static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves)));
    }
  }
#endif
  for (; i < data.size(); ++i) total += data[i] == delimiter;
  return total;
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
