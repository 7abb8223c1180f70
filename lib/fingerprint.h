// Short marks of long texts: by them a text is known again that has a new name, or that has grown since.
//
// A fingerprint is that of the bytes before some place, up to 4096 of them, by XXH3: the one at the end of what was read
// tells whether a text goes on from there, and the one of its first bytes, which is the same of a place that is not behind
// 4096, where it came from.
#ifndef BIGSCAN_LIB_FINGERPRINT_H_
#define BIGSCAN_LIB_FINGERPRINT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

inline constexpr uint64_t kFingerprintBytes = 4096;

struct Fingerprint {
  uint64_t bytes = 0;  // how many it was made of
  uint64_t hash = 0;

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

// Of the last bytes of `text`.
Fingerprint FingerprintOf(absl::string_view text);

// Of what is before `place` in the regular file `fd`; nothing if the file is shorter.
absl::StatusOr<std::optional<Fingerprint>> FingerprintBefore(int fd, uint64_t place);

// The same of a text that comes piece by piece. Keeps no more than a piece and kFingerprintBytes.
class FingerprintTaker {
 public:
  explicit FingerprintTaker(uint64_t place) : place_(place) {}

  void Append(absl::string_view piece);
  // Of all pieces, in bytes.
  uint64_t size() const { return size_; }
  // Nothing as long as the text is shorter.
  const std::optional<Fingerprint>& taken() const { return taken_; }

 private:
  const uint64_t place_;
  uint64_t size_ = 0;
  std::string last_;  // the end of what has come before the place
  std::optional<Fingerprint> taken_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_FINGERPRINT_H_
