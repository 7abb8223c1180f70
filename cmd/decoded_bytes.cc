#include "cmd/decoded_bytes.h"

#include "absl/status/statusor.h"
#include "absl/strings/match.h"

namespace bigscan {
namespace {

constexpr size_t kHeadBytes = 4096;

}  // namespace

bool SegmentBytes::StartsWithMark() {
  while (head_.size() < 2) {
    std::string bytes(kHeadBytes, '\0');
    const size_t got = ReadOn(bytes.data(), bytes.size());
    if (got == 0) break;
    head_.append(bytes, 0, got);
  }
  return absl::StartsWith(head_, "\xff\xfe") || absl::StartsWith(head_, "\xfe\xff");
}

size_t SegmentBytes::Read(char* to, size_t room) {
  if (head_.empty()) return ReadOn(to, room);
  const size_t size = head_.copy(to, room);
  head_.erase(0, size);
  return size;
}

size_t SegmentBytes::ReadOn(char* to, size_t room) {
  const absl::StatusOr<size_t> got = reader_.Read(to, room);
  if (!got.ok()) status_ = got.status();
  size_ += got.value_or(0);
  return got.value_or(0);
}

}  // namespace bigscan
