// A text, compressed as several members by the library of each format, decodes to itself, however it is
// cut; and if a byte of it is changed then, to the same in all ways.
#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "lib/decompressor.h"
#include "tests/fuzz/decoding.h"
#include "tests/fuzz/fuzz.h"

namespace bigscan {
namespace {

uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
}

size_t CompressGzip(const std::string& text, std::string* out) {
  isal_zstream stream;
  isal_deflate_init(&stream);
  std::vector<uint8_t> buffer(ISAL_DEF_LVL1_DEFAULT);
  stream.level = 1;
  stream.level_buf = buffer.data();
  stream.level_buf_size = static_cast<uint32_t>(buffer.size());
  stream.end_of_stream = 1;
  stream.gzip_flag = IGZIP_GZIP;
  stream.next_in = Bytes(text);
  stream.avail_in = static_cast<uint32_t>(text.size());
  stream.next_out = Bytes(*out);
  stream.avail_out = static_cast<uint32_t>(out->size());
  EXPECT_EQ(isal_deflate(&stream), COMP_OK);
  return stream.total_out;
}

// In blocks of a few bytes, which have an index.
size_t CompressXz(const std::string& text, std::string* out) {
  lzma_mt options = {};
  options.threads = 1;
  options.block_size = 1 << 12;
  options.preset = 0;
  options.check = LZMA_CHECK_CRC32;
  lzma_stream stream = LZMA_STREAM_INIT;
  EXPECT_EQ(lzma_stream_encoder_mt(&stream, &options), LZMA_OK);
  stream.next_in = Bytes(text);
  stream.avail_in = text.size();
  stream.next_out = Bytes(*out);
  stream.avail_out = out->size();
  lzma_ret result = LZMA_OK;
  while (result == LZMA_OK) result = lzma_code(&stream, LZMA_FINISH);
  EXPECT_EQ(result, LZMA_STREAM_END);
  const size_t size = stream.total_out;
  lzma_end(&stream);
  return size;
}

// In one block, without a thread.
size_t CompressXzAtOnce(const std::string& text, std::string* out) {
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, Bytes(text), text.size(),
                                    Bytes(*out), &size, out->size()),
            LZMA_OK);
  return size;
}

std::string Compress(Compression compression, const std::string& text) {
  std::string out(2 * text.size() + (4 << 10), '\0');
  size_t size = 0;
  switch (compression) {
    case Compression::kGzip:
      size = CompressGzip(text, &out);
      break;
    case Compression::kZstd:
      size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1);
      break;
    case Compression::kXz:
      // Threads take long to start, and blocks begin after 4 KiB.
      size = text.size() > 1 << 12 ? CompressXz(text, &out) : CompressXzAtOnce(text, &out);
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

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  constexpr Compression kCompressions[] = {Compression::kGzip, Compression::kZstd, Compression::kXz,
                                           Compression::kBzip2, Compression::kLz4};
  const Compression compression = kCompressions[input.Below(5)];
  const DecodingCuts cuts{.step = 1 + 3 * size_t{input.Byte()},
                          .room = 64 + 8 * size_t{input.Byte()},
                          .segment_bytes = 1 + 3 * size_t{input.Byte()}};
  const size_t damage = input.Short();
  const uint8_t change = input.Byte();
  const size_t padding = input.Below(256) / 16 * 4;
  std::string text;
  std::string bytes;
  for (size_t members = 1 + input.Below(6); members > 0; --members) {
    const size_t repeats = input.Byte();
    const absl::string_view piece = members == 1 ? input.rest() : input.Take(input.Byte());
    std::string member;
    for (size_t i = 0; i <= repeats && member.size() < 20'000; ++i) member += std::string(piece);
    text += member;
    bytes += Compress(compression, member);
  }
  const std::string padded = bytes + std::string(padding, '\0');
  const DecodedText decoded = DecodeInAllWays(padded, cuts);
  EXPECT_TRUE(decoded.status.ok()) << decoded.status;
  EXPECT_TRUE(decoded.text == text);
  if (change == 0) return 0;
  bytes[damage % bytes.size()] = static_cast<char>(bytes[damage % bytes.size()] ^ change);
  if (CompressionOf(bytes.substr(0, 8)) == compression) DecodeInAllWays(bytes, cuts);
  return 0;
}
