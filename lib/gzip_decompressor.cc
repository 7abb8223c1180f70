// gzip (RFC 1952) by ISA-L, which decodes three times as fast as zlib.

#include <isa-l/igzip_lib.h>
#include <string.h>

#include <algorithm>
#include <limits>

#include "lib/decompressors.h"

namespace bigscan {
namespace {

constexpr size_t kMostBytes = std::numeric_limits<uint32_t>::max();

absl::string_view Reason(int error) {
  switch (error) {
    case ISAL_INVALID_BLOCK:
      return "invalid block";
    case ISAL_INVALID_SYMBOL:
      return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "invalid distance";
    case ISAL_INVALID_WRAPPER:
      return "invalid header";
    case ISAL_UNSUPPORTED_METHOD:
      return "unknown method";
    case ISAL_INCORRECT_CHECKSUM:
      return "wrong checksum";
    default:
      return "invalid data";
  }
}

class GzipDecompressor : public Decompressor {
 public:
  GzipDecompressor() : Decompressor(Compression::kGzip) {}

 private:
  absl::Status StartMember() override {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    return absl::OkStatus();
  }

  absl::Status Step(Buffers* buffers, bool* ended) override {
    if (error_ < 0) return Drain(buffers);
    const size_t in = std::min(buffers->in.size(), kMostBytes);
    const size_t room = std::min(buffers->room, kMostBytes);
    state_.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(buffers->in.data()));
    state_.avail_in = static_cast<uint32_t>(in);
    state_.next_out = reinterpret_cast<uint8_t*>(buffers->out);
    state_.avail_out = static_cast<uint32_t>(room);
    error_ = isal_inflate(&state_);
    if (error_ == ISAL_NEED_DICT) error_ = ISAL_INVALID_WRAPPER;
    buffers->in.remove_prefix(in - state_.avail_in);
    buffers->out += room - state_.avail_out;
    buffers->room -= room - state_.avail_out;
    if (error_ < 0) return Drain(buffers);
    *ended = state_.block_state == ISAL_BLOCK_FINISH;
    return absl::OkStatus();
  }

  // After a failure: what was decoded before it, and had no room.
  absl::Status Drain(Buffers* buffers) {
    const auto left = static_cast<size_t>(state_.tmp_out_valid - state_.tmp_out_processed);
    const size_t size = std::min(left, buffers->room);
    memcpy(buffers->out, state_.tmp_out_buffer + state_.tmp_out_processed, size);
    state_.tmp_out_processed += static_cast<int32_t>(size);
    buffers->out += size;
    buffers->room -= size;
    return size < left ? absl::OkStatus() : absl::DataLossError(Reason(error_));
  }

  inflate_state state_;
  int error_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor> MakeGzipDecompressor() {
  return std::make_unique<GzipDecompressor>();
}

}  // namespace bigscan
