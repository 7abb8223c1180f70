#include "ipc/confinement.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "ipc/child.h"
#include "ipc/shared_memory.h"
#include "ipc/test_attack.h"

namespace bigscan {
namespace {

using Role = Confinement::Role;

constexpr char kText[] = "some text";

// A child of a role with a lane, an input, and a file that it holds but has no business with, which could
// be written to.
class ConfinementTest : public testing::Test {
 protected:
  ConfinementTest() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, lane_), 0);
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other_), 0);
    for (int* file : {&input_, &file_}) {
      *file = memfd_create("file", MFD_CLOEXEC);
      EXPECT_EQ(write(*file, kText, sizeof(kText)), static_cast<ssize_t>(sizeof(kText)));
      EXPECT_EQ(lseek(*file, 0, SEEK_SET), 0);
    }
  }
  ~ConfinementTest() override {
    for (int fd : {lane_[0], lane_[1], other_[0], other_[1], input_, file_}) close(fd);
  }

  // How a child ends that attempts this: with exit status 0 if it returned true, 1 if false.
  ChildEnd End(Role role, absl::FunctionRef<bool()> attempt) {
    Confinement confinement(std::nullopt);
    confinement.Prepare(role);
    const auto in_force = SharedObject<std::atomic<uint32_t>>::Create().value();
    Child child = Child::Fork([&] {
                    confinement.Enter(role, lane_[1], input_, in_force.get());
                    _exit(attempt() ? 0 : 1);
                  }).value();
    ChildEnd end = child.Reap();
    EXPECT_EQ(*in_force.get(), Confinement::kEntered | Confinement::kFilter);
    return end;
  }
  std::string Outcome(Role role, absl::FunctionRef<bool()> attempt) {
    const ChildEnd end = End(role, attempt);
    return end.signal == 0 && end.exit_code == 0 ? "allowed" : end.Describe();
  }

  int lane_[2];
  int other_[2];
  int input_;
  int file_;
};

constexpr Role kRoles[] = {Role::kWorker, Role::kFeeder, Role::kReader};
constexpr char kAllowed[] = "allowed";
constexpr char kForbidden[] = "signal 31 (Bad system call): forbidden system call";

TEST_F(ConfinementTest, NoRoleCanDoWhatAnAttackerWants) {
  for (const char* name : {
#ifndef BIGSCAN_SANITIZED
           "open", "mprotect", "write",
#endif
           "create", "map", "socket", "connect", "execve", "fork", "ptrace", "poke", "kill",
           "setresuid"}) {
    const TestAttack attack = FindTestAttack(name);
    ASSERT_NE(attack, nullptr) << name;
    for (Role role : kRoles) EXPECT_EQ(Outcome(role, attack), kForbidden) << name;
  }
  EXPECT_EQ(FindTestAttack("unknown"), nullptr);
}

TEST_F(ConfinementTest, TheLaneIsTheOnlySocket) {
  const auto send_to = [](int socket) { return send(socket, "x", 1, MSG_DONTWAIT) == 1; };
  const auto receive_from = [](int socket) {
    char byte;
    iovec bytes{&byte, 1};
    msghdr header{};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    return recvmsg(socket, &header, MSG_DONTWAIT) == 1;
  };
  ASSERT_TRUE(send_to(lane_[0]));
  for (Role role : kRoles) {
    EXPECT_EQ(Outcome(role, [&] { return send_to(lane_[1]); }), kAllowed);
    EXPECT_EQ(Outcome(role, [&] { return send_to(other_[1]); }), kForbidden);
    EXPECT_EQ(Outcome(role, [&] { return receive_from(other_[1]); }), kForbidden);
    EXPECT_EQ(Outcome(role,
                      [&] {
                        const sockaddr address{.sa_family = AF_UNIX, .sa_data = "x"};
                        return sendto(lane_[1], "x", 1, 0, &address, sizeof(address)) == 1;
                      }),
              kForbidden);
  }
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return receive_from(lane_[1]); }), kAllowed);
}

TEST_F(ConfinementTest, WritesGoToStderrAlone) {
  for (Role role : kRoles) {
    EXPECT_EQ(Outcome(role, [] { return write(STDERR_FILENO, "", 0) == 0; }), kAllowed);
#ifndef BIGSCAN_SANITIZED
    EXPECT_EQ(Outcome(role, [&] { return write(file_, "x", 1) == 1; }), kForbidden);
#endif
    EXPECT_EQ(Outcome(role, [&] { return pwrite(file_, "x", 1, 0) == 1; }), kForbidden);
    EXPECT_EQ(Outcome(role, [&] { return ftruncate(file_, 0) == 0; }), kForbidden);
  }
}

TEST_F(ConfinementTest, AChildSignalsItselfAlone) {
  for (Role role : kRoles) {
    EXPECT_EQ(End(role,
                  [] {
                    signal(SIGABRT, SIG_DFL);
                    abort();
                    return true;
                  })
                  .signal,
              SIGABRT);
    EXPECT_EQ(Outcome(role, [] { return kill(getpid(), 0) == 0; }), kAllowed);
    EXPECT_EQ(Outcome(role, [] { return kill(-getpid(), 0) == 0; }), kForbidden);
    EXPECT_EQ(Outcome(role, [] { return kill(getpid() - 1, 0) == 0; }), kForbidden);
  }
}

TEST_F(ConfinementTest, MemoryIsToBeHad) {
  for (Role role : kRoles) {
    EXPECT_EQ(Outcome(role,
                      [] {
                        void* bytes = malloc(64 << 20);
                        memset(bytes, 1, 64 << 20);
                        bytes = realloc(bytes, 128 << 20);
                        free(bytes);
                        for (int i = 0; i < 1000; ++i) free(malloc(static_cast<size_t>(i) << 8));
                        return bytes != nullptr;
                      }),
              kAllowed);
  }
}

bool Map(int protection, int flags, int fd) {
  return mmap(nullptr, 1, protection, flags, fd, 0) != MAP_FAILED;
}

TEST_F(ConfinementTest, OnlyAWorkerMapsFilesAndOnlyToReadThem) {
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return Map(PROT_READ, MAP_SHARED, file_); }), kAllowed);
  const int all = PROT_READ | PROT_WRITE;
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return Map(all, MAP_SHARED, file_); }), kForbidden);
  EXPECT_EQ(Outcome(Role::kFeeder, [&] { return Map(PROT_READ, MAP_SHARED, file_); }), kForbidden);
  EXPECT_EQ(Outcome(Role::kReader, [&] { return Map(PROT_READ, MAP_SHARED, file_); }), kForbidden);
#ifndef BIGSCAN_SANITIZED
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return Map(PROT_EXEC, MAP_PRIVATE, file_); }), kForbidden);
#endif
}

TEST_F(ConfinementTest, OnlyAWorkerMakesCode) {
  const auto make = [] { return Map(PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1); };
  EXPECT_EQ(Outcome(Role::kWorker, make), kAllowed);
#ifndef BIGSCAN_SANITIZED
  EXPECT_EQ(Outcome(Role::kFeeder, make), kForbidden);
  EXPECT_EQ(Outcome(Role::kReader, make), kForbidden);
#endif
}

TEST_F(ConfinementTest, OnlyAFeederGivesSharedMemoryBack) {
  void* shared = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const auto give_back = [shared] { return madvise(shared, 1, MADV_REMOVE) == 0; };
  EXPECT_EQ(Outcome(Role::kFeeder, give_back), kAllowed);
  EXPECT_EQ(Outcome(Role::kWorker, give_back), kForbidden);
  munmap(shared, 1);
}

TEST_F(ConfinementTest, AFeederReadsItsInputAlone) {
  char byte;
  EXPECT_EQ(Outcome(Role::kFeeder, [&] { return read(input_, &byte, 1) == 1; }), kAllowed);
  EXPECT_EQ(Outcome(Role::kFeeder, [&] { return pread(input_, &byte, 1, 0) == 1; }), kAllowed);
#ifndef BIGSCAN_SANITIZED
  EXPECT_EQ(Outcome(Role::kFeeder, [&] { return read(file_, &byte, 1) == 1; }), kForbidden);
  EXPECT_EQ(Outcome(Role::kFeeder, [&] { return pread(file_, &byte, 1, 0) == 1; }), kForbidden);
#endif
}

TEST_F(ConfinementTest, AWorkerLooksAtFilesByTheirDescriptors) {
  char byte;
  struct stat info;
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return pread(file_, &byte, 1, 0) == 1; }), kAllowed);
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return fstat(file_, &info) == 0; }), kAllowed);
#ifndef BIGSCAN_SANITIZED
  EXPECT_EQ(Outcome(Role::kWorker, [&] { return stat("/", &info) == 0; }), kForbidden);
#endif
}

TEST_F(ConfinementTest, AReaderReadsAhead) {
  const auto advise = [this](int advice) { return posix_fadvise(file_, 0, 1, advice) == 0; };
  EXPECT_EQ(Outcome(Role::kReader, [&] { return advise(POSIX_FADV_WILLNEED); }), kAllowed);
  EXPECT_EQ(Outcome(Role::kReader, [&] { return advise(POSIX_FADV_DONTNEED); }), kForbidden);
}

TEST_F(ConfinementTest, NothingGivesRightsBack) {
  EXPECT_EQ(Outcome(Role::kWorker, [] { return syscall(SYS_prctl, 38, 0, 0, 0, 0) == 0; }),
            kForbidden);
  EXPECT_EQ(Outcome(Role::kWorker, [] { return syscall(SYS_seccomp, 0, 0, nullptr) == 0; }),
            kForbidden);
}

}  // namespace
}  // namespace bigscan
