// lz4's frame format, which its command line writes.

#include <lz4frame.h>

#include <algorithm>

#include "lib/decompressors.h"

namespace bigscan {
namespace {

class Lz4Decompressor : public Decompressor {
 public:
  Lz4Decompressor() : Decompressor(Compression::kLz4) {}
  ~Lz4Decompressor() override { LZ4F_freeDecompressionContext(context_); }

 private:
  absl::Status StartMember() override {
    if (context_ != nullptr) return absl::OkStatus();
    const size_t error = LZ4F_createDecompressionContext(&context_, LZ4F_VERSION);
    return LZ4F_isError(error) != 0 ? absl::DataLossError("no memory") : absl::OkStatus();
  }

  absl::Status Step(Buffers* buffers, bool* ended) override {
    size_t in = std::min(buffers->in.size(), wanted_);
    size_t out = buffers->room;
    const size_t left =
        LZ4F_decompress(context_, buffers->out, &out, buffers->in.data(), &in, nullptr);
    if (LZ4F_isError(left) != 0) return absl::DataLossError(LZ4F_getErrorName(left));
    buffers->in.remove_prefix(in);
    buffers->out += out;
    buffers->room -= out;
    *ended = left == 0;
    wanted_ = left == 0 ? kFrameStartBytes : left;
    return absl::OkStatus();
  }

  static constexpr size_t kFrameStartBytes = 7;

  LZ4F_dctx* context_ = nullptr;
  size_t wanted_ = kFrameStartBytes;  // to the end of the header or block
};

}  // namespace

std::unique_ptr<Decompressor> MakeLz4Decompressor() { return std::make_unique<Lz4Decompressor>(); }

}  // namespace bigscan
