#include "ipc/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace bigscan {

namespace {

sigset_t Only(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalWatch::SignalWatch(bool stops) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);  // ignored by an odd parent, it would reap our children for us
  sigemptyset(&watched_);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP}) {
    if (number == SIGTSTP && !stops) continue;
    struct sigaction action;
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
      sigaddset(&watched_, number);
    }
  }
  sigprocmask(SIG_BLOCK, &watched_, &before_);
  fd_ = UniqueFd(signalfd(-1, &watched_, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_.valid()) error_ = errno;
}

SignalWatch::~SignalWatch() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

int SignalWatch::Take() {
  signalfd_siginfo info;
  if (read(fd_.get(), &info, sizeof(info)) != sizeof(info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

bool SignalWatch::Ends(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

bool SignalWatch::EndIsPending() {
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (Ends(signal) && sigismember(&pending, signal) == 1) return true;
  }
  return false;
}

void SignalWatch::Stop() {
  const sigset_t stop = Only(SIGTSTP);
  kill(getpid(), SIGTSTP);
  sigprocmask(SIG_UNBLOCK, &stop, nullptr);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
}

void HoldStatusSignal() {
  const sigset_t status = Only(SIGUSR1);
  sigprocmask(SIG_BLOCK, &status, nullptr);
}

void DieBySignal(int signal) {
  ::signal(signal, SIG_DFL);
  const sigset_t set = Only(signal);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  kill(getpid(), signal);
  _exit(128 + signal);
}

}  // namespace bigscan
