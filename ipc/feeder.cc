#include "ipc/feeder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipc/clock.h"

namespace bigscan {
namespace {

constexpr int kPollMillis = 5;
constexpr int kPipeBytes = 1 << 20;

class Feeder {
 public:
  Feeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task, const TestHook& hook)
      : lane_(lane),
        pool_(pool),
        task_(task),
        hook_(hook),
        reader_(task.stream, *task.decoders, &lane->counters().blocked_us),
        position_(task.stream.position),
        binary_(task.binary),
        grown_(pool.count()) {}

  void Run() {
    fcntl(task_.stream.fd, F_SETPIPE_SZ, kPipeBytes);  // fails, and need not succeed, but on a pipe
    // A FIFO that was opened without waiting has no end before it has had a writer.
    pollfd input{.fd = task_.stream.fd, .events = POLLIN, .revents = 0};
    poll(&input, 1, -1);
    ReadHead();
    absl::string_view carried;  // the start of a record that did not fit in the last block
    do {
      const uint32_t block = TakeBlock();
      if (!carried.empty()) memmove(pool_.block(block), carried.data(), carried.size());
      filled_ = carried.size();
      if (grown_[block] && filled_ <= pool_.target()) {
        pool_.Shrink(block);
        grown_[block] = false;
      }
      carried = Fill(block);
    } while (!ended_);
    // The coordinator ends us once it has taken what we sent.
    lane_->WakeParent();
    while (true) Receive();
  }

 private:
  // Fills `block` and hands its whole records over. Returns what stands after them.
  absl::string_view Fill(uint32_t block) {
    char* const bytes = pool_.block(block);
    size_t whole = LastRecordEnd(bytes, 0);  // what the block holds of whole records
    uint64_t waiting_since = NowMicros();
    while (true) {
      const bool full = filled_ >= pool_.target();
      if (ended_) return HandOver(block, filled_);
      if (whole > 0 && (full || WaitedTooLong(waiting_since))) return HandOver(block, whole);
      if (filled_ == pool_.capacity()) return SkipRecord(block);
      // Around a record longer than the block, it grows by no more than a block at a time.
      const size_t most = full ? filled_ + pool_.target() : pool_.target();
      grown_[block] = grown_[block] || full;
      const size_t before = filled_;
      Read(bytes, std::min<size_t>(most, pool_.capacity()));
      if (whole == 0) waiting_since = NowMicros();
      whole = std::max(whole, LastRecordEnd(bytes, before));
    }
  }

  // The end of the last whole record in the block, if it lies after `from`, or 0.
  size_t LastRecordEnd(const char* bytes, size_t from) const {
    const void* found = memrchr(bytes + from, task_.delimiter, filled_ - from);
    return found == nullptr ? 0 : static_cast<const char*>(found) - bytes + 1;
  }

  bool WaitedTooLong(uint64_t since) const {
    const bool long_ago = NowMicros() - since >= task_.patience_us;
    if (!head_.empty() || reader_.has_bytes()) return long_ago;
    pollfd input{.fd = task_.stream.fd, .events = POLLIN, .revents = 0};
    const bool nothing_yet =
        poll(&input, 1, 0) == 0 && (long_ago || poll(&input, 1, kPollMillis) == 0);
    return nothing_yet || NowMicros() - since >= task_.patience_us;
  }

  // Reads the head of the stream, or as much of it as comes without a long wait: whether it holds a NUL
  // is to be known before the first block goes out, however small the blocks are.
  void ReadHead() {
    if (task_.stream.position != task_.stream.begin) return;  // an earlier feeder has
    std::string head(kStreamHeadBytes, '\0');
    size_t size = 0;
    const uint64_t start = NowMicros();
    while (size < head.size() && !source_ended_ && (size == 0 || !WaitedTooLong(start))) {
      size += ReadSource(head.data() + size, head.size() - size);
    }
    head.resize(size);
    binary_ = memchr(head.data(), '\0', size) != nullptr;
    head_ = std::move(head);
    ended_ = source_ended_ && head_.empty();
  }

  void Read(char* bytes, size_t target) {
    const size_t room = target - filled_;
    if (head_used_ < head_.size()) {
      const size_t size = std::min(room, head_.size() - head_used_);
      memcpy(bytes + filled_, head_.data() + head_used_, size);
      head_used_ += size;
      filled_ += size;
      if (head_used_ == head_.size()) {
        head_ = {};
        head_used_ = 0;
      }
    } else if (!source_ended_) {
      filled_ += ReadSource(bytes + filled_, room);
    }
    ended_ = source_ended_ && head_.empty();
  }

  size_t ReadSource(char* bytes, size_t room) {
    const StreamReader::Outcome read = reader_.Read(bytes, room);
    if (read.state == StreamReader::State::kNotNow) {
      pollfd input{.fd = task_.stream.fd, .events = POLLIN, .revents = 0};
      poll(&input, 1, -1);
    }
    source_ended_ =
        read.state == StreamReader::State::kEnd || read.state == StreamReader::State::kFailed;
    return read.size;
  }

  absl::string_view HandOver(uint32_t block, size_t size) {
    hook_.MaybeDie(TestHook::Stage::kFeed, blocks_done_, task_.attempt);
    const absl::string_view rest(pool_.block(block) + size, filled_ - size);
    Send({.block = block,
          .begin = position_,
          .size = size,
          .lost_end = 0,
          .at_end = ended_,
          .binary = binary_,
          .error = {}});
    position_ += size;
    return rest;
  }

  // The record is longer than a block can be: reads on to its end and tells what was lost.
  absl::string_view SkipRecord(uint32_t block) {
    char* const bytes = pool_.block(block);
    const uint64_t begin = position_;
    size_t cut = 0;
    while (cut == 0 && !ended_) {
      position_ += filled_;
      filled_ = 0;
      Read(bytes, pool_.target());
      const void* found = memchr(bytes, task_.delimiter, filled_);
      if (found != nullptr) cut = static_cast<const char*>(found) - bytes + 1;
    }
    position_ += ended_ ? filled_ : cut;
    Send({.block = block,
          .begin = begin,
          .size = 0,
          .lost_end = position_,
          .at_end = ended_,
          .binary = binary_,
          .error = {}});
    return absl::string_view(bytes + cut, filled_ - cut);
  }

  void Send(FilledBlock message) {
    if (ended_) strncpy(message.error, reader_.error().c_str(), sizeof(message.error) - 1);
    ++blocks_done_;
    lane_->counters().done.fetch_add(1, std::memory_order_relaxed);
    lane_->SendToParent(message);
    lane_->WakeParent();
  }

  uint32_t TakeBlock() {
    FreeBlock free;
    if (lane_->TakeFromParent(&free)) return free.block;
    const uint64_t start = NowMicros();
    while (true) {
      lane_->AnnounceChildSleep();
      if (lane_->TakeFromParent(&free)) break;
      Receive();
    }
    lane_->ChildAwake();
    lane_->counters().waited_us.fetch_add(NowMicros() - start, std::memory_order_relaxed);
    return free.block;
  }

  void Receive() {
    if (!ReceiveMessage(lane_->child_socket()).ok()) _exit(0);
  }

  FeederLane* const lane_;
  const BlockPool& pool_;
  const FeederTask task_;
  const TestHook& hook_;
  StreamReader reader_;
  uint64_t position_;  // of the block's first byte in the stream
  bool binary_;
  std::string head_;  // of the stream; empty once it is used up
  size_t head_used_ = 0;
  size_t filled_ = 0;  // bytes in the block
  uint64_t blocks_done_ = 0;
  std::vector<bool> grown_;  // which blocks have grown beyond their target
  bool source_ended_ = false;
  bool ended_ = false;  // and nothing of the head is left
};

}  // namespace

void RunFeeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task,
               const TestHook& hook) {
  Feeder(lane, pool, task, hook).Run();
  _exit(0);
}

}  // namespace bigscan
