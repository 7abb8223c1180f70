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
    was_full_ = false;
    if (context_ != nullptr) return absl::OkStatus();
    const size_t error = LZ4F_createDecompressionContext(&context_, LZ4F_VERSION);
    return LZ4F_isError(error) != 0 ? absl::DataLossError("no memory") : absl::OkStatus();
  }

  // No call may go on to the header of a further block while there is a block to be decoded: were it wrong,
  // what the block decodes to would be lost in the same call.
  absl::Status Step(Buffers* buffers, bool* ended) override {
    if (was_full_) {  // there may be more of the block
      const absl::Status status = Run(0, buffers, ended);
      if (!status.ok() || was_full_ || *ended) return status;
    }
    return Run(std::min(buffers->in.size(), wanted_), buffers, ended);
  }

  absl::Status Run(size_t in, Buffers* buffers, bool* ended) {
    size_t out = buffers->room;
    const size_t left =
        LZ4F_decompress(context_, buffers->out, &out, buffers->in.data(), &in, nullptr);
    if (LZ4F_isError(left) != 0) return absl::DataLossError(LZ4F_getErrorName(left));
    was_full_ = out == buffers->room;
    buffers->in.remove_prefix(in);
    buffers->out += out;
    buffers->room -= out;
    *ended = left == 0;
    if (left == 0) {
      wanted_ = kFrameStartBytes;
    } else if (in < wanted_) {
      wanted_ -= in;  // LZ4F counts a block's checksum twice here
    } else {
      wanted_ = left > kBlockHeaderBytes ? left - kBlockHeaderBytes : left;
    }
    return absl::OkStatus();
  }

  static constexpr size_t kFrameStartBytes = 7;
  static constexpr size_t kBlockHeaderBytes = 4;

  LZ4F_dctx* context_ = nullptr;
  size_t wanted_ = kFrameStartBytes;  // to the end of the header or block
  bool was_full_ = false;             // all the room was used
};

}  // namespace

std::unique_ptr<Decompressor> MakeLz4Decompressor() { return std::make_unique<Lz4Decompressor>(); }

}  // namespace bigscan
