// What the fuzz targets share: how an input is read, and how a finding is told.
//
// A target defines LLVMFuzzerTestOneInput (llvm.org/docs/LibFuzzer.html) and asserts by GoogleTest's
// EXPECT_*: the first one that fails prints what differs, and aborts.
#ifndef BIGSCAN_TESTS_FUZZ_FUZZ_H_
#define BIGSCAN_TESTS_FUZZ_FUZZ_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace bigscan {

// Takes the bytes of an input from its front: first choices, one byte each, so that a seed can be
// written by hand; then the payload. An input that is too short chooses 0.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return byte;
  }
  // In [0, below). REQUIRES: 0 < below <= 256.
  size_t Below(size_t below) { return Byte() % below; }
  bool Flag() { return (Byte() & 1) != 0; }
  // 16 bits.
  size_t Short() {
    const size_t high = Byte();
    return high << 8 | Byte();
  }
  // Up to, and behind, the next newline.
  absl::string_view Line() {
    const absl::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    return line;
  }
  absl::string_view Take(size_t size) {
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
};

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_FUZZ_FUZZ_H_
