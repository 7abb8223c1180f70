// The bytes of one stream as a feeder hands them over: read, and decoded where they are encoded.
#ifndef BIGSCAN_IPC_STREAM_READER_H_
#define BIGSCAN_IPC_STREAM_READER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "ipc/stream_decoder.h"

namespace bigscan {

class StreamReader {
 public:
  struct Stream {
    int fd;
    bool seekable;   // a file; otherwise it is read from where it stands
    uint64_t begin;  // of a file: where it begins
    uint64_t end;    // and ends
    // Where to go on: `begin`, and the bytes that have been handed over, which are decoded ones.
    uint64_t position;
  };

  // `decoders` must outlive the reader. Adds the time that read(2) takes to `blocked_us`.
  StreamReader(const Stream& stream, const DecoderFactory& decoders,
               std::atomic<uint64_t>* blocked_us);

  enum class State {
    kBytes,   // `size` of them
    kNotNow,  // there may be some when fd can be read
    kEnd,     // there are no more
    kFailed,  // nor now, as error() says
  };
  struct Outcome {
    State state;
    size_t size = 0;
  };
  // Reads up to `room` bytes, at least one if there are any. REQUIRES: room > 0.
  Outcome Read(char* to, size_t room);

  // Whether there are bytes to be had without reading from fd.
  bool has_bytes() const { return !ready_.empty() || !input_.empty(); }
  // Up to where a file has been read, in its own bytes.
  uint64_t file_position() const { return file_position_; }
  const std::string& error() const { return error_; }

 private:
  State Start();
  Outcome ReadPlain(char* to, size_t room);
  Outcome ReadDecoded(char* to, size_t room);
  Outcome Serve(absl::string_view* from, char* to, size_t room);
  State FillInput();
  Outcome ReadFile(char* to, size_t room);
  State Failed(std::string error);

  const Stream stream_;
  const DecoderFactory& decoders_;
  std::atomic<uint64_t>* const blocked_us_;
  bool started_ = false;
  std::unique_ptr<StreamDecoder> decoder_;  // null when the bytes are plain
  uint64_t file_position_ = 0;              // of the next read, in a file
  uint64_t skip_ = 0;                       // decoded bytes that have been handed over already
  std::unique_ptr<char[]> buffer_;          // what has been read and not decoded
  absl::string_view input_;                 // in it
  bool input_ended_ = false;
  char small_[StreamDecoder::kLeastRoom] = {};  // decoded for a caller who has less room
  absl::string_view ready_;                     // in it
  std::string error_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_STREAM_READER_H_
