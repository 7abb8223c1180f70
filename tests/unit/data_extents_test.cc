#include "lib/data_extents.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/block_splitter.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr uint64_t kBuffer = BlockSplitter::kBufferBytes;
constexpr uint64_t kPage = 4096;
constexpr uint64_t kMegabyte = 1 << 20;

// A file of `size` bytes that holds data in these whole pages only.
UniqueFd SparseFile(uint64_t size, const std::vector<ByteRange>& data) {
  UniqueFd fd = FileHolding("");
  EXPECT_EQ(ftruncate(fd.get(), static_cast<off_t>(size)), 0);
  for (const ByteRange& range : data) {
    const std::string bytes(range.size(), 'x');
    EXPECT_EQ(pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(range.begin)),
              static_cast<ssize_t>(bytes.size()));
  }
  return fd;
}

std::vector<ByteRange> Parts(int fd, ByteRange file, bool skip = true) {
  DataExtents extents(fd, file, skip);
  std::vector<ByteRange> parts;
  while (const std::optional<ByteRange> part = extents.Next()) parts.push_back(*part);
  return parts;
}

TEST(DataExtents, AFileWithoutHolesIsOnePart) {
  const UniqueFd fd = SparseFile(3 * kMegabyte, {{0, 3 * kMegabyte}});
  EXPECT_FALSE(DataExtents::IsSparse(fd.get()));
  const ByteRange whole{0, 3 * kMegabyte};
  EXPECT_EQ(Parts(fd.get(), whole), std::vector<ByteRange>{whole});
}

TEST(DataExtents, AnEmptyFileHasNoPart) {
  const UniqueFd fd = FileHolding("");
  EXPECT_FALSE(DataExtents::IsSparse(fd.get()));
  EXPECT_TRUE(Parts(fd.get(), {0, 0}).empty());
}

TEST(DataExtents, PartsAreWholeBuffersWithAByteOfTheHole) {
  const uint64_t page = 5 * kMegabyte / kPage * kPage;
  const UniqueFd fd = SparseFile(96 * kBuffer + 5, {{0, kPage}, {page, page + kPage}});
  EXPECT_TRUE(DataExtents::IsSparse(fd.get()));
  const std::vector<ByteRange> parts{{0, kBuffer},
                                     {page / kBuffer * kBuffer, (page / kBuffer + 1) * kBuffer},
                                     {96 * kBuffer, 96 * kBuffer + 5}};
  EXPECT_EQ(Parts(fd.get(), {0, 96 * kBuffer + 5}), parts);
}

TEST(DataExtents, DataAtTheEdgesOfABufferTakeTheNextOne) {
  const UniqueFd fd = SparseFile(60 * kBuffer, {{0, kBuffer}, {30 * kBuffer, 31 * kBuffer}});
  const std::vector<ByteRange> parts{
      {0, 2 * kBuffer}, {29 * kBuffer, 32 * kBuffer}, {59 * kBuffer, 60 * kBuffer}};
  EXPECT_EQ(Parts(fd.get(), {0, 60 * kBuffer}), parts);
}

TEST(DataExtents, AShortHoleIsData) {
  const uint64_t hole = DataExtents::kLeastHoleBytes;
  const ByteRange all{0, 2 * hole + 2 * kPage};
  const UniqueFd shorter = SparseFile(all.end, {{0, kPage}, {hole, all.end}});
  EXPECT_EQ(Parts(shorter.get(), all), std::vector<ByteRange>{all});
  const UniqueFd longer = SparseFile(all.end, {{0, kPage}, {hole + kPage, all.end}});
  EXPECT_EQ(Parts(longer.get(), all).size(), 2u);
}

TEST(DataExtents, OfNothingButAHoleTheEndIsLeft) {
  const UniqueFd fd = SparseFile(50 * kBuffer + 7, {});
  const std::vector<ByteRange> parts{{50 * kBuffer, 50 * kBuffer + 7}};
  EXPECT_EQ(Parts(fd.get(), {0, 50 * kBuffer + 7}), parts);
}

TEST(DataExtents, ARangeOfTheFile) {
  const UniqueFd fd = SparseFile(60 * kBuffer, {{0, kPage}, {30 * kBuffer, 31 * kBuffer}});
  const std::vector<ByteRange> parts{{29 * kBuffer, 30 * kBuffer + 9}};
  EXPECT_EQ(Parts(fd.get(), {kBuffer + 3, 30 * kBuffer + 9}), parts);
}

TEST(DataExtents, WhatAFileHasLostIsNoHole) {
  const UniqueFd fd = SparseFile(10 * kMegabyte, {{0, kPage}});
  ASSERT_EQ(ftruncate(fd.get(), kPage), 0);
  const ByteRange all{0, 10 * kMegabyte};
  EXPECT_EQ(Parts(fd.get(), all), std::vector<ByteRange>{all});
}

TEST(DataExtents, NothingIsSkippedUnlessAskedFor) {
  const UniqueFd fd = SparseFile(10 * kMegabyte, {{0, kPage}});
  const ByteRange all{0, 10 * kMegabyte};
  EXPECT_EQ(Parts(fd.get(), all, false), std::vector<ByteRange>{all});
}

TEST(DataExtents, WhereTheDescriptorStandsIsKept) {
  const UniqueFd fd = SparseFile(10 * kMegabyte, {{0, kPage}, {5 * kMegabyte, 5 * kMegabyte + 1}});
  ASSERT_EQ(lseek(fd.get(), 77, SEEK_SET), 77);
  EXPECT_GT(Parts(fd.get(), {0, 10 * kMegabyte}).size(), 1u);
  EXPECT_EQ(lseek(fd.get(), 0, SEEK_CUR), 77);
}

}  // namespace
}  // namespace bigscan
