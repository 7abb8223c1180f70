#include "lib/byte_set.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace bigscan {
namespace {

std::string ByteToRegex(int byte) {
  if (absl::ascii_isalnum(static_cast<unsigned char>(byte))) {
    return std::string(1, static_cast<char>(byte));
  }
  return absl::StrFormat("\\x%02x", byte);
}

ByteSet Letters() { return Bytes('a', 'z') | Bytes('A', 'Z'); }
ByteSet Word() { return Letters() | Bytes('0', '9') | SingleByte('_'); }
ByteSet Space() { return Bytes('\t', '\r') | SingleByte(' '); }
ByteSet Graph() { return Bytes(0x21, 0x7e); }

}  // namespace

ByteSet SingleByte(unsigned char byte) { return ByteSet().set(byte); }

ByteSet Bytes(unsigned char first, unsigned char last) {
  ByteSet set;
  for (int byte = first; byte <= last; ++byte) set.set(byte);
  return set;
}

std::optional<ByteSet> EscapeClass(char letter) {
  switch (letter) {
    case 'd':
      return Bytes('0', '9');
    case 'D':
      return ~Bytes('0', '9');
    case 'w':
      return Word();
    case 'W':
      return ~Word();
    case 's':
      return Space();
    case 'S':
      return ~Space();
    case 'h':
      return SingleByte('\t') | SingleByte(' ') | SingleByte(0xa0);
    case 'H':
      return ~*EscapeClass('h');
    case 'v':
      return Bytes('\n', '\r') | SingleByte(0x85);
    case 'V':
      return ~*EscapeClass('v');
    default:
      return std::nullopt;
  }
}

std::optional<ByteSet> PosixClass(absl::string_view name) {
  if (name == "alpha") return Letters();
  if (name == "lower") return Bytes('a', 'z');
  if (name == "upper") return Bytes('A', 'Z');
  if (name == "digit") return Bytes('0', '9');
  if (name == "alnum") return Letters() | Bytes('0', '9');
  if (name == "xdigit") return Bytes('0', '9') | Bytes('a', 'f') | Bytes('A', 'F');
  if (name == "word") return Word();
  if (name == "space") return Space();
  if (name == "blank") return SingleByte(' ') | SingleByte('\t');
  if (name == "cntrl") return Bytes(0, 0x1f) | SingleByte(0x7f);
  if (name == "graph") return Graph();
  if (name == "print") return Graph() | SingleByte(' ');
  if (name == "punct") return Graph() & ~(Letters() | Bytes('0', '9'));
  if (name == "ascii") return Bytes(0, 0x7f);
  return std::nullopt;
}

ByteSet CloseUnderCase(const ByteSet& set) {
  ByteSet closed = set;
  for (int lower = 'a'; lower <= 'z'; ++lower) {
    const int upper = absl::ascii_toupper(static_cast<unsigned char>(lower));
    if (set[lower] || set[upper]) closed.set(lower).set(upper);
  }
  return closed;
}

std::string ToRegex(const ByteSet& set) {
  if (set == ~SingleByte('\n')) return ".";
  if (set.count() == 1) {
    int byte = 0;
    while (!set[byte]) ++byte;
    return ByteToRegex(byte);
  }
  std::string regex(1, '[');
  for (int first = 0; first < 256; ++first) {
    if (!set[first]) continue;
    int last = first;
    while (last < 255 && set[last + 1]) ++last;
    regex += ByteToRegex(first);
    if (last > first + 1) regex += '-';
    if (last > first) regex += ByteToRegex(last);
    first = last;
  }
  regex += ']';
  return regex;
}

}  // namespace bigscan
