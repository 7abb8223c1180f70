#include "ipc/feeder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipc/clock.h"

namespace bigscan {
namespace {

constexpr uint64_t kPatienceMicros = 50'000;  // how long a record may wait for the next one
constexpr int kPollMillis = 5;
constexpr int kPipeBytes = 1 << 20;

class Feeder {
 public:
  Feeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task, const TestHook& hook)
      : lane_(lane),
        pool_(pool),
        task_(task),
        hook_(hook),
        position_(task.begin),
        grown_(pool.count()) {}

  void Run() {
    fcntl(task_.fd, F_SETPIPE_SZ, kPipeBytes);  // fails, and need not succeed, but on a pipe
    // A FIFO that was opened without waiting has no end before it has had a writer.
    pollfd input{.fd = task_.fd, .events = POLLIN, .revents = 0};
    poll(&input, 1, -1);
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
    pollfd input{.fd = task_.fd, .events = POLLIN, .revents = 0};
    const bool nothing_yet = poll(&input, 1, 0) == 0 && poll(&input, 1, kPollMillis) == 0;
    return nothing_yet || NowMicros() - since > kPatienceMicros;
  }

  void Read(char* bytes, size_t target) {
    const uint64_t position = position_ + filled_;
    const size_t room = std::min<uint64_t>(target - filled_, task_.end - position);
    if (room == 0) {
      ended_ = true;
      return;
    }
    const uint64_t start = NowMicros();
    const ssize_t got = read(task_.fd, bytes + filled_, room);
    lane_->counters().blocked_us.fetch_add(NowMicros() - start, std::memory_order_relaxed);
    if (got > 0) {
      filled_ += static_cast<size_t>(got);
    } else if (got == 0) {
      ended_ = true;
    } else if (errno == EAGAIN) {
      pollfd input{.fd = task_.fd, .events = POLLIN, .revents = 0};
      poll(&input, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
      ended_ = true;
    }
  }

  absl::string_view HandOver(uint32_t block, size_t size) {
    hook_.MaybeDie(TestHook::Stage::kFeed, blocks_done_, task_.attempt);
    const absl::string_view rest(pool_.block(block) + size, filled_ - size);
    Send({.block = block,
          .begin = position_,
          .size = size,
          .lost_end = 0,
          .error = ended_ ? error_ : 0,
          .at_end = ended_});
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
          .error = ended_ ? error_ : 0,
          .at_end = ended_});
    return absl::string_view(bytes + cut, filled_ - cut);
  }

  void Send(const FilledBlock& message) {
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
  uint64_t position_;  // of the block's first byte in the stream
  size_t filled_ = 0;  // bytes in the block
  uint64_t blocks_done_ = 0;
  std::vector<bool> grown_;  // which blocks have grown beyond their target
  bool ended_ = false;
  int error_ = 0;
};

}  // namespace

void RunFeeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task,
               const TestHook& hook) {
  Feeder(lane, pool, task, hook).Run();
  _exit(0);
}

}  // namespace bigscan
