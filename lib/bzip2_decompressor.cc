// bzip2, one stream at a time.

#include <bzlib.h>

#include <algorithm>
#include <limits>

#include "lib/decompressors.h"

namespace bigscan {
namespace {

constexpr size_t kMostBytes = std::numeric_limits<unsigned>::max();

class Bzip2Decompressor : public Decompressor {
 public:
  Bzip2Decompressor() : Decompressor(Compression::kBzip2) {}
  ~Bzip2Decompressor() override { End(); }

 private:
  void End() {
    if (started_) BZ2_bzDecompressEnd(&stream_);
    started_ = false;
  }

  absl::Status StartMember() override {
    End();
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) return absl::DataLossError("no memory");
    started_ = true;
    return absl::OkStatus();
  }

  absl::Status Step(Buffers* buffers, bool* ended) override {
    const size_t in = std::min(buffers->in.size(), kMostBytes);
    const size_t room = std::min(buffers->room, kMostBytes);
    stream_.next_in = const_cast<char*>(buffers->in.data());
    stream_.avail_in = static_cast<unsigned>(in);
    stream_.next_out = buffers->out;
    stream_.avail_out = static_cast<unsigned>(room);
    const int result = BZ2_bzDecompress(&stream_);
    buffers->in.remove_prefix(in - stream_.avail_in);
    buffers->out += room - stream_.avail_out;
    buffers->room -= room - stream_.avail_out;
    *ended = result == BZ_STREAM_END;
    if (result == BZ_OK || result == BZ_STREAM_END) return absl::OkStatus();
    return absl::DataLossError(result == BZ_MEM_ERROR ? "no memory" : "invalid data");
  }

  bz_stream stream_ = {};
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> MakeBzip2Decompressor() {
  return std::make_unique<Bzip2Decompressor>();
}

}  // namespace bigscan
