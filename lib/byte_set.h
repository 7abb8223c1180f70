// Sets of bytes, as regular expressions name them in the C locale: `\d`, `[[:alpha:]]`, `[a-z]`.
#ifndef BIGSCAN_LIB_BYTE_SET_H_
#define BIGSCAN_LIB_BYTE_SET_H_

#include <bitset>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

using ByteSet = std::bitset<256>;

ByteSet SingleByte(unsigned char byte);

// [first, last], both included.
ByteSet Bytes(unsigned char first, unsigned char last);

// The set of the escapes d D w W s S h H v V (PCRE2, 8-bit, no UTF), or nothing for another letter.
std::optional<ByteSet> EscapeClass(char letter);

// The set of a POSIX class by its name, such as "alpha"; nothing when there is no such class.
std::optional<ByteSet> PosixClass(absl::string_view name);

// `set`, and for each ASCII letter in it its other case.
ByteSet CloseUnderCase(const ByteSet& set);

// `set` as a regular expression: `a`, `\x2e` or `[\x00-\x09\x0b-\xff]`. REQUIRES: set.any().
std::string ToRegex(const ByteSet& set);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_BYTE_SET_H_
