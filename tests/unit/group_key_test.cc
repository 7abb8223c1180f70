#include "jobs/group_key.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

std::string KeyOf(const std::vector<std::string>& values) {
  std::string key;
  for (const std::string& value : values) AppendKeyText(value, &key);
  return key;
}

TEST(GroupKey, GivesBackWhatWasPutIn) {
  const std::vector<std::string> values = {"", "a", std::string("\0", 1),
                                           std::string("a\0\xff\0b", 5), "\xff\x01"};
  std::string key = KeyOf(values);
  AppendKeyText(absl::string_view(), &key);
  AppendKeyTime(-1, &key);
  absl::string_view rest = key;
  std::string memory;
  absl::string_view value;
  for (const std::string& wanted : values) {
    ASSERT_TRUE(TakeKeyText(&rest, &memory, &value));
    EXPECT_NE(value.data(), nullptr);
    EXPECT_EQ(value, wanted);
  }
  ASSERT_TRUE(TakeKeyText(&rest, &memory, &value));
  EXPECT_EQ(value.data(), nullptr);
  int64_t micros = 0;
  ASSERT_TRUE(TakeKeyTime(&rest, &micros));
  EXPECT_EQ(micros, -1);
  EXPECT_EQ(rest, "");
}

TEST(GroupKey, HasTheOrderOfItsComponents) {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::string> a, b;
    for (int part = 0; part < 2; ++part) {
      a.push_back(RandomText(&random,
                             absl::string_view("\0\1\xff"
                                               "a",
                                               4),
                             Pick(&random, 4)));
      b.push_back(RandomText(&random,
                             absl::string_view("\0\1\xff"
                                               "a",
                                               4),
                             Pick(&random, 4)));
    }
    EXPECT_EQ(KeyOf(a) < KeyOf(b), a < b);
    EXPECT_EQ(KeyOf(a) == KeyOf(b), a == b);
  }
}

TEST(GroupKey, WhatIsMissingComesFirst) {
  std::string missing;
  AppendKeyText(absl::string_view(), &missing);
  EXPECT_LT(missing, KeyOf({""}));
  EXPECT_LT(missing, KeyOf({std::string("\0", 1)}));
}

TEST(GroupKey, HasTheOrderOfTimes) {
  const std::vector<int64_t> times = {std::numeric_limits<int64_t>::min(), -1, 0, 1,
                                      std::numeric_limits<int64_t>::max()};
  std::string before;
  for (const int64_t time : times) {
    std::string key;
    AppendKeyTime(time, &key);
    EXPECT_LT(before, key);
    before = key;
  }
}

TEST(GroupKey, TakesNothingFromDamagedBytes) {
  std::string memory;
  absl::string_view value;
  int64_t micros = 0;
  for (absl::string_view bytes : {absl::string_view(""), absl::string_view("a"),
                                  absl::string_view("a\0", 2), absl::string_view("a\0\0", 3)}) {
    EXPECT_FALSE(TakeKeyText(&bytes, &memory, &value));
  }
  absl::string_view short_time("1234567");
  EXPECT_FALSE(TakeKeyTime(&short_time, &micros));
}

}  // namespace
}  // namespace bigscan
