// What has to be known of a compressed file's text without scanning it: how it begins, how long it is, and the fingerprint
// at some place.
#ifndef BIGSCAN_CMD_DECODED_MARKS_H_
#define BIGSCAN_CMD_DECODED_MARKS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lib/decompressor.h"
#include "lib/fingerprint.h"

namespace bigscan {

struct DecodedMarks {
  std::string head;  // the first kFingerprintBytes of the text, or all
  bool whole =
      false;  // it has been decoded to its end, or to where it is damaged, and what follows is known:
  bool damaged = false;
  uint64_t size = 0;
  std::optional<Fingerprint> at_place;  // nothing if the text is shorter
};

// Decompresses the regular file `fd`: with a `place` all of it, otherwise only the head. A child process does it, as these
// are bytes that anybody may have made. Fails if there can be no child, or if it dies.
absl::StatusOr<DecodedMarks> FindDecodedMarks(int fd, Compression compression,
                                              std::optional<uint64_t> place);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_DECODED_MARKS_H_
