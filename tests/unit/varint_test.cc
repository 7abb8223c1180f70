#include "lib/varint.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bigscan {
namespace {

std::vector<uint64_t> InterestingValues() {
  std::vector<uint64_t> values;
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    for (uint64_t value : {power - 1, power, power + 1}) values.push_back(value);
  }
  values.push_back(UINT64_MAX);
  return values;
}

TEST(Varint, ComesBackAsItWas) {
  for (uint64_t value : InterestingValues()) {
    std::string bytes;
    AppendVarint(value, &bytes);
    absl::string_view rest = bytes;
    uint64_t read = ~value;
    ASSERT_TRUE(TakeVarint(&rest, &read)) << value;
    ASSERT_EQ(read, value);
    ASSERT_TRUE(rest.empty()) << value;
  }
}

TEST(Varint, TakesOnlyItsOwnBytes) {
  std::string bytes;
  for (uint64_t value : InterestingValues()) AppendVarint(value, &bytes);
  absl::string_view rest = bytes;
  for (uint64_t value : InterestingValues()) {
    uint64_t read = 0;
    ASSERT_TRUE(TakeVarint(&rest, &read));
    ASSERT_EQ(read, value);
  }
  EXPECT_TRUE(rest.empty());
}

TEST(Varint, OneByteBelow128) {
  for (uint64_t value = 0; value < 128; ++value) {
    std::string bytes;
    AppendVarint(value, &bytes);
    ASSERT_EQ(bytes, std::string(1, static_cast<char>(value)));
  }
}

TEST(Varint, TruncatedIsNoNumber) {
  for (uint64_t value : InterestingValues()) {
    std::string bytes;
    AppendVarint(value, &bytes);
    for (size_t size = 0; size < bytes.size(); ++size) {
      absl::string_view rest = absl::string_view(bytes).substr(0, size);
      uint64_t read = 0;
      ASSERT_FALSE(TakeVarint(&rest, &read)) << value << " cut to " << size;
    }
  }
}

TEST(Varint, MoreBytesThanANumberCanHaveIsNoNumber) {
  const std::string bytes(11, '\xff');
  absl::string_view rest = bytes;
  uint64_t read = 0;
  EXPECT_FALSE(TakeVarint(&rest, &read));
}

// What the header promises of the size.
TEST(Varint, NoLargerThanTenBytes) {
  std::string bytes;
  AppendVarint(UINT64_MAX, &bytes);
  EXPECT_EQ(bytes.size(), 10u);
}

}  // namespace
}  // namespace bigscan
