#include "cmd/ending_signals.h"

namespace bigscan {

EndingSignals::EndingSignals() {
  sigemptyset(&held_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action;
    const bool ignored = sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    if (!ignored) sigaddset(&held_, signal);
  }
  sigprocmask(SIG_BLOCK, &held_, &before_);
}

EndingSignals::~EndingSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

absl::Status EndingSignals::status() const {
  sigset_t pending;
  sigpending(&pending);
  sigandset(&pending, &pending, &held_);
  return sigisemptyset(&pending) != 0 ? absl::OkStatus()
                                      : absl::CancelledError("ended by a signal");
}

}  // namespace bigscan
