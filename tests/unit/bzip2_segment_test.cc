// Segments of bzip2: its blocks, each decoded as a stream of its own (lib/bzip2_block_reader.cc).
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lib/segment_reader.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

TEST(Bzip2Segment, ADamagedBlockIsDamagedNoFartherThanTheNextOneBegins) {
  using std::string_literals::operator""s;
  // libbz2 takes the end of the stream, which the block is given, before it finds the block damaged.
  const std::string damaged =
      "BZh11AY&SY\xb4\x61\x6d\x08\x00\x00\x0a\xd1\x80\x00\x10\x40\x00\x2f\x41\x94\x40\x20\x00"
      "TW\xea\x4c\x46\x01\x1f\xaaPy\x07\x20\x10"
      "BZh1"s;
  const std::string bytes = damaged + "1AY&SY\x0d\xb4\x47"s;
  const UniqueFd fd = FileHolding(bytes);
  const SegmentReader::Segment segment{
      .fd = fd.get(), .file = {0, bytes.size()}, .cut = {0, bytes.size()}};
  const auto reader = SegmentReader::Open(Compression::kBzip2, segment, 0);
  std::string text(1000, '\0');
  absl::StatusOr<size_t> read = size_t{1};
  while (read.ok() && *read > 0) read = reader->Read(text.data(), text.size());
  EXPECT_FALSE(read.ok());
  EXPECT_LE(reader->failed_at(), damaged.size());
}

}  // namespace
}  // namespace bigscan
