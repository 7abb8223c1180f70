#include "lib/literal_set_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

using Place = std::pair<size_t, uint32_t>;  // where a literal begins, and which it is

std::vector<Literal> Literals(const std::vector<std::string>& texts) {
  std::vector<Literal> literals;
  for (const std::string& text : texts) literals.push_back({text});
  return literals;
}

// Each place at which each literal is, but those that are left out.
std::set<Place> NaivePlaces(const std::vector<Literal>& literals, absl::string_view block,
                            const std::vector<uint32_t>& left_out = {}) {
  std::set<Place> places;
  for (uint32_t i = 0; i < literals.size(); ++i) {
    if (std::find(left_out.begin(), left_out.end(), i) != left_out.end()) continue;
    const Literal& literal = literals[i];
    for (size_t at = 0; at + literal.bytes.size() <= block.size(); ++at) {
      const absl::string_view here = block.substr(at, literal.bytes.size());
      const bool same =
          literal.caseless ? absl::EqualsIgnoreCase(here, literal.bytes) : here == literal.bytes;
      if (same) places.insert({at, i});
    }
  }
  return places;
}

// The block ends where the memory does, so that a sanitizer sees each byte that is read behind it.
std::set<Place> Places(const LiteralSetSearch& search, absl::string_view block,
                       bool* nul = nullptr) {
  const auto copy = std::make_unique<char[]>(block.size());
  std::copy(block.begin(), block.end(), copy.get());
  std::set<Place> places;
  const bool has_nul =
      search.Search({copy.get(), block.size()}, [&](size_t at, uint32_t literal) -> size_t {
        EXPECT_TRUE(places.insert({at, literal}).second) << "found twice";
        return 0;
      });
  if (nul != nullptr) *nul = has_nul;
  return places;
}

// Literals of which many share grams, windows or all of their bytes, or hold one another.
std::vector<Literal> RandomLiterals(Random* random, absl::string_view alphabet) {
  std::vector<Literal> literals;
  const size_t count = 1 + Pick(random, Pick(random, 4) == 0 ? 300 : 12);
  const size_t least = LiteralSetSearch::kLeastBytes + Pick(random, 10);
  const bool caseless = Pick(random, 4) == 0;
  while (literals.size() < count) {
    Literal literal{RandomText(random, alphabet, least + Pick(random, 12))};
    if (!literals.empty() && Pick(random, 3) == 0) {
      const std::string& other = literals[Pick(random, literals.size())].bytes;
      const size_t size = least + Pick(random, other.size() - least + 1);
      literal.bytes = other.substr(Pick(random, other.size() - size + 1), size);
      if (Pick(random, 2) == 0) literal.bytes += RandomText(random, alphabet, Pick(random, 3));
    }
    literal.caseless = caseless && Pick(random, 2) == 0;
    literals.push_back(literal);
  }
  return literals;
}

std::string RandomBlock(Random* random, absl::string_view alphabet,
                        const std::vector<Literal>& literals) {
  std::string block;
  const size_t size = Pick(random, Pick(random, 10) == 0 ? 12'000 : 700);
  while (block.size() < size) {
    block += Pick(random, 2) == 0 ? literals[Pick(random, literals.size())].bytes
                                  : RandomText(random, alphabet, Pick(random, 40));
  }
  block.resize(size);
  return block;
}

TEST(LiteralSetSearch, RandomLiteralsAsNaive) {
  const absl::string_view kAlphabets[] = {"ab", "aAbB\n", "abcdefghijklmnopqrstuvwxyz0123456789",
                                          absl::string_view("ab.\0\xe4\xc4\xff@`", 9)};
  size_t found = 0;
  for (uint64_t seed = 0; seed < 3000 && !HasFailure(); ++seed) {
    Random random(seed);
    const absl::string_view alphabet = kAlphabets[Pick(&random, 4)];
    const std::vector<Literal> literals = RandomLiterals(&random, alphabet);
    const LiteralSetSearch search(literals);
    const std::string block = RandomBlock(&random, alphabet, literals);
    bool nul = false;
    const std::set<Place> places = Places(search, block, &nul);
    EXPECT_EQ(places, NaivePlaces(literals, block, search.left_out())) << "seed " << seed;
    EXPECT_EQ(nul, block.find('\0') != std::string::npos) << "seed " << seed;
    found += places.size();
  }
  EXPECT_GT(found, 100'000u);
}

class LiteralSetSearchOf : public testing::TestWithParam<size_t> {};

// At each offset of blocks of each length, for each stride.
TEST_P(LiteralSetSearchOf, LiteralAtEachPlace) {
  const std::string literal = std::string("wxyzWXYZ0123456789").substr(0, GetParam());
  const LiteralSetSearch search(Literals({literal, "another " + literal, literal + literal}));
  for (size_t size = 0; size <= 400; size += size < 180 ? 1 : 13) {
    for (size_t at = 0; at + literal.size() <= size; ++at) {
      std::string block(size, '.');
      block.replace(at, literal.size(), literal);
      ASSERT_EQ(Places(search, block), (std::set<Place>{{at, 0}})) << at << " of " << size;
    }
    ASSERT_TRUE(Places(search, std::string(size, '.')).empty());
    ASSERT_TRUE(Places(search, std::string(size, 'w')).empty());
  }
}

// Also where one batch of places ends and the next one begins.
TEST_P(LiteralSetSearchOf, LiteralAtEachPlaceOfALongBlock) {
  const std::string literal = std::string("wxyzWXYZ0123456789").substr(0, GetParam());
  const LiteralSetSearch search(Literals({literal}));
  for (size_t first = 0; first < 20; ++first) {
    std::string block(first, '.');
    std::set<Place> places;
    while (block.size() < 60'000) {
      places.insert({block.size(), 0});
      block += literal;
      block += '.';
    }
    ASSERT_EQ(Places(search, block), places) << first;
  }
}

TEST_P(LiteralSetSearchOf, NulAtEachPlace) {
  const LiteralSetSearch search(Literals({std::string(GetParam(), 'a')}));
  for (size_t size : {1, 2, 3, 4, 5, 9, 100, 333, 2048, 20'000}) {
    for (size_t at = 0; at < size; at += size < 1000 ? 1 : 37) {
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

INSTANTIATE_TEST_SUITE_P(Bytes, LiteralSetSearchOf, testing::Range<size_t>(4, 18));

TEST(LiteralSetSearch, EqualLiteralsAreAllFound) {
  const std::vector<Literal> literals(1000, Literal{"needle"});
  const LiteralSetSearch search(literals);
  EXPECT_TRUE(search.left_out().empty());
  EXPECT_EQ(Places(search, "a needle, a needle").size(), 2000u);
  EXPECT_TRUE(Places(search, "a needl, a eedle").empty());
}

TEST(LiteralSetSearch, LeavesOutWhatTooManyShareAllWindowsWith) {
  std::vector<Literal> literals = Literals({"aaaa"});
  for (int i = 1; i < 1000; ++i) literals.push_back({std::string(4 + i, 'a')});
  literals.push_back({"aaab"});
  const LiteralSetSearch search(literals);
  EXPECT_GT(search.left_out().size(), 900u);
  EXPECT_LT(search.left_out().size(), 1000u);
  const std::string block = std::string(2000, 'a') + "b";
  EXPECT_EQ(Places(search, block), NaivePlaces(literals, block, search.left_out()));
}

// A prefix that all have in common is no reason to leave anything out.
TEST(LiteralSetSearch, ChoosesWindowsThatTellLiteralsApart) {
  std::vector<Literal> literals;
  for (int i = 0; i < 10'000; ++i) {
    literals.push_back({absl::StrCat("https://www.example.com/", i + 10'000, "/index.html")});
  }
  const LiteralSetSearch search(literals);
  EXPECT_TRUE(search.left_out().empty());
  EXPECT_EQ(Places(search, "GET https://www.example.com/12345/index.html HTTP/1.1\n"),
            (std::set<Place>{{4, 2345}}));
}

TEST(LiteralSetSearch, GoesOnWhereItIsTold) {
  const LiteralSetSearch search(Literals({"abab", "baba"}));
  std::string block;
  for (int i = 0; i < 10'000; ++i) block += "ab";
  for (size_t skipped : {1, 2, 99, 5000}) {
    size_t next = 0;
    size_t calls = 0;
    search.Search(block, [&](size_t at, uint32_t) {
      EXPECT_EQ(at, next);
      ++calls;
      return next = at + skipped;
    });
    EXPECT_EQ(calls, (block.size() - 4) / skipped + 1);
  }
}

}  // namespace
}  // namespace bigscan
