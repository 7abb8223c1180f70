// The signals that a scan is told of, as a descriptor to be polled: those that end it, and those that ask
// for something.
#ifndef BIGSCAN_IPC_SIGNALS_H_
#define BIGSCAN_IPC_SIGNALS_H_

#include <signal.h>

#include "ipc/unique_fd.h"

namespace bigscan {

// Blocks SIGINT, SIGTERM, SIGHUP and SIGUSR1 for its lifetime, save those that the process was started to
// ignore (nohup), and ignores SIGPIPE: a reader that went away shows as EPIPE.
class SignalWatch {
 public:
  // `stops`: SIGTSTP as well, for something to be done before the process stops.
  explicit SignalWatch(bool stops = false);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // Readable when a signal has come; -1 if there is none, and error() is why (errno).
  int fd() const { return fd_.get(); }
  int error() const { return error_; }
  // The signal that has come, or 0.
  int Take();
  // Whether that is one of those that end a scan.
  static bool Ends(int signal);
  // Whether one of those has come that a SignalWatch has not yet taken: for work that has to stop between two looks at it.
  static bool EndIsPending();
  // Has the process stop, as by SIGTSTP if that had not been watched; returns when it goes on.
  static void Stop();

 private:
  sigset_t watched_;
  sigset_t before_;
  UniqueFd fd_;
  int error_ = 0;
};

// Lets SIGUSR1 wait until a SignalWatch takes it: by itself it would end the process. To be called as soon as
// the process has started.
void HoldStatusSignal();

// Ends this process by `signal`, as if it had never been caught, so that the parent sees it.
[[noreturn]] void DieBySignal(int signal);

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SIGNALS_H_
