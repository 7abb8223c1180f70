// The signals that end a scan, as a descriptor to be polled.
#ifndef BIGSCAN_IPC_SIGNALS_H_
#define BIGSCAN_IPC_SIGNALS_H_

#include <signal.h>

#include "ipc/unique_fd.h"

namespace bigscan {

// Blocks SIGINT, SIGTERM and SIGHUP for its lifetime, save those that the process was started to
// ignore (nohup), and ignores SIGPIPE: a reader that went away shows as EPIPE.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  int fd() const { return fd_.get(); }
  // The signal that has come, or 0.
  int Take();

 private:
  sigset_t watched_;
  sigset_t before_;
  UniqueFd fd_;
};

// Ends this process by `signal`, as if it had never been caught, so that the parent sees it.
[[noreturn]] void DieBySignal(int signal);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SIGNALS_H_
