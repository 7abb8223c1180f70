#include "lib/chunk.h"

#include <gtest/gtest.h>

#include <vector>

namespace bigscan {
namespace {

std::vector<ByteRange> Chunks(ByteRange bytes, uint64_t chunk_size) {
  std::vector<ByteRange> chunks;
  for (Splitter splitter(bytes, chunk_size); !splitter.done();) chunks.push_back(splitter.Next());
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

TEST(Splitter, NothingToCutIsDoneAtOnce) { EXPECT_TRUE(Splitter({7, 7}, 1).done()); }

TEST(Splitter, EndOfAChunkBeyondTheLastOffsetDoesNotWrap) {
  const ByteRange bytes{UINT64_MAX - 10, UINT64_MAX};
  EXPECT_EQ(Chunks(bytes, UINT64_MAX), std::vector<ByteRange>{bytes});
}

}  // namespace
}  // namespace bigscan
