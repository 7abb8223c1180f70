// Birth and death of child processes.
#ifndef BIGSCAN_IPC_CHILD_H_
#define BIGSCAN_IPC_CHILD_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ipc/unique_fd.h"

namespace bigscan {

// How a child ended and what it used.
struct ChildEnd {
  // The exit status of a child for which operator new found no memory.
  static constexpr int kOutOfMemory = 3;

  int signal = 0;     // that killed it, or 0
  int exit_code = 0;  // otherwise
  rusage usage = {};

  // "signal 11 (Segmentation fault)", "out of memory" or "exit status 1". SIGSYS is what the confinement kills with.
  std::string Describe() const;
};

// A child of the coordinator. Killed and reaped on destruction if it is still there.
class Child {
 public:
  // Forks. The child runs `body`, which must not return, with no signal blocked; it ignores
  // SIGPIPE, SIGUSR1 and the terminal's signals, which are the coordinator's business, and is killed when the
  // coordinator dies.
  static absl::StatusOr<Child> Fork(absl::FunctionRef<void()> body);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  // Readable when the child has ended.
  int pidfd() const { return pidfd_.get(); }

  void Kill();
  // Waits for the end. A second time, returns nothing of interest.
  ChildEnd Reap();

 private:
  Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_;
  UniqueFd pidfd_;
};

// --- For a new child ---

// Closes all descriptors but `kept` and stderr: what the coordinator has open is not the child's business,
// and would count against its limit of descriptors. REQUIRES: each of them is > STDERR_FILENO.
void CloseDescriptorsBut(std::initializer_list<int> kept);

// Has the kernel end this child when the coordinator dies; ends it if that has happened. Child::Fork has
// done so, but the kernel forgets it when the child becomes another user.
void DieWithCoordinator(pid_t coordinator);

// Binds the process to a CPU if it may run there.
void PinTo(int cpu);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_CHILD_H_
