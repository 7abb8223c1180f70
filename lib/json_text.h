// Bytes as JSON, in the way that ripgrep's --json has them (its crate grep-printer).
#ifndef BIGSCAN_LIB_JSON_TEXT_H_
#define BIGSCAN_LIB_JSON_TEXT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Whether `bytes` are well-formed UTF-8 (The Unicode Standard, table 3-7).
bool IsUtf8(absl::string_view bytes);

// Puts `{"text":"..."}` where `bytes` are UTF-8, `{"bytes":"..."}` with base64 where they are not,
// into `sink`, a bounded piece at a time.
void PutJsonBytes(absl::string_view bytes, absl::FunctionRef<void(absl::string_view)> sink);

// The same, at the end of `to`.
void AppendJsonBytes(absl::string_view bytes, std::string* to);

// Appends `bytes` as a JSON string, in which each byte that is no part of a UTF-8 character is U+FFFD.
void AppendJsonString(absl::string_view bytes, std::string* to);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_JSON_TEXT_H_
