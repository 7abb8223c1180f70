// The parts of PCRE syntax that stand for sets of bytes: character classes and escapes.
#ifndef BIGSCAN_LIB_REGEX_CLASS_H_
#define BIGSCAN_LIB_REGEX_CLASS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/byte_set.h"

namespace bigscan {

// The status with which parsers of regexes give up: no error of the user's, the regex libraries have
// to decide.
absl::Status NotModelled(absl::string_view what);

// After the bracket that opens a class: takes the rest of it from the front of `rest`, and returns
// the bytes that it matches. With `caseless`, letters stand for both of their cases.
absl::StatusOr<ByteSet> ParseClass(absl::string_view* rest, bool caseless);

// After a backslash that is outside of a class and does not stand for several bytes: takes the escape
// from the front of `rest`. REQUIRES: !rest->empty().
absl::StatusOr<unsigned char> ParseByteEscape(absl::string_view* rest);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_REGEX_CLASS_H_
