// The decoded bytes of a file, and of a segment of one: what decoded records are cut from. In a worker.
#ifndef BIGSCAN_CMD_DECODED_BYTES_H_
#define BIGSCAN_CMD_DECODED_BYTES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "cmd/decoded_records.h"
#include "ipc/stream_decoder.h"
#include "ipc/stream_reader.h"
#include "lib/segment_reader.h"

namespace bigscan {

// A whole file, through the decoder that suits its head.
class FileBytes : public DecodedBytes {
 public:
  // `decoders` must outlive this.
  FileBytes(const StreamReader::Stream& stream, const DecoderFactory& decoders)
      : reader_(stream, decoders, &blocked_us_) {}

  size_t Read(char* to, size_t room) override { return reader_.Read(to, room).size; }
  // Why no more could be read, if that is not the end; for the user.
  const std::string& error() const { return reader_.error(); }

 private:
  std::atomic<uint64_t> blocked_us_{0};
  StreamReader reader_;
};

// A segment of a file, and what follows it.
class SegmentBytes : public DecodedBytes {
 public:
  // `reader` must outlive this.
  explicit SegmentBytes(SegmentReader* reader) : reader_(*reader) {}

  // Whether the text begins with a byte order mark of UTF-16. To be called before Read.
  bool StartsWithMark();

  size_t Read(char* to, size_t room) override;
  std::optional<uint64_t> own_bytes() const override { return reader_.own_bytes(); }

  uint64_t size() const { return size_; }  // that have been read
  // Of a damage in the segment itself; one behind it is the next segment's.
  absl::Status status() const {
    return reader_.own_bytes().has_value() ? absl::OkStatus() : status_;
  }

 private:
  size_t ReadOn(char* to, size_t room);

  SegmentReader& reader_;
  std::string head_;  // read, and still to be handed over
  uint64_t size_ = 0;
  absl::Status status_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_DECODED_BYTES_H_
