// Records: the bytes between two delimiters. Owns the search for their bounds.
//
// A record ends with its delimiter, or with the data when the last delimiter is missing; data that
// end with a delimiter have no empty record after it. So "a\n\nb" has the records "a", "" and "b".
#ifndef BIGSCAN_LIB_RECORD_H_
#define BIGSCAN_LIB_RECORD_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace bigscan {

// The offset of the record that holds the byte at `offset`; a delimiter belongs to the record that
// it ends. REQUIRES: offset <= data.size().
size_t RecordBegin(absl::string_view data, size_t offset, char delimiter);

// The offset after the delimiter of the record that holds the byte at `offset`, or data.size() when
// no delimiter follows. REQUIRES: offset <= data.size().
size_t RecordEnd(absl::string_view data, size_t offset, char delimiter);

// How many delimiters `data` holds: 32 bytes at a time (AVX2) where that is possible.
uint64_t CountDelimiters(absl::string_view data, char delimiter);

// How many records `data` holds: its delimiters, and one more when the last one is missing.
uint64_t CountRecords(absl::string_view data, char delimiter);

// `record` without its delimiter, if it has one.
absl::string_view WithoutDelimiter(absl::string_view record, char delimiter);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_H_
