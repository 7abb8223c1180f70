// The ways in which a compressed file can be decoded, for the targets that compare them.
#ifndef BIGSCAN_TESTS_FUZZ_DECODING_H_
#define BIGSCAN_TESTS_FUZZ_DECODING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace bigscan {

struct DecodedText {
  std::string text;
  absl::Status status;
  bool cut = false;  // there is more than kMostDecodedBytes
};

// A few bytes may decode to gigabytes; no more than these are looked at.
inline constexpr size_t kMostDecodedBytes = 1 << 20;

// As one stream, of which `step` bytes come at a time, into room for `room`. REQUIRES: `bytes` begin as
// something compressed does.
DecodedText DecodeStream(absl::string_view bytes, size_t step, size_t room);

// Segment by segment, each by itself as far as that is possible, as cmd/segments.h puts them together.
// REQUIRES: HasSegments.
DecodedText DecodeSegments(absl::string_view bytes, size_t segment_bytes, bool at_members);

// Expects that both ways lead to the same text, which is returned, and that both or none find damage.
struct DecodingCuts {
  size_t step;
  size_t room;
  size_t segment_bytes;
};
DecodedText DecodeInAllWays(absl::string_view bytes, const DecodingCuts& cuts);

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_FUZZ_DECODING_H_
