// Where the blocks of an xz file are, as the indexes at the ends of its streams tell.
#ifndef BIGSCAN_LIB_XZ_INDEX_H_
#define BIGSCAN_LIB_XZ_INDEX_H_

#include <lzma.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/chunk.h"

namespace bigscan {

struct XzBlock {
  uint64_t begin;          // of its header, in the file
  uint64_t unpadded_size;  // bytes, as lzma_block_compressed_size wants it
  uint64_t decoded_size;   // bytes
  lzma_check check;
};

// The blocks of the bytes `file` of the regular file `fd`, which may be several streams and padding, in
// order. Nothing if they are not whole and sound, as far as the headers of the streams and the indexes tell,
// or if an index takes more than 64 MiB. Reads little more than these.
std::optional<std::vector<XzBlock>> ReadXzIndex(int fd, ByteRange file);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_XZ_INDEX_H_
