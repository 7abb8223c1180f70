#include "ipc/stream_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ipc/clock.h"

namespace bigscan {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

}  // namespace

StreamReader::StreamReader(const Stream& stream, const DecoderFactory& decoders,
                           std::atomic<uint64_t>* blocked_us)
    : stream_(stream), decoders_(decoders), blocked_us_(blocked_us) {}

StreamReader::Outcome StreamReader::Read(char* to, size_t room) {
  if (!started_) {
    if (const State state = Start(); state != State::kBytes) return {state};
    started_ = true;
  }
  return decoder_ == nullptr ? ReadPlain(to, room) : ReadDecoded(to, room);
}

// Chooses the decoder. kBytes when that is done.
StreamReader::State StreamReader::Start() {
  if (stream_.seekable) {
    char head[DecoderFactory::kHeadBytes];
    const ssize_t got = pread(stream_.fd, head, sizeof(head), static_cast<off_t>(stream_.begin));
    if (got < 0) return Failed(strerror(errno));
    decoder_ = decoders_.Choose({head, static_cast<size_t>(got)}, true).decoder;
    file_position_ = decoder_ == nullptr ? stream_.position : stream_.begin;
    skip_ = stream_.position - file_position_;
    return State::kBytes;
  }
  while (true) {
    // A whole buffer, as what is behind may lose what is not taken at once.
    if (!input_ended_) {
      if (const State state = FillInput(); state != State::kBytes && state != State::kEnd) {
        return state;
      }
    }
    const bool complete = input_ended_ || input_.size() >= DecoderFactory::kHeadBytes;
    DecoderFactory::Choice choice =
        decoders_.Choose(input_.substr(0, DecoderFactory::kHeadBytes), complete);
    if (choice.undecided) continue;
    decoder_ = std::move(choice.decoder);
    return State::kBytes;
  }
}

StreamReader::Outcome StreamReader::ReadPlain(char* to, size_t room) {
  if (!input_.empty()) return Serve(&input_, to, room);
  buffer_.reset();
  if (input_ended_) return {State::kEnd};
  return ReadFile(to, room);
}

StreamReader::Outcome StreamReader::ReadDecoded(char* to, size_t room) {
  while (true) {
    if (!ready_.empty()) return Serve(&ready_, to, room);
    const bool small = room < StreamDecoder::kLeastRoom;
    char* const out = small ? small_ : to;
    absl::StatusOr<StreamDecoder::Progress> progress =
        decoder_->Decode(input_, input_ended_, out, small ? sizeof(small_) : room);
    if (!progress.ok()) return {Failed(std::string(progress.status().message()))};
    input_.remove_prefix(progress->consumed);
    const size_t skipped = std::min<uint64_t>(skip_, progress->produced);
    skip_ -= skipped;
    const size_t produced = progress->produced - skipped;
    if (produced > 0 && small) {
      ready_ = absl::string_view(small_ + skipped, produced);
    } else if (produced > 0) {
      if (skipped > 0) memmove(to, to + skipped, produced);
      return {State::kBytes, produced};
    } else if (progress->consumed == 0 && progress->produced == 0) {
      if (input_ended_) return {State::kEnd};
      if (input_.size() == kBufferBytes) return {Failed("cannot be decoded")};
      const State state = FillInput();
      if (state != State::kBytes && state != State::kEnd) return {state};
    }
  }
}

StreamReader::Outcome StreamReader::Serve(absl::string_view* from, char* to, size_t room) {
  const size_t size = std::min(room, from->size());
  memcpy(to, from->data(), size);
  from->remove_prefix(size);
  return {State::kBytes, size};
}

// Reads more behind what is in the buffer. At the end sets input_ended_.
StreamReader::State StreamReader::FillInput() {
  if (buffer_ == nullptr) buffer_ = std::make_unique<char[]>(kBufferBytes);
  if (!input_.empty()) memmove(buffer_.get(), input_.data(), input_.size());
  const Outcome read = ReadFile(buffer_.get() + input_.size(), kBufferBytes - input_.size());
  input_ = absl::string_view(buffer_.get(), input_.size() + read.size);
  if (read.state == State::kEnd) input_ended_ = true;
  return read.state;
}

StreamReader::Outcome StreamReader::ReadFile(char* to, size_t room) {
  if (stream_.seekable) {
    room = std::min<uint64_t>(room, stream_.end - std::min(stream_.end, file_position_));
    if (room == 0) return {State::kEnd};
  }
  while (true) {
    const uint64_t start = NowMicros();
    // Processes share the position of a file that they share.
    const ssize_t got = stream_.seekable
                            ? pread(stream_.fd, to, room, static_cast<off_t>(file_position_))
                            : read(stream_.fd, to, room);
    blocked_us_->fetch_add(NowMicros() - start, std::memory_order_relaxed);
    if (got > 0) {
      file_position_ += static_cast<uint64_t>(got);
      return {State::kBytes, static_cast<size_t>(got)};
    }
    if (got == 0) return {State::kEnd};
    if (errno == EAGAIN) return {State::kNotNow};
    if (errno != EINTR) return {Failed(strerror(errno))};
  }
}

StreamReader::State StreamReader::Failed(std::string error) {
  error_ = std::move(error);
  return State::kFailed;
}

}  // namespace bigscan
