// Unsigned integers in 7-bit groups, lowest first (LEB128, as in DWARF): a value below 128 takes
// one byte, and none more than ten.
#ifndef BIGSCAN_LIB_VARINT_H_
#define BIGSCAN_LIB_VARINT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

inline void AppendVarint(uint64_t value, std::string* bytes) {
  while (value >= 0x80) {
    bytes->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes->push_back(static_cast<char>(value));
}

// Takes a number from the front of `bytes`. False, and `bytes` unspecified, if there is none.
inline bool TakeVarint(absl::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes->front());
    bytes->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace bigscan

#endif  // BIGSCAN_LIB_VARINT_H_
