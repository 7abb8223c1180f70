#include "lib/distinct_counter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr size_t kExact = DistinctCounter::kExact;
constexpr size_t kEstimateBytes = 2 + (size_t{1} << 14) * 6 / 8;

std::string BytesOf(const DistinctCounter& counter) {
  std::string bytes;
  counter.Append(&bytes);
  return bytes;
}

DistinctCounter CounterOf(const std::vector<uint64_t>& hashes) {
  DistinctCounter counter;
  for (uint64_t hash : hashes) counter.AddHash(hash);
  return counter;
}

DistinctCounter Read(const std::string& bytes) {
  DistinctCounter counter;
  absl::string_view rest = bytes;
  EXPECT_TRUE(DistinctCounter::Take(&rest, &counter));
  EXPECT_TRUE(rest.empty());
  return counter;
}

std::vector<uint64_t> RandomHashes(Random* random, size_t size) {
  std::vector<uint64_t> hashes(size);
  for (uint64_t& hash : hashes) hash = (*random)();
  return hashes;
}

TEST(DistinctCounter, Strings) {
  DistinctCounter counter;
  EXPECT_EQ(counter.Count(), 0u);
  for (const char* text : {"a", "b", "", "a", "", "ab"}) counter.Add(text);
  EXPECT_EQ(counter.Count(), 4u);
  counter.Add(absl::string_view("\0", 1));
  counter.Add(absl::string_view());
  EXPECT_EQ(counter.Count(), 5u);
}

TEST(DistinctCounter, ExactAgainstASet) {
  Random random(1);
  for (size_t different : {1, 2, 7, 8, 9, 16, 100, 1000, 4000}) {
    DistinctCounter counter;
    std::unordered_set<std::string> strings;
    for (int i = 0; i < 10000; ++i) {
      const std::string text = absl::StrCat("user", Pick(&random, different));
      counter.Add(text);
      strings.insert(text);
      ASSERT_EQ(counter.Count(), strings.size());
    }
    EXPECT_EQ(Read(BytesOf(counter)).Count(), strings.size());
  }
}

TEST(DistinctCounter, ExactUpToItsLimit) {
  Random random(2);
  std::vector<uint64_t> hashes = RandomHashes(&random, kExact);
  DistinctCounter counter = CounterOf(hashes);
  for (uint64_t hash : hashes) counter.AddHash(hash);
  EXPECT_EQ(counter.Count(), kExact);
  EXPECT_EQ(BytesOf(counter).size(), 2 + 8 * kExact);
  counter.AddHash(random());
  EXPECT_GT(counter.Count(), kExact);
  EXPECT_NEAR(static_cast<double>(counter.Count()), kExact, kExact * 0.05);
  EXPECT_EQ(BytesOf(counter).size(), kEstimateBytes);
}

// Five standard errors, and the mean square of all errors.
TEST(DistinctCounter, StandardError) {
  Random random(3);
  double squares = 0;
  int samples = 0;
  for (int round = 0; round < 8; ++round) {
    DistinctCounter counter;
    uint64_t count = 0;
    for (uint64_t size : {4200, 8000, 16000, 30000, 45000, 60000, 100000, 250000}) {
      for (; count < size; ++count) counter.AddHash(random());
      const double error = static_cast<double>(counter.Count()) / static_cast<double>(size) - 1;
      ASSERT_LE(std::abs(error), 5 * 0.0081) << size;
      squares += error * error;
      ++samples;
    }
  }
  EXPECT_LE(std::sqrt(squares / samples), 1.3 * 0.0081);
}

TEST(DistinctCounter, HashesOfStringsAreAsGood) {
  DistinctCounter counter;
  for (int i = 0; i < 200000; ++i) counter.Add(absl::StrCat(i));
  EXPECT_NEAR(static_cast<double>(counter.Count()), 200000, 200000 * 5 * 0.0081);
}

// Around the limit too: which form a counter has tells nothing of how it came to be.
TEST(DistinctCounter, AnySplitHasTheSameBytes) {
  Random random(4);
  for (size_t size : {0, 1, 8, 9, 100, 3000, 4095, 4096, 4097, 5000, 20000}) {
    for (int round = 0; round < 10; ++round) {
      const std::vector<uint64_t> hashes = RandomHashes(&random, size);
      const std::string expected = BytesOf(CounterOf(hashes));
      std::vector<DistinctCounter> parts(1 + Pick(&random, 6));
      for (int times = 0; times < 2; ++times) {
        for (uint64_t hash : hashes) parts[Pick(&random, parts.size())].AddHash(hash);
      }
      while (parts.size() > 1) {
        DistinctCounter last = Read(BytesOf(parts.back()));
        parts.pop_back();
        const size_t into = Pick(&random, parts.size());
        if (Pick(&random, 2) == 0) std::swap(parts[into], last);
        parts[into].Merge(last);
      }
      ASSERT_EQ(BytesOf(parts[0]), expected) << size;
      ASSERT_EQ(parts[0].Count(), CounterOf(hashes).Count());
    }
  }
}

TEST(DistinctCounter, MergedWithItself) {
  Random random(5);
  for (size_t size : {0, 5, 500, 4096, 5000}) {
    DistinctCounter counter = CounterOf(RandomHashes(&random, size));
    const std::string bytes = BytesOf(counter);
    counter.Merge(counter);
    EXPECT_EQ(BytesOf(counter), bytes);
  }
}

// Hashes that ask for the same slot, and for none but one register.
TEST(DistinctCounter, HashesThatAreAlike) {
  DistinctCounter counter;
  for (uint64_t i = 0; i < 2 * kExact; ++i) counter.AddHash(i << 20);
  EXPECT_GT(counter.Count(), kExact);
  EXPECT_EQ(CounterOf({0, 1, 0}).Count(), 1u);
  EXPECT_EQ(CounterOf({UINT64_MAX, 0}).Count(), 2u);
}

TEST(DistinctCounter, Memory) {
  EXPECT_LE(sizeof(DistinctCounter), 48u);
  Random random(6);
  DistinctCounter counter;
  for (size_t size = 1; size <= kExact; ++size) {
    counter.AddHash(random());
    ASSERT_LE(counter.bytes(), size <= 2 ? 0 : 22 * size) << size;
  }
  counter.AddHash(random());
  EXPECT_EQ(counter.bytes(), size_t{1} << 14);
}

TEST(DistinctCounter, TruncatedIsNone) {
  Random random(7);
  for (size_t size : {1, 3, 20, 5000}) {
    const std::string bytes = BytesOf(CounterOf(RandomHashes(&random, size)));
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      absl::string_view rest = absl::string_view(bytes).substr(0, cut);
      DistinctCounter counter;
      ASSERT_FALSE(DistinctCounter::Take(&rest, &counter)) << size << " cut to " << cut;
    }
  }
}

// Damaged bytes are refused, or are those of another counter.
TEST(DistinctCounter, DamagedBytes) {
  Random random(8);
  DistinctCounter all;
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = BytesOf(CounterOf(RandomHashes(&random, i % 50 == 0 ? 5000 : i % 40)));
    if (Pick(&random, 4) == 0) bytes = RandomText(&random, bytes, bytes.size());
    bytes[Pick(&random, bytes.size())] = static_cast<char>(random());
    absl::string_view rest = bytes;
    DistinctCounter counter;
    if (!DistinctCounter::Take(&rest, &counter)) continue;
    ASSERT_EQ(BytesOf(Read(BytesOf(counter))), BytesOf(counter));
    all.Merge(counter);
    counter.AddHash(1);
    ASSERT_GT(counter.Count(), 0u);
  }
}

TEST(DistinctCounter, NoBytesOfOthers) {
  const auto takes = [](uint64_t size, std::string bytes) {
    std::string all;
    AppendVarint(size, &all);
    all += bytes;
    absl::string_view rest = all;
    DistinctCounter counter;
    return DistinctCounter::Take(&rest, &counter) && counter.Count() > 0;
  };
  const std::string one = absl::StrCat("\1", std::string(7, '\0'));
  EXPECT_TRUE(takes(1, one));
  EXPECT_FALSE(takes(1, std::string(8, '\0'))) << "the hash that is none";
  EXPECT_FALSE(takes(2, one + one)) << "a hash twice";
  EXPECT_FALSE(takes(kExact + 2, std::string(20000, '\1')));
  EXPECT_FALSE(takes(UINT64_MAX, std::string(20000, '\1')));
  EXPECT_FALSE(takes(kExact + 1, std::string(20000, '\xff'))) << "registers too high";
  EXPECT_TRUE(takes(kExact + 1, std::string(20000, '\0')));
  // All of them as high as can be, 51 in 6 bits.
  std::string full;
  while (full.size() < 20000) full += "\xf3\x3c\xcf";
  EXPECT_TRUE(takes(kExact + 1, full));
}

}  // namespace
}  // namespace bigscan
