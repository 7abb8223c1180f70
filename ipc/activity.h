// What the processes of a scan are at, at a moment: what those who watch it are told.
#ifndef BIGSCAN_IPC_ACTIVITY_H_
#define BIGSCAN_IPC_ACTIVITY_H_

#include <cstdint>
#include <optional>

namespace bigscan {

struct Activity {
  // Microseconds, each added up over the workers that there are now: since they were started, and of these
  // waiting for data, or for something to do and for room to put what was done.
  uint64_t worker_us = 0;
  uint64_t blocked_us = 0;
  uint64_t waited_us = 0;
  // If a feeder reads the first source, which is a file: how far it has come in it, in bytes.
  std::optional<uint64_t> read_end = {};
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_ACTIVITY_H_
