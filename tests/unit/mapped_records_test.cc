#include "lib/mapped_records.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// Puts the records that each chunk of `range` owns together; fails where they are out of place.
std::string JoinChunks(int fd, absl::string_view contents, ByteRange range, uint64_t chunk_size) {
  static uint32_t source = 0;
  ++source;
  FileWindow window;
  std::string joined;
  for (Splitter splitter(range, {chunk_size, chunk_size}); !splitter.done();) {
    const ByteRange chunk = splitter.Next();
    absl::StatusOr<OwnedRecords> owned = MapRecords(&window, source, fd, range, chunk, '\n');
    EXPECT_TRUE(owned.ok()) << owned.status();
    if (!owned.ok()) return joined;
    if (owned->records.empty()) continue;
    EXPECT_EQ(owned->begin, range.begin + joined.size()) << "chunk " << chunk.begin;
    EXPECT_GE(owned->begin, chunk.begin) << "a record that starts before its chunk";
    EXPECT_LT(owned->begin, chunk.end) << "a record that starts after its chunk";
    joined.append(owned->records.data(), owned->records.size());
    const bool whole = joined.back() == '\n' || range.begin + joined.size() == range.end;
    EXPECT_TRUE(whole) << "chunk " << chunk.begin << " ends inside a record";
    // The last of its records must start in the chunk, too.
    const size_t newline = owned->records.substr(0, owned->records.size() - 1).rfind('\n');
    if (newline != absl::string_view::npos) {
      EXPECT_LT(owned->begin + newline + 1, chunk.end) << "chunk " << chunk.begin;
    }
  }
  EXPECT_EQ(joined, contents.substr(range.begin, range.size()));
  return joined;
}

TEST(MappedRecords, ChunksOfAllSmallFilesOwnEachRecordOnce) {
  for (size_t length = 1; length <= 7; ++length) {
    for (unsigned bits = 0; bits < 1u << length; ++bits) {
      std::string contents;
      for (size_t i = 0; i < length; ++i) contents += (bits >> i & 1) != 0 ? '\n' : 'a';
      const UniqueFd fd = FileHolding(contents);
      for (uint64_t begin = 0; begin < length; ++begin) {
        for (uint64_t chunk_size = 1; chunk_size <= length - begin; ++chunk_size) {
          JoinChunks(fd.get(), contents, {begin, length}, chunk_size);
          ASSERT_FALSE(HasFailure()) << testing::PrintToString(contents) << " from " << begin
                                     << " in chunks of " << chunk_size;
        }
      }
    }
  }
}

TEST(MappedRecords, BytesBeyondTheEndOfTheRangeAreNotSeen) {
  const std::string contents = "ab\ncd\nef\n";
  const UniqueFd fd = FileHolding(contents);
  for (uint64_t chunk_size = 1; chunk_size <= 5; ++chunk_size) {
    JoinChunks(fd.get(), contents, {0, 5}, chunk_size);
  }
}

// Longer than the margin that is mapped beyond a chunk, and than two of them.
TEST(MappedRecords, RecordMuchLongerThanAChunkBelongsToOneChunk) {
  for (size_t length : {(256u << 10) - 1, 256u << 10, (256u << 10) + 1, 1500u << 10}) {
    const std::string contents = "x\n" + std::string(length, 'a') + "\ny\n";
    const UniqueFd fd = FileHolding(contents);
    JoinChunks(fd.get(), contents, {0, contents.size()}, 64 << 10);
    ASSERT_FALSE(HasFailure()) << length;
  }
}

TEST(MappedRecords, LongUnterminatedRecordAtTheEnd) {
  const std::string contents = "x\n" + std::string(1 << 20, 'a');
  const UniqueFd fd = FileHolding(contents);
  JoinChunks(fd.get(), contents, {0, contents.size()}, 100'000);
}

TEST(MappedRecords, RandomFilesInRandomChunks) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const std::string alphabet = std::string(1 + Pick(&random, 1000), 'a') + '\n';
    const std::string contents = RandomText(&random, alphabet, 1 + Pick(&random, 50'000));
    const UniqueFd fd = FileHolding(contents);
    JoinChunks(fd.get(), contents, {Pick(&random, contents.size()), contents.size()},
               1 + Pick(&random, 5000));
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST(MappedRecords, DelimiterIsTheOneGiven) {
  const std::string contents("a\nb\0c\n\0", 7);
  const UniqueFd fd = FileHolding(contents);
  FileWindow window;
  absl::StatusOr<OwnedRecords> owned = MapRecords(&window, 0, fd.get(), {0, 7}, {1, 7}, '\0');
  ASSERT_TRUE(owned.ok());
  EXPECT_EQ(owned->records, absl::string_view("c\n\0", 3));
  EXPECT_EQ(owned->begin, 4u);
}

TEST(FileWindow, AnotherSourceIsNotMistakenForTheLast) {
  const UniqueFd first = FileHolding("first");
  const UniqueFd second = FileHolding("other");
  FileWindow window;
  EXPECT_EQ(window.Bytes(1, first.get(), 0, 5, 5).value(), "first");
  EXPECT_EQ(window.Bytes(2, second.get(), 0, 5, 5).value(), "other");
}

TEST(FileWindow, WhatCanNotBeMappedIsAnError) {
  FileWindow window;
  EXPECT_FALSE(window.Bytes(1, -1, 0, 5, 5).ok());
}

}  // namespace
}  // namespace bigscan
