#include "ipc/reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "ipc/clock.h"

namespace bigscan {
namespace {

// The kernel takes no more of one request than the device's read-ahead, often 128 KiB.
constexpr uint64_t kRequestBytes = 128 << 10;
// No larger than the pieces in which the kernel reads.
constexpr uint64_t kTouchBytes = 64 << 10;

class Reader {
 public:
  Reader(ReaderLane* lane, const TestHook& hook, uint32_t attempt)
      : lane_(lane), hook_(hook), attempt_(attempt) {}

  void Run() {
    while (true) {
      TakeRanges();
      if (ranges_.empty()) {
        Sleep();
      } else {
        Finish();
      }
    }
  }

 private:
  // Has the kernel start on what has been asked for.
  void TakeRanges() {
    ReadRange range;
    while (lane_->TakeFromParent(&range)) {
      const int fd = Find(range.source);
      for (uint64_t at = range.begin; at < range.end; at += kRequestBytes) {
        posix_fadvise(fd, static_cast<off_t>(at),
                      static_cast<off_t>(std::min(kRequestBytes, range.end - at)),
                      POSIX_FADV_WILLNEED);
      }
      ranges_.push_back(range);
    }
  }

  // Waits until the first range has been read. What can not be read is the workers' to tell.
  void Finish() {
    const ReadRange range = ranges_.front();
    ranges_.pop_front();
    hook_.MaybeDie(TestHook::Stage::kRead, ranges_done_++, attempt_);
    const int fd = Find(range.source);
    const uint64_t start = NowMicros();
    char byte;
    for (uint64_t at = range.begin; at < range.end; at += kTouchBytes) {
      if (pread(fd, &byte, 1, static_cast<off_t>(at)) <= 0) break;
    }
    lane_->counters().blocked_us.fetch_add(NowMicros() - start, std::memory_order_relaxed);
    lane_->counters().done.fetch_add(1, std::memory_order_relaxed);
    lane_->SendToParent({.source = range.source, .end = range.end});
    lane_->WakeParent();
  }

  void Sleep() {
    const uint64_t start = NowMicros();
    lane_->AnnounceChildSleep();
    if (lane_->WaitingForChild() == 0) Receive();
    lane_->ChildAwake();
    lane_->counters().waited_us.fetch_add(NowMicros() - start, std::memory_order_relaxed);
  }

  // The coordinator sent the file before the first range.
  int Find(uint32_t source) {
    while (!files_.contains(source)) Receive();
    // Ranges come in the order of their sources.
    const uint32_t oldest = ranges_.empty() ? source : std::min(source, ranges_.front().source);
    files_.erase(files_.begin(), files_.find(oldest));
    return files_.at(source).fd.get();
  }

  void Receive() {
    absl::StatusOr<std::optional<ReceivedSource>> message = ReceiveMessage(lane_->child_socket());
    if (!message.ok()) _exit(absl::IsUnavailable(message.status()) ? 0 : 1);
    if (message->has_value()) {
      files_.insert_or_assign((*message)->id, std::move((*message)->files.front()));
    }
  }

  ReaderLane* const lane_;
  const TestHook& hook_;
  const uint32_t attempt_;
  std::map<uint32_t, PackedFile> files_;  // by source
  std::deque<ReadRange> ranges_;          // begun, and not answered
  uint64_t ranges_done_ = 0;
};

}  // namespace

void RunReader(ReaderLane* lane, const TestHook& hook, uint32_t attempt) {
  Reader(lane, hook, attempt).Run();
  _exit(0);
}

}  // namespace bigscan
