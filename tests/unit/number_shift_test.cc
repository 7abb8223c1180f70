#include "jobs/number_shift.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

// In pieces of `size` bytes.
std::string Shift(size_t name_bytes, const std::string& text, uint64_t shift, size_t size) {
  NumberShift number_shift(name_bytes, '\n');
  std::string output;
  for (size_t i = 0; i < text.size(); i += size) {
    number_shift.Append(absl::string_view(text).substr(i, size), shift, &output);
  }
  return output;
}

TEST(NumberShift, AddsToTheNumberOfEachLine) {
  for (size_t size : {1, 2, 100}) {
    EXPECT_EQ(Shift(0, "1:a 1:b\n9:\n12:3\n", 91, size), "92:a 1:b\n100:\n103:3\n");
  }
}

TEST(NumberShift, LeavesNamesAlone) {
  for (size_t size : {1, 2, 100}) {
    EXPECT_EQ(Shift(4, "1:2:7:x\n1:2:8:y\n", 5, size), "1:2:12:x\n1:2:13:y\n");
  }
}

TEST(NumberShift, KeepsTheAlignmentWhileItCan) {
  for (size_t size : {1, 2, 100}) {
    EXPECT_EQ(Shift(0, "  7: 7:\tx\n  8:\n", 5, size), " 12: 7:\tx\n 13:\n");
    EXPECT_EQ(Shift(0, "  7:\tx\n", 99993, size), "100000:\tx\n");
  }
}

}  // namespace
}  // namespace bigscan
