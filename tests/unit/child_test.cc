#include "ipc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace bigscan {
namespace {

ChildEnd EndOf(absl::FunctionRef<void()> body) { return Child::Fork(body).value().Reap(); }

void SleepForEver() {
  while (true) pause();
}

TEST(Child, ExitStatus) {
  const ChildEnd end = EndOf([] { _exit(7); });
  EXPECT_EQ(end.signal, 0);
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.Describe(), "exit status 7");
}

TEST(Child, SignalThatKilledIt) {
  const ChildEnd end = EndOf([] {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  });
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_EQ(end.Describe(), "signal 11 (Segmentation fault)");
}

TEST(Child, BodyThatReturnsIsAFailure) {
  EXPECT_EQ(EndOf([] {}).exit_code, 1);
}

TEST(Child, KilledAndReapedOnDestruction) {
  std::optional<Child> child = Child::Fork(SleepForEver).value();
  const pid_t pid = child->pid();
  EXPECT_EQ(kill(pid, 0), 0);
  child.reset();
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Child, MovedFromOwnsNothing) {
  Child first = Child::Fork(SleepForEver).value();
  const pid_t pid = first.pid();
  const Child second = std::move(first);
  { const Child none = std::move(first); }
  EXPECT_EQ(second.pid(), pid);
  EXPECT_EQ(kill(pid, 0), 0);
}

TEST(Child, DescriptorIsReadableWhenItHasEnded) {
  Child child = Child::Fork(SleepForEver).value();
  pollfd ended{.fd = child.pidfd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&ended, 1, 0), 0);
  child.Kill();
  EXPECT_EQ(poll(&ended, 1, 10'000), 1);
  EXPECT_EQ(child.Reap().signal, SIGKILL);
}

TEST(Child, SignalsOfTheTerminalAreIgnored) {
  EXPECT_EQ(EndOf([] {
              for (int number : {SIGINT, SIGQUIT, SIGHUP}) raise(number);
              _exit(0);
            }).Describe(),
            "exit status 0");
}

TEST(Child, SignalsThatTheCoordinatorBlocksReachIt) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  EXPECT_EQ(EndOf([] {
              raise(SIGTERM);
              _exit(0);
            }).signal,
            SIGTERM);
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST(Child, DiesWithItsCoordinator) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const int writer = ends[1];
  // The grandchild holds the pipe open as long as it lives.
  EndOf([writer] {
    Child grandchild = Child::Fork(SleepForEver).value();
    const pid_t pid = grandchild.pid();
    if (write(writer, &pid, sizeof(pid)) != sizeof(pid)) _exit(1);
    _exit(0);
  });
  close(writer);
  pid_t pid = 0;
  EXPECT_EQ(read(ends[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  pollfd closed{.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&closed, 1, 10'000), 1) << "process " << pid << " lives on";
  close(ends[0]);
}

TEST(Child, ClosesAllDescriptorsButThoseThatItIsToKeep) {
  const int first = open("/dev/null", O_RDONLY);
  const int second = open("/dev/null", O_RDONLY);
  const int third = open("/dev/null", O_RDONLY);
  const int fourth = open("/dev/null", O_RDONLY);
  EXPECT_EQ(EndOf([=] {
              CloseDescriptorsBut({fourth, second});
              const auto is_open = [](int fd) { return fcntl(fd, F_GETFD) >= 0; };
              const bool right = is_open(STDERR_FILENO) && is_open(second) && is_open(fourth) &&
                                 !is_open(STDIN_FILENO) && !is_open(STDOUT_FILENO) &&
                                 !is_open(first) && !is_open(third) && !is_open(fourth + 1);
              _exit(right ? 0 : 1);
            }).exit_code,
            0);
  for (int fd : {first, second, third, fourth}) close(fd);
}

}  // namespace
}  // namespace bigscan
