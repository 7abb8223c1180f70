#include "lib/decompressor.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bigscan {
namespace {

std::string Text(size_t bytes) {
  std::string text;
  for (uint64_t i = 0; text.size() < bytes; ++i) {
    text += "record " + std::to_string(i * 2654435761U % 1000003) + " of the text\n";
  }
  text.resize(bytes);
  return text;
}

std::string Compress(Compression compression, const std::string& text) {
  std::string out(2 * text.size() + (64 << 10), '\0');
  size_t size = out.size();
  switch (compression) {
    case Compression::kGzip: {
      isal_zstream stream;
      isal_deflate_init(&stream);
      std::vector<uint8_t> buffer(ISAL_DEF_LVL1_DEFAULT);
      stream.level = 1;
      stream.level_buf = buffer.data();
      stream.level_buf_size = static_cast<uint32_t>(buffer.size());
      stream.end_of_stream = 1;
      stream.gzip_flag = IGZIP_GZIP;
      stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
      stream.avail_in = static_cast<uint32_t>(text.size());
      stream.next_out = reinterpret_cast<uint8_t*>(out.data());
      stream.avail_out = static_cast<uint32_t>(out.size());
      EXPECT_EQ(isal_deflate(&stream), COMP_OK);
      size = stream.total_out;
      break;
    }
    case Compression::kZstd:
      size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
      break;
    case Compression::kXz:
      size = 0;
      EXPECT_EQ(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr,
                                        reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                        reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
                LZMA_OK);
      break;
    case Compression::kBzip2: {
      auto length = static_cast<unsigned>(out.size());
      EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &length, const_cast<char*>(text.data()),
                                         static_cast<unsigned>(text.size()), 1, 0, 0),
                BZ_OK);
      size = length;
      break;
    }
    case Compression::kLz4:
      size = LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), nullptr);
      break;
    case Compression::kNone:
      break;
  }
  out.resize(size);
  return out;
}

struct Decoded {
  std::string text;
  absl::Status status;
};

// Decodes `bytes`, of which `step` come at a time, into room for `room` bytes.
Decoded Decode(const std::string& bytes, size_t step, size_t room) {
  const Compression compression = CompressionOf(absl::string_view(bytes).substr(0, 8));
  const std::unique_ptr<Decompressor> decompressor = Decompressor::Create(compression);
  Decoded decoded;
  std::string out(room, '\0');
  size_t begin = 0;
  size_t end = 0;
  while (true) {
    const bool last = end == bytes.size();
    const auto progress = decompressor->Decode(absl::string_view(bytes).substr(begin, end - begin),
                                               last, out.data(), room);
    if (!progress.ok()) {
      decoded.status = progress.status();
      return decoded;
    }
    EXPECT_LE(progress->consumed, end - begin);
    EXPECT_LE(progress->produced, room);
    decoded.text.append(out, 0, progress->produced);
    begin += progress->consumed;
    if (progress->consumed == 0 && progress->produced == 0) {
      if (last) return decoded;
      end = std::min(bytes.size(), end + step);
    }
  }
}

class EachCompression : public testing::TestWithParam<Compression> {};

INSTANTIATE_TEST_SUITE_P(, EachCompression,
                         testing::Values(Compression::kGzip, Compression::kZstd, Compression::kXz,
                                         Compression::kBzip2, Compression::kLz4),
                         [](const auto& info) { return std::string(CompressionName(info.param)); });

TEST_P(EachCompression, IsToldByItsFirstBytes) {
  EXPECT_EQ(CompressionOf(Compress(GetParam(), "x").substr(0, 8)), GetParam());
  EXPECT_EQ(CompressionOf(Compress(GetParam(), "x").substr(0, 3)), Compression::kNone);
}

TEST_P(EachCompression, ComesBackHoweverItIsCut) {
  const std::string text = Text(300'000);
  const std::string bytes = Compress(GetParam(), text);
  for (const size_t step : {1, 7, 4096, 1 << 20}) {
    for (const size_t room : {64, 1000, 1 << 20}) {
      const Decoded decoded = Decode(bytes, step, room);
      EXPECT_TRUE(decoded.status.ok()) << decoded.status;
      EXPECT_TRUE(decoded.text == text) << step << " " << room;
    }
  }
}

TEST_P(EachCompression, MembersAreOneText) {
  const std::string bytes = Compress(GetParam(), "one\n") + Compress(GetParam(), "") +
                            Compress(GetParam(), Text(100'000));
  for (const size_t step : {1, 4096}) {
    const Decoded decoded = Decode(bytes, step, 4096);
    EXPECT_TRUE(decoded.status.ok()) << decoded.status;
    EXPECT_TRUE(decoded.text == "one\n" + Text(100'000));
  }
}

TEST_P(EachCompression, ZerosBehindAreNothing) {
  const Decoded decoded = Decode(Compress(GetParam(), "text") + std::string(512, '\0'), 100, 100);
  EXPECT_TRUE(decoded.status.ok()) << decoded.status;
  EXPECT_EQ(decoded.text, "text");
}

TEST_P(EachCompression, WhatElseIsBehindIsDamage) {
  const std::string bytes = Compress(GetParam(), "text");
  const Decoded decoded = Decode(bytes + "not compressed", 1000, 100);
  EXPECT_EQ(decoded.text, "text");
  EXPECT_EQ(decoded.status.message(), "damaged " + std::string(CompressionName(GetParam())) +
                                          " data at byte " + std::to_string(bytes.size()) +
                                          " (decoded 4): what follows is not compressed");
}

// Whatever is cut off, what comes is the beginning of the text, and that something is missing is told.
TEST_P(EachCompression, EachTruncationIsTold) {
  const std::string text = Text(3000);
  const std::string bytes = Compress(GetParam(), text);
  for (size_t size = 8; size < bytes.size(); ++size) {
    const Decoded decoded = Decode(bytes.substr(0, size), 100, 100);
    EXPECT_FALSE(decoded.status.ok()) << size;
    EXPECT_EQ(decoded.text, text.substr(0, decoded.text.size())) << size;
  }
}

// However the bytes come, and whatever the room: all that is decoded before a damage.
TEST_P(EachCompression, WhatIsBeforeADamageDoesNotDependOnTheBuffers) {
  const std::string text = Text(700'000);
  std::string bytes = Compress(GetParam(), text);
  for (const size_t at : {bytes.size() - 4, bytes.size() * 3 / 4, bytes.size() / 2}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    damaged[at + 1] = static_cast<char>(damaged[at + 1] ^ 0xa5);
    const Decoded whole = Decode(damaged, damaged.size(), 1 << 20);
    for (const size_t room : {64, 5000, 1 << 20}) {
      const Decoded decoded = Decode(damaged, 10'000, room);
      EXPECT_EQ(decoded.text.size(), whole.text.size()) << at << " " << room;
      EXPECT_EQ(decoded.status.ok(), whole.status.ok());
    }
  }
}

// ISA-L's fast loop, which a byte at a time does not enter, miscounts its buffers at a damage.
TEST(Decompressor, ADamagedGzipMemberDecodesToTheSameByteByByte) {
  const std::string bytes = Compress(Compression::kGzip, Text(2000));
  for (size_t bit = 80; bit < 8 * bytes.size(); bit += 3) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Decoded by_byte = Decode(flipped, 1, 1 << 20);
    for (const size_t room : {1 << 20, 3000, 300, 64}) {
      const Decoded decoded = Decode(flipped, flipped.size(), room);
      EXPECT_TRUE(decoded.text == by_byte.text) << bit << " " << room;
      EXPECT_EQ(decoded.status.ok(), by_byte.status.ok()) << bit << " " << room;
    }
  }
}

// ISA-L's isal_inflate forgets the header's flags between two calls.
TEST(Decompressor, AGzipHeaderMayBeCutAnywhere) {
  const std::string plain = Compress(Compression::kGzip, "one\n");
  const std::string parts(
      "\x03\x00xyz"
      "name\0"
      "comment\0",
      18);
  std::string bytes = plain.substr(0, 10) + parts + plain.substr(10);
  bytes[3] = 4 | 8 | 16;
  for (size_t step = 1; step <= bytes.size(); ++step) {
    const Decoded decoded = Decode(bytes + bytes, step, 100);
    EXPECT_TRUE(decoded.status.ok()) << decoded.status << " " << step;
    EXPECT_EQ(decoded.text, "one\none\n") << step;
  }
}

TEST(Decompressor, AnLz4BlockBeforeAWrongHeaderIsDecoded) {
  constexpr size_t kFrameHeaderBytes = 7;
  constexpr size_t kBlockBytes = 64 << 10;
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
  const std::string text = Text(2 * kBlockBytes);
  std::string bytes(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
  bytes.resize(
      LZ4F_compressFrame(bytes.data(), bytes.size(), text.data(), text.size(), &preferences));
  uint32_t first = 0;
  memcpy(&first, bytes.data() + kFrameHeaderBytes, sizeof(first));
  const size_t second = kFrameHeaderBytes + sizeof(first) + first + 4;  // and a checksum
  bytes.replace(second, 4, "\x7f\x7f\x7f\x7f");
  for (const size_t step : {size_t{1}, size_t{999}, bytes.size()}) {
    for (const size_t room : {size_t{1000}, 2 * kBlockBytes}) {
      const Decoded decoded = Decode(bytes, step, room);
      EXPECT_FALSE(decoded.status.ok());
      EXPECT_EQ(decoded.text.size(), kBlockBytes) << step << " " << room;
    }
  }
}

TEST(Decompressor, AZstdBlockBeforeAWrongHeaderIsDecoded) {
  using std::string_literals::operator""s;
  const std::string frame = "\x28\xb5\x2f\xfd\x00\x58"s;
  const std::string block = "\x22\x03\x00x"s;  // 100 bytes of x
  const std::string wrong = "\x06\x00\x00"s;
  for (const size_t step : {1, 3, 100}) {
    for (const size_t room : {64, 100, 1000}) {
      const Decoded decoded = Decode(frame + block + wrong, step, room);
      EXPECT_FALSE(decoded.status.ok());
      EXPECT_EQ(decoded.text, std::string(100, 'x')) << step << " " << room;
    }
  }
}

// libzstd would decode such a block as far as it has come, up to what does not fit the size of the content.
TEST(Decompressor, WhatIsBeforeADamageOfARawZstdBlockDoesNotDependOnTheBuffers) {
  using std::string_literals::operator""s;
  const std::string frame_of_25 = "\x28\xb5\x2f\xfd\x20\x19"s;
  const std::string last_13 = "\x69\x00\x00of 13 bytes.."s;
  const std::string block_20 = "\xa0\x00\x00of twenty bytes here"s;
  const std::string last_20 = "\xa1\x00\x00of twenty bytes here"s;
  for (const std::string& blocks : {last_13, block_20 + last_20}) {
    const std::string bytes = frame_of_25 + blocks;
    const Decoded whole = Decode(bytes, bytes.size(), 1000);
    EXPECT_FALSE(whole.status.ok());
    EXPECT_GE(whole.text.size(), 10u);
    for (size_t step = 1; step < bytes.size(); ++step) {
      const Decoded decoded = Decode(bytes, step, 64);
      EXPECT_FALSE(decoded.status.ok());
      EXPECT_EQ(decoded.text, whole.text) << step;
    }
  }
}

TEST(Decompressor, ARawZstdBlockThatIsCutShortIsDecodedAsFarAsItGoes) {
  using std::string_literals::operator""s;
  const std::string bytes = "\x28\xb5\x2f\xfd\x20\x0d\x69\x00\x00of 13 b"s;
  for (size_t step = 1; step <= bytes.size(); ++step) {
    const Decoded decoded = Decode(bytes, step, 64);
    EXPECT_FALSE(decoded.status.ok());
    EXPECT_EQ(decoded.text, "of 13 b") << step;
  }
}

// A flipped bit is told, or is where it does not matter.
TEST_P(EachCompression, EachFlippedBitIsToldOrHarmless) {
  const std::string text = Text(2000);
  const std::string bytes = Compress(GetParam(), text);
  for (size_t bit = 64; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Decoded decoded = Decode(flipped, 500, 500);
    // Without a checksum of the content, as libzstd and lz4 leave it out unless asked for, a flip may
    // pass for other text.
    const bool checked = GetParam() != Compression::kZstd && GetParam() != Compression::kLz4;
    if (checked && decoded.status.ok()) {
      EXPECT_EQ(decoded.text, text) << bit;
    }
    EXPECT_LE(decoded.text.size(), 64u << 20);
  }
}

TEST(Decompressor, SkippableFramesAreSkipped) {
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const Decoded decoded =
      Decode(skippable + Compress(Compression::kZstd, "one\n") + skippable, 3, 64);
  EXPECT_TRUE(decoded.status.ok()) << decoded.status;
  EXPECT_EQ(decoded.text, "one\n");
}

TEST(CompressionOf, TextIsNone) {
  for (const char* text : {"", "B", "BZh9 is text", "record\n", "\x1f\x8b", "(\xb5/\xfe"}) {
    EXPECT_EQ(CompressionOf(text), Compression::kNone) << text;
  }
}

}  // namespace
}  // namespace bigscan
