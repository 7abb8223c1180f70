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

constexpr int kPipeBytes = 1 << 20;

// A multiple of grep's buffers.
uint64_t RoundUpToBuffer(uint64_t position) {
  return (position + kSightBytes - 1) / kSightBytes * kSightBytes;
}

class Feeder {
 public:
  Feeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task, const TestHook& hook)
      : lane_(lane),
        pool_(pool),
        task_(task),
        hook_(hook),
        reader_(task.stream, *task.decoders, &lane->counters().blocked_us),
        position_(task.stream.position),
        grown_(pool.count()) {}

  void Run() {
    // A FIFO that was opened without waiting has no end before it has had a writer.
    WaitForInput(-1);
    absl::string_view carried;  // what did not fit in the last block
    do {
      const uint32_t block = TakeBlock();
      if (!carried.empty()) memmove(pool_.block(block), carried.data(), carried.size());
      filled_ = carried.size();
      if (grown_[block] && filled_ <= pool_.target()) pool_.Shrink(block);
      grown_[block] = filled_ > pool_.target();
      carried = Fill(block);
    } while (!ended_ || !carried.empty());
    // The coordinator ends us once it has taken what we sent.
    lane_->WakeParent();
    while (true) Receive();
  }

 private:
  // Fills `block` and hands its whole records over. Returns what stands after them.
  absl::string_view Fill(uint32_t block) {
    char* const bytes = pool_.block(block);
    const size_t limit = Limit();
    size_t cut = FindCut(bytes, 0, limit, 0);
    uint64_t waiting_since = NowMicros();
    while (true) {
      if (ended_ && (cut == 0 || filled_ <= limit)) return HandOver(block, filled_);
      // Up to where the last record's buffer ends.
      const size_t sight = RoundUpToBuffer(position_ + cut) - position_;
      const bool complete = filled_ >= limit && (filled_ >= sight || filled_ == pool_.capacity());
      if (cut > 0 && (complete || ended_ || given_up_ || WaitedTooLong(waiting_since))) {
        given_up_ = !complete;
        return HandOver(block, cut);
      }
      if (filled_ == pool_.capacity()) return SkipRecord(block);
      // Around a record longer than the block, it grows by little more than a block at a time.
      const size_t more = cut > 0 ? sight : filled_ + std::max(pool_.target(), kSightBytes);
      const size_t before = filled_;
      Read(bytes, std::min<size_t>(filled_ < limit ? limit : more, pool_.capacity()));
      grown_[block] = grown_[block] || filled_ > pool_.target();
      if (cut == 0) waiting_since = NowMicros();
      cut = FindCut(bytes, before, limit, cut);
    }
  }

  // How many bytes the next block is to hold, at least one. It ends where one of grep's buffers does if
  // that is possible: then nothing behind it has to be read with it.
  size_t Limit() const {
    const uint64_t end = (position_ + pool_.target()) / kSightBytes * kSightBytes;
    return end > position_ ? end - position_ : pool_.target();
  }

  // The end of the records that the block is to hold: of the last one that ends within `limit`, or of
  // the first one. `cut` was found in the bytes before `from`; it is 0 when there is no whole record.
  size_t FindCut(const char* bytes, size_t from, size_t limit, size_t cut) const {
    if (from < limit) {
      const size_t end = std::min(filled_, limit);
      const void* last = memrchr(bytes + from, task_.delimiter, end - from);
      if (last != nullptr) cut = static_cast<const char*>(last) - bytes + 1;
      from = end;
    }
    if (cut > 0) return cut;
    const void* first = memchr(bytes + from, task_.delimiter, filled_ - from);
    return first == nullptr ? 0 : static_cast<const char*>(first) - bytes + 1;
  }

  // Nothing comes, or what comes has kept a record waiting since `since` for long.
  bool WaitedTooLong(uint64_t since) {
    const uint64_t waited = NowMicros() - since;
    const bool impatient = task_.patience_us == 0;
    if (waited >= task_.patience_us && !impatient) return true;
    if (reader_.has_bytes()) return false;
    const uint64_t left_ms = impatient ? 0 : (task_.patience_us - waited + 999) / 1000;
    return !WaitForInput(static_cast<int>(left_ms));
  }

  // False when nothing came in time; -1 is as long as it takes.
  bool WaitForInput(int milliseconds) {
    const uint64_t start = NowMicros();
    pollfd input{.fd = task_.stream.fd, .events = POLLIN, .revents = 0};
    const int ready = poll(&input, 1, milliseconds);
    lane_->counters().blocked_us.fetch_add(NowMicros() - start, std::memory_order_relaxed);
    return ready != 0;
  }

  void Read(char* bytes, size_t target) {
    filled_ += ReadSource(bytes + filled_, target - filled_);
  }

  size_t ReadSource(char* bytes, size_t room) {
    const StreamReader::Outcome read = reader_.Read(bytes, room);
    lane_->counters().read_end.store(reader_.file_position(), std::memory_order_relaxed);
    if (read.state == StreamReader::State::kNotNow) WaitForInput(-1);
    ended_ = read.state == StreamReader::State::kEnd || read.state == StreamReader::State::kFailed;
    given_up_ = given_up_ && read.size == 0;
    return read.size;
  }

  absl::string_view HandOver(uint32_t block, size_t size) {
    hook_.MaybeDie(TestHook::Stage::kFeed, blocks_done_, task_.attempt);
    const absl::string_view rest(pool_.block(block) + size, filled_ - size);
    Send({.block = block,
          .begin = position_,
          .size = size,
          .after = std::min<uint64_t>(rest.size(), kSightBytes),
          .lost_end = 0,
          .at_end = ended_ && rest.empty(),
          .error = {}});
    position_ += size;
    return rest;
  }

  // The record is longer than a block can be: reads on to its end and tells what was lost.
  absl::string_view SkipRecord(uint32_t block) {
    char* const bytes = pool_.block(block);
    const uint64_t begin = position_;
    const void* found = nullptr;
    while (found == nullptr && !ended_) {
      position_ += filled_;
      filled_ = 0;
      Read(bytes, pool_.target());
      found = memchr(bytes, task_.delimiter, filled_);
    }
    const size_t lost = found == nullptr
                            ? filled_
                            : static_cast<size_t>(static_cast<const char*>(found) - bytes) + 1;
    position_ += lost;
    const absl::string_view rest(bytes + lost, filled_ - lost);
    Send({.block = block,
          .begin = begin,
          .size = 0,
          .after = 0,
          .lost_end = position_,
          .at_end = ended_ && rest.empty(),
          .error = {}});
    return rest;
  }

  void Send(FilledBlock message) {
    if (message.at_end != 0)
      strncpy(message.error, reader_.error().c_str(), sizeof(message.error) - 1);
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
  size_t filled_ = 0;  // bytes in the block
  uint64_t blocks_done_ = 0;
  std::vector<bool> grown_;  // which blocks have grown beyond their target
  bool ended_ = false;       // nothing more can be read
  bool given_up_ = false;    // waited too long for bytes that have not come yet
};

}  // namespace

void GrowPipe(int fd) { fcntl(fd, F_SETPIPE_SZ, kPipeBytes); }

void RunFeeder(FeederLane* lane, const BlockPool& pool, const FeederTask& task,
               const TestHook& hook) {
  Feeder(lane, pool, task, hook).Run();
  _exit(0);
}

}  // namespace bigscan
