// Segments of xz: its blocks, which an index at the end of the file lists.

#include <lzma.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/file_input.h"
#include "lib/segment_readers.h"
#include "lib/xz_index.h"

namespace bigscan {
namespace {

constexpr size_t kInputBytes = 256 << 10;

class XzBlockReader : public SegmentReader {
 public:
  XzBlockReader(const Segment& segment, std::optional<uint64_t> start)
      : SegmentReader(segment, start),
        blocks_(ReadXzIndex(segment.fd, segment.file).value_or(std::vector<XzBlock>())) {
    // The first one begins a little behind the beginning of the file.
    const uint64_t from = start.has_value() ? *start / 8 : segment.cut.begin;
    while (next_ < blocks_.size() && blocks_[next_].begin < from) ++next_;
    if (!start_.has_value() && next_ < blocks_.size() && blocks_[next_].begin < segment.cut.end) {
      start_ = 8 * blocks_[next_].begin;
    }
  }
  ~XzBlockReader() override { lzma_end(&stream_); }

  absl::StatusOr<size_t> Read(char* to, size_t room) override {
    stream_.next_out = reinterpret_cast<uint8_t*>(to);
    stream_.avail_out = room;
    while (status_.ok() && stream_.avail_out == room) {
      if (input_ == nullptr) {
        EndUnit(decoded_, 8 * (next_ < blocks_.size() ? blocks_[next_].begin : segment_.file.end));
        if (next_ == blocks_.size()) return 0;
        status_ = StartBlock();
      } else {
        status_ = Step();
      }
    }
    const size_t produced = room - stream_.avail_out;
    if (produced == 0) return status_;
    decoded_ += produced;
    return produced;
  }

  uint64_t failed_at() const override {
    if (input_ != nullptr) return input_->begin();
    return next_ < blocks_.size() ? blocks_[next_].begin : segment_.file.end;
  }

 private:
  static absl::Status Invalid() { return absl::DataLossError("invalid data"); }

  // Has `size` bytes of the block there to see.
  absl::Status Need(size_t size) {
    while (input_->bytes().size() < size) {
      if (input_->at_end()) return absl::DataLossError("unexpected end");
      if (absl::Status status = input_->More(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status StartBlock() {
    const XzBlock& place = blocks_[next_];
    input_ = std::make_unique<FileInput>(segment_.fd, place.begin, segment_.file.end, kInputBytes);
    if (absl::Status status = Need(1); !status.ok()) return status;
    const auto first = static_cast<uint8_t>(input_->bytes()[0]);
    if (first == 0) return Invalid();
    lzma_filter filters[LZMA_FILTERS_MAX + 1];
    block_ = {};
    block_.version = 1;
    block_.check = place.check;
    block_.filters = filters;
    block_.header_size = lzma_block_header_size_decode(first);
    if (absl::Status status = Need(block_.header_size); !status.ok()) return status;
    const auto* const header = reinterpret_cast<const uint8_t*>(input_->bytes().data());
    if (lzma_block_header_decode(&block_, nullptr, header) != LZMA_OK) return Invalid();
    input_->Drop(block_.header_size);
    lzma_ret result = lzma_block_compressed_size(&block_, place.unpadded_size);
    if (result == LZMA_OK) result = lzma_block_decoder(&stream_, &block_);
    lzma_filters_free(filters, nullptr);
    return result == LZMA_OK ? absl::OkStatus() : Invalid();
  }

  absl::Status Step() {
    if (absl::Status status = Need(1); !status.ok()) return status;
    stream_.next_in = reinterpret_cast<const uint8_t*>(input_->bytes().data());
    stream_.avail_in = input_->bytes().size();
    const size_t before = stream_.avail_in;
    const lzma_ret result = lzma_code(&stream_, LZMA_RUN);
    input_->Drop(before - stream_.avail_in);
    if (result == LZMA_STREAM_END) {
      input_.reset();
      ++next_;
      return absl::OkStatus();
    }
    return result == LZMA_OK || result == LZMA_BUF_ERROR ? absl::OkStatus() : Invalid();
  }

  const std::vector<XzBlock> blocks_;
  size_t next_ = 0;                   // the block that is being decoded, or comes next
  std::unique_ptr<FileInput> input_;  // of the block; null between blocks
  lzma_block block_ = {};             // liblzma goes on using it
  lzma_stream stream_ = LZMA_STREAM_INIT;
  uint64_t decoded_ = 0;
  absl::Status status_;
};

}  // namespace

std::unique_ptr<SegmentReader> OpenXzSegment(const SegmentReader::Segment& segment,
                                             std::optional<uint64_t> start) {
  return std::make_unique<XzBlockReader>(segment, start);
}

}  // namespace bigscan
