#include "tests/fuzz/decoding.h"

#include <memory>
#include <optional>

#include "lib/decompressor.h"
#include "lib/members.h"
#include "lib/segment_reader.h"
#include "lib/segment_splitter.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// How a Decompressor that has neither consumed nor produced anything goes on.
bool IsIdle(const Decompressor::Progress& progress) {
  return progress.consumed == 0 && progress.produced == 0;
}

// Decodes the units of one segment, and beyond them until that is known.
struct SegmentText {
  std::string text;
  absl::Status status;  // of the segment's own units
  bool cut = false;
};

SegmentText ReadSegment(SegmentReader* reader, size_t room) {
  SegmentText read;
  std::string buffer(room, '\0');
  while (!reader->own_bytes().has_value()) {
    if (read.text.size() > kMostDecodedBytes) {
      read.cut = true;
      return read;
    }
    const absl::StatusOr<size_t> got = reader->Read(buffer.data(), buffer.size());
    if (!got.ok()) {
      if (!reader->own_bytes().has_value()) read.status = got.status();
      break;
    }
    read.text.append(buffer, 0, *got);
    if (*got == 0) break;
  }
  if (reader->own_bytes().has_value()) {
    EXPECT_LE(*reader->own_bytes(), read.text.size());
    read.text.resize(*reader->own_bytes());
  } else {
    EXPECT_FALSE(read.status.ok()) << "a segment that ends without a known end";
  }
  return read;
}

}  // namespace

DecodedText DecodeStream(absl::string_view bytes, size_t step, size_t room) {
  const std::unique_ptr<Decompressor> decompressor =
      Decompressor::Create(CompressionOf(bytes.substr(0, 8)));
  DecodedText decoded;
  std::string out(room, '\0');
  size_t begin = 0;
  size_t end = 0;
  while (true) {
    const bool last = end == bytes.size();
    // A copy of its very size, so that a sanitizer sees each byte that is read outside of it.
    const std::string in(bytes.substr(begin, end - begin));
    const auto progress = decompressor->Decode(in, last, out.data(), room);
    if (!progress.ok()) {
      decoded.status = progress.status();
      EXPECT_FALSE(decompressor->reason().empty());
      return decoded;
    }
    EXPECT_LE(progress->consumed, in.size());
    EXPECT_LE(progress->produced, room);
    decoded.text.append(out, 0, progress->produced);
    begin += progress->consumed;
    EXPECT_EQ(decompressor->consumed(), begin);
    EXPECT_EQ(decompressor->produced(), decoded.text.size());
    if (decoded.text.size() > kMostDecodedBytes) {
      decoded.cut = true;
      return decoded;
    }
    if (!IsIdle(*progress)) continue;
    if (last) {
      EXPECT_EQ(begin, bytes.size()) << "an end before the end";
      return decoded;
    }
    end = std::min(bytes.size(), end + step);
  }
}

DecodedText DecodeSegments(absl::string_view bytes, size_t segment_bytes, bool at_members) {
  const UniqueFd fd = FileHolding(bytes);
  const Compression compression = CompressionOf(bytes.substr(0, 8));
  SegmentSplitter splitter(
      fd.get(), {0, bytes.size()},
      {.compression = compression, .bytes = segment_bytes, .at_members = at_members});
  DecodedText decoded;
  uint64_t next_start = 0;  // in bits
  uint64_t cuts_end = 0;
  bool first = true;
  while (!splitter.done()) {
    const ByteRange cut = splitter.Next();
    EXPECT_EQ(cut.begin, cuts_end);
    EXPECT_LT(cut.begin, cut.end);
    cuts_end = cut.end;
    if (next_start >= 8 * cut.end) continue;  // a unit that is longer than the segment
    const SegmentReader::Segment segment{.fd = fd.get(), .file = {0, bytes.size()}, .cut = cut};
    const auto guess = first ? std::optional<uint64_t>(0) : std::nullopt;
    std::unique_ptr<SegmentReader> reader = SegmentReader::Open(compression, segment, guess);
    if (reader->start() != next_start) {
      reader = SegmentReader::Open(compression, segment, next_start);
    }
    first = false;
    const SegmentText read = ReadSegment(reader.get(), 1000);
    decoded.text += read.text;
    if (read.cut || decoded.text.size() > kMostDecodedBytes) {
      decoded.cut = true;
      return decoded;
    }
    if (!read.status.ok()) {
      EXPECT_LE(reader->failed_at(), bytes.size());
      decoded.status = read.status;
      return decoded;
    }
    EXPECT_GE(reader->end(), 8 * cut.end > 8 * bytes.size() ? next_start : next_start + 1);
    next_start = reader->end();
  }
  EXPECT_EQ(cuts_end, bytes.size());
  return decoded;
}

DecodedText DecodeInAllWays(absl::string_view bytes, const DecodingCuts& cuts) {
  const Compression compression = CompressionOf(bytes.substr(0, 8));
  const DecodedText all = DecodeStream(bytes, bytes.size(), 64 << 10);
  const bool is_bzip2 = compression == Compression::kBzip2;
  const DecodedText pieces = DecodeStream(bytes, cuts.step, cuts.room);
  const auto expect_same = [&](const DecodedText& other, const char* way, bool exactly) {
    const size_t size = std::min(all.text.size(), other.text.size());
    // libbz2 and liblzma may withhold what they decode in the call that finds a block damaged, and a segment
    // of xz is known to be damaged by the index before a stream is: then one has more of it than the other.
    bool inexact = !exactly && !all.status.ok() && !other.status.ok();
    // Segments know of no checksum but those of blocks; that of a whole stream of bzip2 is not theirs.
    const bool bzip2_segments = is_bzip2 && &other != &pieces;
    inexact |= bzip2_segments && !all.status.ok();
    // What begins a block may stand within one that is damaged: then the two decode it with other ends.
    if (bzip2_segments && !all.status.ok() && !other.status.ok()) return;
    if (all.cut || other.cut || inexact) {
      EXPECT_TRUE(all.text.substr(0, size) == other.text.substr(0, size))
          << way << ": " << other.text.size() << " bytes, not " << all.text.size() << "; "
          << other.status << ", not " << all.status;
      return;
    }
    EXPECT_TRUE(other.text == all.text)
        << way << ": " << other.text.size() << " bytes, not " << all.text.size() << "; "
        << other.status << ", not " << all.status;
    EXPECT_EQ(other.status.ok(), all.status.ok()) << way << other.status << all.status;
  };
  expect_same(pieces, "in pieces", !is_bzip2 && compression != Compression::kXz);
  const UniqueFd fd = FileHolding(bytes);
  if (HasSegments(fd.get(), {0, bytes.size()}, compression)) {
    expect_same(DecodeSegments(bytes, cuts.segment_bytes, true), "in segments", false);
    expect_same(DecodeSegments(bytes, cuts.segment_bytes, false), "in segments of a size", false);
  }
  return all;
}

}  // namespace bigscan
