// Microseconds on a clock that never goes back.
#ifndef BIGSCAN_IPC_CLOCK_H_
#define BIGSCAN_IPC_CLOCK_H_

#include <chrono>
#include <cstdint>

namespace bigscan {

inline uint64_t NowMicros() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

}  // namespace bigscan

#endif  // BIGSCAN_IPC_CLOCK_H_
