#include "lib/xz_index.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/string_view.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// A stream of one block.
std::string Stream(absl::string_view text) {
  std::string stream(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(
                0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(text.data()),
                text.size(), reinterpret_cast<uint8_t*>(stream.data()), &size, stream.size()),
            LZMA_OK);
  stream.resize(size);
  return stream;
}

std::optional<std::vector<XzBlock>> Read(const std::string& bytes, uint64_t begin = 0) {
  const UniqueFd fd = FileHolding(bytes);
  return ReadXzIndex(fd.get(), {begin, bytes.size()});
}

TEST(XzIndex, BlocksOfAllStreamsInOrder) {
  const std::string one = Stream("one");
  const std::string padding(8, '\0');
  const auto blocks = Read(one + padding + Stream("twenty") + Stream("three"));
  ASSERT_TRUE(blocks.has_value());
  ASSERT_EQ(blocks->size(), 3u);
  EXPECT_EQ((*blocks)[0].begin, uint64_t{LZMA_STREAM_HEADER_SIZE});
  EXPECT_EQ((*blocks)[1].begin, one.size() + padding.size() + LZMA_STREAM_HEADER_SIZE);
  EXPECT_EQ((*blocks)[1].decoded_size, 6u);
  EXPECT_EQ((*blocks)[2].check, LZMA_CHECK_CRC32);
}

TEST(XzIndex, AFileMayBeginAnywhere) {
  const auto blocks = Read("before" + Stream("text"), 6);
  ASSERT_TRUE(blocks.has_value());
  EXPECT_EQ((*blocks)[0].begin, 6u + LZMA_STREAM_HEADER_SIZE);
}

TEST(XzIndex, NothingOfWhatIsNotWhole) {
  const std::string bytes = Stream("one") + Stream("two");
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto blocks = Read(bytes.substr(0, size));
    // Where the first stream ends, all is well.
    EXPECT_EQ(blocks.has_value(), size == Stream("one").size()) << size;
  }
  EXPECT_FALSE(Read(bytes + "x").has_value());
  EXPECT_FALSE(Read("no xz at all, but of some length").has_value());
}

TEST(XzIndex, EmptyStreamsHaveNoBlocks) {
  const auto blocks = Read(Stream(""));
  ASSERT_TRUE(blocks.has_value());
  EXPECT_LE(blocks->size(), 1u);
}

}  // namespace
}  // namespace bigscan
