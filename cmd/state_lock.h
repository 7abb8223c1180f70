// Keeps two runs from using one state file at once.
#ifndef BIGSCAN_CMD_STATE_LOCK_H_
#define BIGSCAN_CMD_STATE_LOCK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "ipc/unique_fd.h"

namespace bigscan {

// The lock, by flock(2), on PATH.lock, as PATH itself is replaced by each run. The file tells who holds it. It ends with the
// last process that has it open: children close it (CloseDescriptorsBut), and die with the coordinator.
class StateLock {
 public:
  // Waits for another run up to `wait_us`. Fails with kUnavailable, and who it is, if that goes on; with the errno's code if
  // there can be no such file.
  static absl::StatusOr<std::unique_ptr<StateLock>> Acquire(const std::string& path,
                                                            int64_t wait_us);
  // Removes the file.
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

  const std::string& path() const { return path_; }

 private:
  StateLock(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  const std::string path_;
  const UniqueFd fd_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_STATE_LOCK_H_
