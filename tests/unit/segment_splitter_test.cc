#include "lib/segment_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

const std::string kHead("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);

// What looks like a member of `size` bytes.
std::string Member(size_t size) { return kHead + std::string(size - kHead.size(), 'x'); }

std::vector<ByteRange> Segments(const std::string& file, const SegmentSplitter::Options& options,
                                uint64_t begin = 0) {
  const UniqueFd fd = FileHolding(file);
  SegmentSplitter splitter(fd.get(), {begin, file.size()}, options);
  std::vector<ByteRange> segments;
  while (!splitter.done()) segments.push_back(splitter.Next());
  return segments;
}

using Ranges = std::vector<ByteRange>;

TEST(SegmentSplitter, CutsByBytes) {
  const std::string file(250, 'x');
  EXPECT_EQ(Segments(file, {.compression = Compression::kBzip2, .bytes = 100}),
            (Ranges{{0, 100}, {100, 200}, {200, 250}}));
  EXPECT_EQ(Segments(file, {.compression = Compression::kXz, .bytes = 100}, 100),
            (Ranges{{100, 200}, {200, 250}}));
  EXPECT_EQ(Segments("", {.compression = Compression::kBzip2, .bytes = 100}), Ranges());
}

TEST(SegmentSplitter, CutsWhereMembersBegin) {
  const std::string file = Member(150) + Member(40) + Member(70) + Member(1'000'000) + Member(90);
  EXPECT_EQ(Segments(file, {.compression = Compression::kGzip, .bytes = 100}),
            (Ranges{{0, 150}, {150, 260}, {260, 1'000'260}, {1'000'260, 1'000'350}}));
  EXPECT_EQ(Segments(file, {.compression = Compression::kGzip, .bytes = 150}),
            (Ranges{{0, 150}, {150, 1'000'260}, {1'000'260, 1'000'350}}));
  EXPECT_EQ(Segments(file, {.compression = Compression::kGzip, .bytes = 2'000'000}),
            (Ranges{{0, 1'000'350}}));
}

TEST(SegmentSplitter, MayBeToldNotToLookAtMembers) {
  const std::string file = Member(150) + Member(60);
  EXPECT_EQ(Segments(file, {.compression = Compression::kGzip, .bytes = 100, .at_members = false}),
            (Ranges{{0, 100}, {100, 200}, {200, 210}}));
}

TEST(SegmentSplitter, TakesTheRestWhereNoMemberBegins) {
  const std::string file = Member(400);
  EXPECT_EQ(Segments(file, {.compression = Compression::kGzip, .bytes = 100}), (Ranges{{0, 400}}));
}

}  // namespace
}  // namespace bigscan
