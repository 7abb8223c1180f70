// zstd (RFC 8878), with windows of any size.

#include <zstd.h>

#include <algorithm>

#include "lib/decompressors.h"

namespace bigscan {
namespace {

class ZstdDecompressor : public Decompressor {
 public:
  ZstdDecompressor() : Decompressor(Compression::kZstd), context_(nullptr, ZSTD_freeDCtx) {}

 private:
  absl::Status StartMember() override {
    if (context_ != nullptr) return absl::OkStatus();
    context_.reset(ZSTD_createDCtx());
    if (context_ == nullptr) return absl::DataLossError("no memory");
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, bounds.upperBound);
    return absl::OkStatus();
  }

  absl::Status Step(Buffers* buffers, bool* ended) override {
    ZSTD_inBuffer in{buffers->in.data(), std::min(buffers->in.size(), wanted_), 0};
    ZSTD_outBuffer out{buffers->out, buffers->room, 0};
    const size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    buffers->in.remove_prefix(in.pos);
    buffers->out += out.pos;
    buffers->room -= out.pos;
    if (ZSTD_isError(left)) return absl::DataLossError(ZSTD_getErrorName(left));
    *ended = left == 0;
    wanted_ = left == 0 ? kFrameStartBytes : left;
    return absl::OkStatus();
  }

  static constexpr size_t kFrameStartBytes = 5;

  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
  size_t wanted_ = kFrameStartBytes;  // to the end of the header or block
};

}  // namespace

std::unique_ptr<Decompressor> MakeZstdDecompressor() {
  return std::make_unique<ZstdDecompressor>();
}

}  // namespace bigscan
