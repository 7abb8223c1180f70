#include "lib/fingerprint.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "absl/status/status.h"

namespace bigscan {

Fingerprint FingerprintOf(absl::string_view text) {
  const absl::string_view last =
      text.substr(text.size() - std::min<size_t>(text.size(), kFingerprintBytes));
  return {last.size(), XXH3_64bits(last.data(), last.size())};
}

absl::StatusOr<std::optional<Fingerprint>> FingerprintBefore(int fd, uint64_t place) {
  std::string bytes(std::min(place, kFingerprintBytes), '\0');
  for (size_t got_all = 0; got_all < bytes.size();) {
    const ssize_t got = pread(fd, bytes.data() + got_all, bytes.size() - got_all,
                              static_cast<off_t>(place - bytes.size() + got_all));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "read");
    if (got == 0) return std::optional<Fingerprint>();
    got_all += static_cast<size_t>(got);
  }
  return std::optional<Fingerprint>(FingerprintOf(bytes));
}

void FingerprintTaker::Append(absl::string_view piece) {
  size_ += piece.size();
  if (taken_.has_value()) return;
  const uint64_t behind = size_ > place_ ? size_ - place_ : 0;
  piece.remove_suffix(std::min<uint64_t>(behind, piece.size()));
  const size_t most = std::min<size_t>(piece.size(), kFingerprintBytes);
  last_.append(piece.data() + piece.size() - most, most);
  if (last_.size() > kFingerprintBytes) last_.erase(0, last_.size() - kFingerprintBytes);
  if (size_ >= place_) taken_ = FingerprintOf(last_);
}

}  // namespace bigscan
