#include "lib/chunk.h"

#include <gtest/gtest.h>

#include <vector>

namespace bigscan {
namespace {

std::vector<ByteRange> Chunks(ByteRange bytes, uint64_t chunk_size) {
  std::vector<ByteRange> chunks;
  for (Splitter splitter(bytes, {chunk_size, chunk_size}); !splitter.done();)
    chunks.push_back(splitter.Next());
  return chunks;
}

TEST(Splitter, ChunksTileTheRange) {
  for (uint64_t begin : {0, 3}) {
    for (uint64_t size = 0; size < 20; ++size) {
      for (uint64_t chunk_size = 1; chunk_size < 22; ++chunk_size) {
        uint64_t at = begin;
        for (const ByteRange& chunk : Chunks({begin, begin + size}, chunk_size)) {
          ASSERT_EQ(chunk.begin, at);
          ASSERT_FALSE(chunk.empty());
          ASSERT_LE(chunk.size(), chunk_size);
          ASSERT_TRUE(chunk.size() == chunk_size || chunk.end == begin + size);
          at = chunk.end;
        }
        ASSERT_EQ(at, begin + size) << "chunk size " << chunk_size;
      }
    }
  }
}

TEST(Splitter, NothingToCutIsDoneAtOnce) { EXPECT_TRUE(Splitter({7, 7}, {1, 1}).done()); }

TEST(Splitter, EndOfAChunkBeyondTheLastOffsetDoesNotWrap) {
  const ByteRange bytes{UINT64_MAX - 10, UINT64_MAX};
  EXPECT_EQ(Chunks(bytes, UINT64_MAX), std::vector<ByteRange>{bytes});
}

TEST(Splitter, ChunksDoubleAndEndAtMultiples) {
  std::vector<uint64_t> ends;
  for (Splitter splitter({5, 100}, {.first = 10, .most = 35, .unit = 5}); !splitter.done();) {
    ends.push_back(splitter.Next().end);
  }
  EXPECT_EQ(ends, (std::vector<uint64_t>{15, 35, 70, 100}));
}

TEST(Splitter, BoundsAreMultiplesWhereverTheSourceBegins) {
  for (uint64_t begin = 0; begin < 20; ++begin) {
    for (Splitter splitter({begin, 1000}, {.first = 8, .most = 24, .unit = 8}); !splitter.done();) {
      const ByteRange chunk = splitter.Next();
      EXPECT_TRUE(chunk.end % 8 == 0 || chunk.end == 1000);
      EXPECT_LE(chunk.size(), 24u);
    }
  }
}

}  // namespace
}  // namespace bigscan
