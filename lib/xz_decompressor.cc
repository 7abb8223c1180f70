// xz, one stream at a time.

#include <lzma.h>

#include <limits>

#include "lib/decompressors.h"

namespace bigscan {
namespace {

absl::string_view Reason(lzma_ret error) {
  switch (error) {
    case LZMA_MEM_ERROR:
      return "no memory";
    case LZMA_FORMAT_ERROR:
      return "invalid header";
    case LZMA_OPTIONS_ERROR:
      return "unknown options";
    default:
      return "invalid data";
  }
}

class XzDecompressor : public Decompressor {
 public:
  XzDecompressor() : Decompressor(Compression::kXz) {}
  ~XzDecompressor() override { lzma_end(&stream_); }

 private:
  absl::Status StartMember() override {
    const lzma_ret error = lzma_stream_decoder(&stream_, std::numeric_limits<uint64_t>::max(), 0);
    return error == LZMA_OK ? absl::OkStatus() : absl::DataLossError(Reason(error));
  }

  absl::Status Step(Buffers* buffers, bool* ended) override {
    stream_.next_in = reinterpret_cast<const uint8_t*>(buffers->in.data());
    stream_.avail_in = buffers->in.size();
    stream_.next_out = reinterpret_cast<uint8_t*>(buffers->out);
    stream_.avail_out = buffers->room;
    const lzma_ret result = lzma_code(&stream_, LZMA_RUN);
    buffers->in.remove_prefix(buffers->in.size() - stream_.avail_in);
    buffers->out += buffers->room - stream_.avail_out;
    buffers->room = stream_.avail_out;
    *ended = result == LZMA_STREAM_END;
    const bool fine = result == LZMA_OK || result == LZMA_STREAM_END || result == LZMA_BUF_ERROR;
    return fine ? absl::OkStatus() : absl::DataLossError(Reason(result));
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

std::unique_ptr<Decompressor> MakeXzDecompressor() { return std::make_unique<XzDecompressor>(); }

}  // namespace bigscan
