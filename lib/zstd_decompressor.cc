// zstd (RFC 8878), with windows of any size.

#include <zstd.h>

#include <algorithm>
#include <string>

#include "lib/decompressors.h"

namespace bigscan {
namespace {

class ZstdDecompressor : public Decompressor {
 public:
  ZstdDecompressor() : Decompressor(Compression::kZstd), context_(nullptr, ZSTD_freeDCtx) {}

 private:
  absl::Status StartMember() override {
    was_full_ = false;
    if (context_ != nullptr) return absl::OkStatus();
    context_.reset(ZSTD_createDCtx());
    if (context_ == nullptr) return absl::DataLossError("no memory");
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, bounds.upperBound);
    return absl::OkStatus();
  }

  // As for lz4: no call may go on to the header of a further block while there is a block to be decoded. And
  // each call has all that is wanted, however the bytes come: of a block that is not compressed libzstd would
  // decode what it is given, so that how much of it there is before a damage would depend on that.
  absl::Status Step(Buffers* buffers, bool* ended) override {
    if (was_full_) {  // there may be more of the block
      absl::string_view nothing;
      const absl::Status status = Run(&nothing, buffers, ended);
      if (!status.ok() || was_full_ || *ended) return status;
    }
    const size_t size = std::min(buffers->in.size(), wanted_ - held_.size());
    absl::string_view in = buffers->in.substr(0, size);
    // What is longer than a block is skipped.
    if (held_.empty() && (size == wanted_ || wanted_ > ZSTD_BLOCKSIZE_MAX)) {
      const absl::Status status = Run(&in, buffers, ended);
      buffers->in.remove_prefix(size - in.size());
      return status;
    }
    held_.append(in.data(), in.size());
    buffers->in.remove_prefix(size);
    if (held_.empty() || (held_.size() < wanted_ && !buffers->last)) return absl::OkStatus();
    in = held_;
    const absl::Status status = Run(&in, buffers, ended);
    held_.erase(0, held_.size() - in.size());
    return status;
  }

  // What has been used of `bytes` is taken from their front.
  absl::Status Run(absl::string_view* bytes, Buffers* buffers, bool* ended) {
    ZSTD_inBuffer in{bytes->data(), bytes->size(), 0};
    ZSTD_outBuffer out{buffers->out, buffers->room, 0};
    const size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    was_full_ = out.pos == out.size;
    bytes->remove_prefix(in.pos);
    buffers->out += out.pos;
    buffers->room -= out.pos;
    if (ZSTD_isError(left)) return absl::DataLossError(ZSTD_getErrorName(left));
    *ended = left == 0;
    if (left == 0) {
      wanted_ = kFrameStartBytes;
    } else {
      // What libzstd wants next mostly ends with the header of the block behind that.
      wanted_ = left > kBlockHeaderBytes ? left - kBlockHeaderBytes : left;
    }
    return absl::OkStatus();
  }

  static constexpr size_t kFrameStartBytes = 5;
  static constexpr size_t kBlockHeaderBytes = 3;

  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
  size_t wanted_ = kFrameStartBytes;  // to the end of the header or block
  std::string held_;                  // of that, what has come while it was not all there
  bool was_full_ = false;             // all the room was used
};

}  // namespace

std::unique_ptr<Decompressor> MakeZstdDecompressor() {
  return std::make_unique<ZstdDecompressor>();
}

}  // namespace bigscan
