#include "lib/xz_index.h"

#include <unistd.h>

#include <algorithm>
#include <memory>

namespace bigscan {
namespace {

constexpr uint64_t kMostMemory = 64 << 20;
constexpr size_t kInputBytes = 16 << 10;

struct EndIndex {
  void operator()(lzma_index* index) const { lzma_index_end(index, nullptr); }
};
using Index = std::unique_ptr<lzma_index, EndIndex>;

// liblzma says where it wants to read.
Index DecodeIndex(int fd, ByteRange file) {
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_index* index = nullptr;
  lzma_ret result = lzma_file_info_decoder(&stream, &index, kMostMemory, file.size());
  uint8_t input[kInputBytes];
  uint64_t at = file.begin;
  while (result == LZMA_OK) {
    if (stream.avail_in == 0) {
      const ssize_t got = pread(fd, input, std::min<uint64_t>(sizeof(input), file.end - at),
                                static_cast<off_t>(at));
      if (got < 0) break;
      stream.next_in = input;
      stream.avail_in = static_cast<size_t>(got);
      at += stream.avail_in;
    }
    result = lzma_code(&stream, at == file.end ? LZMA_FINISH : LZMA_RUN);
    if (result == LZMA_SEEK_NEEDED) {
      at = file.begin + stream.seek_pos;
      stream.avail_in = 0;
      result = LZMA_OK;
    }
  }
  lzma_end(&stream);
  return Index(result == LZMA_STREAM_END ? index : nullptr);
}

}  // namespace

std::optional<std::vector<XzBlock>> ReadXzIndex(int fd, ByteRange file) {
  const Index index = DecodeIndex(fd, file);
  if (index == nullptr) return std::nullopt;
  std::vector<XzBlock> blocks;
  lzma_index_iter iter;
  lzma_index_iter_init(&iter, index.get());
  while (!lzma_index_iter_next(&iter, LZMA_INDEX_ITER_BLOCK)) {
    blocks.push_back({.begin = file.begin + iter.block.compressed_file_offset,
                      .unpadded_size = iter.block.unpadded_size,
                      .decoded_size = iter.block.uncompressed_size,
                      .check = iter.stream.flags->check});
  }
  return blocks;
}

}  // namespace bigscan
