// The key of a group: a row of components, as bytes whose order is that of the components, one after the
// other, byte by byte.
//
//   key       := component*
//   component := text | time
//   text      := (byte but 0 | 00 ff)* 00 01      00 ff stands for a NUL
//              | 00 00                            a value that the record does not have: before all others
//   time      := u64, big-endian: microseconds since 1970, plus 2^63
//
// The escapes are those of FoundationDB's tuple layer.
#ifndef BIGSCAN_JOBS_GROUP_KEY_H_
#define BIGSCAN_JOBS_GROUP_KEY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

// A value whose data() is null is missing.
void AppendKeyText(absl::string_view value, std::string* key);
void AppendKeyTime(int64_t micros, std::string* key);

// Take a component from the front of `key`. False, and `key` unspecified, if it does not begin with one.
// `value` is the text; its data() is null for a missing value. It may refer to `key` or to `memory`.
bool TakeKeyText(absl::string_view* key, std::string* memory, absl::string_view* value);
bool TakeKeyTime(absl::string_view* key, int64_t* micros);

// How many bytes the text at the front of `key` takes; 0 if there is none.
size_t KeyTextBytes(absl::string_view key);

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_KEY_H_
