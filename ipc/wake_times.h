// When the coordinator is to wake by itself: for a tick every so often, and at a deadline. Where nobody
// wants either, it never does.
#ifndef BIGSCAN_IPC_WAKE_TIMES_H_
#define BIGSCAN_IPC_WAKE_TIMES_H_

#include <algorithm>
#include <cstdint>
#include <limits>

namespace bigscan {

// All times are microseconds of NowMicros.
class WakeTimes {
 public:
  // `tick_us`: from one tick to the next, the first one so long after `now`; 0 for none. `deadline_us`: 0
  // for none.
  WakeTimes(uint64_t tick_us, uint64_t deadline_us, uint64_t now)
      : tick_us_(tick_us),
        deadline_us_(deadline_us),
        next_tick_us_(tick_us == 0 ? kNever : now + tick_us) {}

  // Whether there is any reason to ask what time it is.
  bool wanted() const { return tick_us_ != 0 || deadline_us_ != 0; }

  // How long poll(2) may wait, in milliseconds: -1 for ever, and never so short that it would end too early.
  int PollMillis(uint64_t now) const {
    const uint64_t next = std::min(next_tick_us_, deadline_us_ == 0 ? kNever : deadline_us_);
    if (next == kNever) return -1;
    if (next <= now) return 0;
    return static_cast<int>(
        std::min<uint64_t>((next - now + 999) / 1000, std::numeric_limits<int>::max()));
  }

  // Whether it is time for a tick; the next one then comes a whole period later, however late this is.
  bool TakeTick(uint64_t now) {
    if (now < next_tick_us_) return false;
    next_tick_us_ = now + tick_us_;
    return true;
  }

  bool Expired(uint64_t now) const { return deadline_us_ != 0 && now >= deadline_us_; }

 private:
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  const uint64_t tick_us_;
  const uint64_t deadline_us_;
  uint64_t next_tick_us_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_WAKE_TIMES_H_
