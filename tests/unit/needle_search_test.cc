#include "lib/needle_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

using Place = std::pair<size_t, size_t>;  // where a needle begins, and which it is

Needle OfBytes(absl::string_view bytes) {
  Needle needle;
  for (char byte : bytes) needle.sets.push_back(SingleByte(byte));
  return needle;
}

// Each place at which each needle is, one byte at a time.
std::set<Place> NaivePlaces(const std::vector<Needle>& needles, absl::string_view block,
                            char delimiter) {
  std::string framed(block.size() + 2, delimiter);
  std::copy(block.begin(), block.end(), framed.begin() + 1);
  std::set<Place> places;
  for (size_t n = 0; n < needles.size(); ++n) {
    const Needle& needle = needles[n];
    for (size_t at = 0; at + needle.sets.size() <= framed.size(); ++at) {
      const size_t begin = at + needle.has_before;
      const size_t end = at + needle.sets.size() - needle.has_after;
      if (begin < 1 || end > block.size() + 1) continue;  // only edges may be outside
      bool found = true;
      for (size_t i = 0; i < needle.sets.size(); ++i) {
        found &= needle.sets[i][static_cast<unsigned char>(framed[at + i])];
      }
      if (found) places.insert({begin - 1, n});
    }
  }
  return places;
}

// The block ends where the memory does, so that a sanitizer sees each byte that is read behind it.
std::set<Place> Places(const NeedleSearch& search, absl::string_view block, bool* nul = nullptr) {
  const auto copy = std::make_unique<char[]>(block.size());
  std::copy(block.begin(), block.end(), copy.get());
  std::set<Place> places;
  const bool has_nul =
      search.Search({copy.get(), block.size()}, [&](size_t at, size_t needle) -> size_t {
        EXPECT_TRUE(places.insert({at, needle}).second) << "found twice";
        return 0;
      });
  if (nul != nullptr) *nul = has_nul;
  return places;
}

Needle RandomNeedle(Random* random, absl::string_view alphabet, char delimiter) {
  const auto byte = [&] { return alphabet[Pick(random, alphabet.size())]; };
  const auto edge = [&] {
    ByteSet set = SingleByte(delimiter);
    if (Pick(random, 2) == 0) set |= *EscapeClass('W');
    return set;
  };
  Needle needle;
  needle.has_before = Pick(random, 4) == 0;
  needle.has_after = Pick(random, 4) == 0;
  if (needle.has_before) needle.sets.push_back(edge());
  for (size_t size = 1 + Pick(random, Pick(random, 3) == 0 ? 30 : 4); size > 0; --size) {
    ByteSet set = SingleByte(byte());
    if (Pick(random, 4) == 0) set |= SingleByte(byte());
    if (Pick(random, 4) == 0) set = CloseUnderCase(set);
    if (Pick(random, 10) == 0) set = *EscapeClass('S');
    set.reset(static_cast<unsigned char>(delimiter));
    if (set.none()) set = SingleByte('a');
    needle.sets.push_back(set);
  }
  if (needle.has_after) needle.sets.push_back(edge());
  return needle;
}

TEST(NeedleSearch, RandomNeedlesAsNaive) {
  for (uint64_t seed = 0; seed < 20'000 && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    const char delimiter = Pick(&random, 4) == 0 ? '\0' : '\n';
    const absl::string_view alphabet =
        Pick(&random, 2) == 0 ? "aAb \n" : absl::string_view("abcdefghijkABC .\n\0\xff", 19);
    std::vector<Needle> needles;
    for (size_t n = 1 + Pick(&random, NeedleSearch::kMostNeedles); n > 0; --n) {
      needles.push_back(RandomNeedle(&random, alphabet, delimiter));
    }
    if (!NeedleSearch::Suits(needles)) continue;
    NeedleSearch search(needles, delimiter);
    const std::string block = RandomText(&random, alphabet, Pick(&random, 600));
    if (Pick(&random, 2) == 0) search.Tune(RandomText(&random, alphabet, Pick(&random, 300)));
    bool nul = false;
    EXPECT_EQ(Places(search, block, &nul), NaivePlaces(needles, block, delimiter))
        << "seed " << seed;
    EXPECT_EQ(nul, block.find('\0') != std::string::npos) << "seed " << seed;
  }
}

class NeedleSearchOf : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    if (!NeedleSearch::Suits({OfBytes("a")})) GTEST_SKIP() << "needs AVX2";
  }
};

// At each offset of blocks of each length, alone and among its like.
TEST_P(NeedleSearchOf, NeedleAtEachPlace) {
  std::vector<Needle> needles;
  for (size_t n = 0; n < GetParam(); ++n) {
    needles.push_back(OfBytes(n == 0 ? "xyz" : std::string("qv") + static_cast<char>('0' + n)));
  }
  NeedleSearch search(needles, '\n');
  for (size_t size = 0; size <= 200; ++size) {
    for (size_t at = 0; at + 3 <= size; ++at) {
      std::string block(size, '.');
      block.replace(at, 3, "xyz");
      ASSERT_EQ(Places(search, block), (std::set<Place>{{at, 0}})) << at << " of " << size;
    }
    ASSERT_TRUE(Places(search, std::string(size, '.')).empty());
    ASSERT_EQ(Places(search, std::string(size, 'x')), std::set<Place>());
  }
}

TEST_P(NeedleSearchOf, NulAtEachPlace) {
  const std::vector<Needle> needles(GetParam(), OfBytes("a.*b"));
  NeedleSearch search(needles, '\n');
  for (size_t size = 0; size <= 400; size += 7) {
    for (size_t at = 0; at < size; ++at) {
      std::string block(size, '.');
      block[at] = '\0';
      bool nul = false;
      Places(search, block, &nul);
      ASSERT_TRUE(nul) << at << " of " << size;
    }
    bool nul = true;
    Places(search, std::string(size, '.'), &nul);
    ASSERT_FALSE(nul) << size;
  }
}

// More candidates than are gathered at once.
TEST_P(NeedleSearchOf, DenseNeedles) {
  const std::vector<Needle> needles(GetParam(), OfBytes("aa"));
  NeedleSearch search(needles, '\n');
  const std::string block(5000, 'a');
  EXPECT_EQ(Places(search, block).size(), 4999 * GetParam());
}

INSTANTIATE_TEST_SUITE_P(Needles, NeedleSearchOf, testing::Values(1, 2, 3, 4));

TEST_F(NeedleSearchOf, EdgesOfTheBlockAreThoseOfRecords) {
  Needle needle{.sets = {SingleByte('\n'), SingleByte('a'), SingleByte('\n')},
                .has_before = true,
                .has_after = true};
  NeedleSearch search({needle}, '\n');
  EXPECT_EQ(Places(search, "a"), (std::set<Place>{{0, 0}}));
  EXPECT_EQ(Places(search, "a\na\n"), (std::set<Place>{{0, 0}, {2, 0}}));
  EXPECT_EQ(Places(search, "ba\nab\na"), (std::set<Place>{{6, 0}}));
  EXPECT_TRUE(Places(search, "").empty());
  EXPECT_TRUE(Places(search, "\n\n").empty());
}

TEST_F(NeedleSearchOf, GoesOnWhereItIsTold) {
  NeedleSearch search({OfBytes("ab")}, '\n');
  std::string block;
  for (int i = 0; i < 500; ++i) block += "ab";
  std::vector<size_t> places;
  search.Search(block, [&](size_t at, size_t) {
    places.push_back(at);
    return at + 100;
  });
  EXPECT_EQ(places.size(), 10u);
  for (size_t i = 0; i < places.size(); ++i) EXPECT_EQ(places[i], 100 * i);
}

TEST(NeedleSearch, SuitsOneToFourNeedlesWithAByteOrALetterEach) {
  EXPECT_FALSE(NeedleSearch::Suits({}));
  EXPECT_FALSE(NeedleSearch::Suits(std::vector<Needle>(5, OfBytes("ab"))));
  EXPECT_FALSE(NeedleSearch::Suits({OfBytes("ab"), {.sets = {*EscapeClass('d')}}}));
}

}  // namespace
}  // namespace bigscan
