// The decompressors that there are, one for each file.
#ifndef BIGSCAN_LIB_DECOMPRESSORS_H_
#define BIGSCAN_LIB_DECOMPRESSORS_H_

#include <memory>

#include "lib/decompressor.h"

namespace bigscan {

std::unique_ptr<Decompressor> MakeGzipDecompressor();
std::unique_ptr<Decompressor> MakeZstdDecompressor();
std::unique_ptr<Decompressor> MakeXzDecompressor();
std::unique_ptr<Decompressor> MakeBzip2Decompressor();
std::unique_ptr<Decompressor> MakeLz4Decompressor();

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DECOMPRESSORS_H_
