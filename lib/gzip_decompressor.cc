// gzip (RFC 1952) by ISA-L, which decodes three times as fast as zlib.

#include <isa-l/igzip_lib.h>
#include <stddef.h>
#include <string.h>

#include <algorithm>
#include <limits>
#include <utility>

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
    isal_gzip_header_init(&header_);
    state_.crc_flag = ISAL_GZIP;
    is_new_ = true;
    return absl::OkStatus();
  }

  absl::Status Step(Buffers* buffers, bool* ended) override {
    if (error_ < 0) return Drain(buffers);
    const absl::string_view in = buffers->in.substr(0, kMostBytes);
    Save();
    error_ = Inflate(in, in.size(), buffers);
    if (error_ < 0) {
      if (absl::Status status = Restore(); !status.ok()) return status;
      error_ = InflateByByte(in, buffers);
    }
    if (error_ < 0) return Drain(buffers);
    *ended = state_.block_state == ISAL_BLOCK_FINISH;
    return absl::OkStatus();
  }

  // Decodes the first `size` bytes of `in`, with which `buffers->in` begins. On a failure `buffers` stay.
  int Inflate(absl::string_view in, size_t size, Buffers* buffers) {
    const size_t room = std::min(buffers->room, kMostBytes);
    state_.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(in.data()));
    state_.avail_in = static_cast<uint32_t>(size);
    state_.next_out = reinterpret_cast<uint8_t*>(buffers->out);
    state_.avail_out = static_cast<uint32_t>(room);
    int result = ReadHeader();
    if (result == ISAL_DECOMP_OK) result = isal_inflate(&state_);
    if (result == ISAL_NEED_DICT) return ISAL_INVALID_WRAPPER;
    if (result >= 0) Take(size, room, buffers);
    return result;
  }

  // isal_inflate would do so, too, but forgets from one call to the next which parts are still to come.
  int ReadHeader() {
    if (state_.wrapper_flag != 0) return ISAL_DECOMP_OK;
    return isal_read_gzip_header(&state_, &header_);
  }

  // What the last call has consumed and produced.
  void Take(size_t size, size_t room, Buffers* buffers) {
    buffers->in.remove_prefix(size - state_.avail_in);
    buffers->out += room - state_.avail_out;
    buffers->room -= room - state_.avail_out;
  }

  // Where the data are damaged, the fast loop of ISA-L (2.30) counts bytes as decoded that are not, and
  // says of its buffers what can be more than they hold. It needs eight bytes of input to be entered; without
  // it, what is decoded before the damage is right, and depends on no cut of the input.
  int InflateByByte(absl::string_view in, Buffers* buffers) {
    while (!in.empty() && buffers->room > 0 && state_.block_state != ISAL_BLOCK_FINISH) {
      const size_t room = std::min(buffers->room, kMostBytes);
      const size_t left = buffers->in.size();
      const int result = Inflate(in, 1, buffers);
      if (result < 0) {
        Take(1, room, buffers);
        return result;
      }
      const size_t consumed = left - buffers->in.size();
      if (consumed == 0 && buffers->room == room) break;
      in.remove_prefix(consumed);
    }
    return 0;
  }

  // The state but for the part of its buffer that holds nothing.
  static size_t UsedBytes(const inflate_state& state) {
    return offsetof(inflate_state, tmp_out_buffer) +
           std::min(sizeof(state.tmp_out_buffer), static_cast<size_t>(state.tmp_out_valid));
  }
  void Save() {
    saved_new_ = std::exchange(is_new_, false);
    if (saved_new_) return;
    saved_header_ = header_;
    if (saved_ == nullptr) saved_ = std::make_unique<inflate_state>();
    memcpy(saved_.get(), &state_, UsedBytes(state_));
  }
  absl::Status Restore() {
    if (!saved_new_) {
      header_ = saved_header_;
      memcpy(&state_, saved_.get(), UsedBytes(*saved_));
      return absl::OkStatus();
    }
    const absl::Status status = StartMember();
    is_new_ = false;
    return status;
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
  isal_gzip_header header_;
  bool is_new_ = true;  // as StartMember has left it
  // Before the last call. Of a new one there is nothing to be kept: members are often short.
  std::unique_ptr<inflate_state> saved_;
  isal_gzip_header saved_header_;
  bool saved_new_ = true;
  int error_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor> MakeGzipDecompressor() {
  return std::make_unique<GzipDecompressor>();
}

}  // namespace bigscan
