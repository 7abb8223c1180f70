#include "lib/block_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr size_t kBuffer = BlockSplitter::kBufferBytes;

// The rule, as it is stated: where the records begin that are binary. `begin` is where `text` does in
// the source.
size_t NaiveBinaryBegin(absl::string_view text) {
  const size_t nul = text.find('\0');
  if (nul == absl::string_view::npos) return text.size();
  const size_t buffer = nul / kBuffer * kBuffer;
  size_t begin = 0;
  for (const std::string& record : NaiveRecords(text, '\n')) {
    if (begin + record.size() > buffer) return begin;  // its delimiter is at or behind the buffer
    begin += record.size();
  }
  return begin;
}

struct Split {
  size_t binary_begin;  // in the chunk; its size when nothing is binary
  std::string bytes;
};

// Splits one chunk of `text`; fails where the splitter breaks its word about blocks.
Split SplitChunk(absl::string_view text, size_t begin, size_t end, bool find_binary = true) {
  BlockSplitter splitter('\n', find_binary);
  const absl::string_view records = text.substr(begin, end - begin);
  splitter.Start({records, begin, text.substr(end)});
  Split split{records.size(), ""};
  BlockSplitter::Block block;
  while (splitter.Next(&block)) {
    splitter.Check(&block);
    EXPECT_FALSE(block.bytes.empty());
    EXPECT_EQ(block.begin, split.bytes.size()) << "blocks cover everything once";
    const size_t block_end = block.begin + block.bytes.size();
    EXPECT_LE(block_end, records.size());
    if (block.binary) {
      split.binary_begin = std::min(split.binary_begin, block.begin);
      EXPECT_EQ(block.bytes.find('\0'), absl::string_view::npos);
    } else {
      EXPECT_EQ(split.binary_begin, records.size()) << "text behind binary data";
      EXPECT_EQ(block.bytes.data(), records.data() + block.begin) << "text is not copied";
      EXPECT_TRUE(block_end == records.size() || block.bytes.back() == '\n');
    }
    split.bytes += std::string(block.bytes);
    if (block_end > records.size()) break;
  }
  std::string expected(records);
  if (split.binary_begin < expected.size()) {
    std::replace(expected.begin() + static_cast<ptrdiff_t>(split.binary_begin), expected.end(),
                 '\0', '\n');
  }
  EXPECT_TRUE(split.bytes == expected);
  return split;
}

std::string RandomSource(Random* random) {
  std::string text;
  const size_t size = Pick(random, 12 * kBuffer);
  const size_t longest = Pick(random, 4) == 0 ? 3 * kBuffer : 1 + Pick(random, 5000);
  while (text.size() < size) {
    text.append(Pick(random, longest), 'x');
    text += '\n';
  }
  if (!text.empty() && Pick(random, 3) == 0) text.pop_back();
  for (size_t nuls = Pick(random, 3); nuls > 0 && !text.empty(); --nuls) {
    size_t at = Pick(random, text.size());
    // Near the bound of a buffer, half of the time.
    if (Pick(random, 2) == 0) at = at / kBuffer * kBuffer + Pick(random, 3);
    if (at > 0) --at;
    text[std::min(at, text.size() - 1)] = '\0';
  }
  return text;
}

TEST(BlockSplitter, BinaryBeginsWhereTheRuleSays) {
  for (uint64_t seed = 0; seed < 150 && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    const std::string text = RandomSource(&random);
    EXPECT_EQ(SplitChunk(text, 0, text.size()).binary_begin, NaiveBinaryBegin(text))
        << "seed " << seed;
  }
}

// The first chunk that has binary records has them from there on, whatever the chunks are.
TEST(BlockSplitter, ChunksChangeNothing) {
  for (uint64_t seed = 0; seed < 150 && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    const std::string text = RandomSource(&random);
    const size_t most = 1 + Pick(&random, 4 * kBuffer);
    size_t binary_begin = text.size();
    for (size_t begin = 0; begin < text.size();) {
      const size_t newline = text.find('\n', begin + Pick(&random, most));
      const size_t end = newline == std::string::npos ? text.size() : newline + 1;
      const Split split = SplitChunk(text, begin, end);
      if (binary_begin == text.size() && split.binary_begin < end - begin) {
        binary_begin = begin + split.binary_begin;
      }
      begin = end;
    }
    EXPECT_EQ(binary_begin, NaiveBinaryBegin(text)) << "seed " << seed;
  }
}

TEST(BlockSplitter, NulsAreNotLookedForUnlessAskedFor) {
  std::string text(3 * kBuffer, 'x');
  text[5] = '\0';
  text[kBuffer] = '\n';
  EXPECT_EQ(SplitChunk(text, 0, text.size(), false).binary_begin, text.size());
}

TEST(BlockSplitter, NulBehindTheRecordsInTheirLastBuffer) {
  std::string text = "a\nb\nc\n";
  text[4] = '\0';
  EXPECT_EQ(SplitChunk(text, 0, 4).binary_begin, 0u);
  EXPECT_EQ(SplitChunk(text, 0, 2).binary_begin, 0u);
  text.insert(0, std::string(kBuffer - 4, 'x'));
  text[kBuffer - 5] = '\n';
  EXPECT_EQ(SplitChunk(text, 0, kBuffer - 4).binary_begin, kBuffer - 4) << "it is in the next one";
}

TEST(BlockSplitter, NothingHasNoBlocks) {
  BlockSplitter splitter('\n', true);
  splitter.Start({"", 7});
  BlockSplitter::Block block;
  EXPECT_FALSE(splitter.Next(&block));
}

TEST(BlockSplitter, StartsAnew) {
  BlockSplitter splitter('\n', true);
  const std::string binary("a\0b\n", 4);
  const std::string text = "a\n";
  BlockSplitter::Block block;
  for (bool is_binary : {true, false, true}) {
    splitter.Start({is_binary ? binary : text});
    ASSERT_TRUE(splitter.Next(&block));
    splitter.Check(&block);
    EXPECT_EQ(block.binary, is_binary);
    EXPECT_FALSE(splitter.Next(&block));
  }
}

// Small enough for the cache, even if a record is not.
TEST(BlockSplitter, BlocksAreOfAboutFiveBuffers) {
  std::string text;
  while (text.size() < 40 * kBuffer) text += std::string(99, 'x') + "\n";
  BlockSplitter splitter('\n', false);
  splitter.Start({text});
  BlockSplitter::Block block;
  while (splitter.Next(&block)) EXPECT_LE(block.bytes.size(), 5 * kBuffer + 100);
}

}  // namespace
}  // namespace bigscan
