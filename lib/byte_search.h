// Finds bytes near: the ends of fields, which are mostly shorter than what memchr() is good at.
#ifndef BIGSCAN_LIB_BYTE_SEARCH_H_
#define BIGSCAN_LIB_BYTE_SEARCH_H_

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <cstddef>

#include "absl/strings/string_view.h"

namespace bigscan {

// Searches in a text, which must outlive it. It never reads outside of the text: the last bytes of
// one that has at least 16 are read together with those before them.
class ByteSearch {
 public:
  explicit ByteSearch(absl::string_view text)
      : begin_(text.data()), end_(text.data() + text.size()) {}

  // The first byte in [from, end) that is one of `wanted`, or the text's end.
  // REQUIRES: `from` is in the text, or its end.
  template <typename... Bytes>
  const char* Find(const char* from, Bytes... wanted) const {
#if defined(__SSE2__)
    constexpr ptrdiff_t kWidth = sizeof(__m128i);
    while (end_ - from >= kWidth) {
      const unsigned equal = Compare(from, wanted...);
      if (equal != 0) return from + __builtin_ctz(equal);
      from += kWidth;
    }
    if (end_ - begin_ >= kWidth) {
      const unsigned equal = Compare(end_ - kWidth, wanted...) >> (kWidth - (end_ - from));
      return equal != 0 ? from + __builtin_ctz(equal) : end_;
    }
#endif
    while (from != end_ && !((*from == wanted) || ...)) ++from;
    return from;
  }

 private:
#if defined(__SSE2__)
  // A bit for each of the 16 bytes at `from`.
  template <typename... Bytes>
  static unsigned Compare(const char* from, Bytes... wanted) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    __m128i equal = _mm_setzero_si128();
    ((equal = _mm_or_si128(equal, _mm_cmpeq_epi8(block, _mm_set1_epi8(wanted)))), ...);
    return static_cast<unsigned>(_mm_movemask_epi8(equal));
  }
#endif

  const char* begin_;
  const char* end_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_BYTE_SEARCH_H_
