#include "ipc/test_attack.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdint>

namespace bigscan {
namespace {

constexpr char kFile[] = "attacked";  // in the working directory

bool OpenToRead() { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0; }
bool OpenToWrite() { return open(kFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) >= 0; }

// To whatever descriptor can be written to.
bool WriteToFile() {
  bool written = false;
  for (int fd = STDERR_FILENO + 1; fd < 64; ++fd) written |= write(fd, "x", 1) == 1;
  return written;
}

bool MapToWrite() {
  bool mapped = false;
  for (int fd = STDERR_FILENO + 1; fd < 64; ++fd) {
    mapped |= mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED;
  }
  return mapped;
}

bool MakeSocket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0; }

bool Connect() {
  const sockaddr_in address{.sin_family = AF_INET, .sin_port = 1, .sin_addr = {}, .sin_zero = {}};
  bool connected = false;
  for (int fd = STDERR_FILENO + 1; fd < 64; ++fd) {
    connected |= connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  return connected;
}

bool Execute() {
  char name[] = "/bin/true";
  char* const arguments[] = {name, nullptr};
  return execve(name, arguments, nullptr) == 0;
}

bool Fork() { return fork() >= 0; }

// Its siblings' ids are near its own.
bool Trace() {
  bool traced = false;
  for (pid_t pid = getpid() - 8; pid < getpid() + 8; ++pid) {
    traced |= pid != getpid() && ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0;
  }
  return traced;
}

bool WriteToSibling() {
  char byte = 0;
  const iovec own{&byte, 1};
  bool written = false;
  for (pid_t pid = getpid() - 8; pid < getpid() + 8; ++pid) {
    written |= pid != getpid() && process_vm_writev(pid, &own, 1, &own, 1, 0) == 1;
  }
  return written;
}

bool KillCoordinator() { return kill(getppid(), SIGKILL) == 0; }

bool MakeExecutable() {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  void* data = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(&environ) / page * page);
  return mprotect(data, page, PROT_READ | PROT_WRITE | PROT_EXEC) == 0;
}

bool BecomeRoot() { return setresuid(0, 0, 0) == 0; }

}  // namespace

TestAttack FindTestAttack(absl::string_view name) {
  struct Row {
    absl::string_view name;
    TestAttack attack;
  };
  static constexpr Row kRows[] = {
      {"open", OpenToRead},      {"create", OpenToWrite},
      {"write", WriteToFile},    {"map", MapToWrite},
      {"socket", MakeSocket},    {"connect", Connect},
      {"execve", Execute},       {"fork", Fork},
      {"ptrace", Trace},         {"poke", WriteToSibling},
      {"kill", KillCoordinator}, {"mprotect", MakeExecutable},
      {"setresuid", BecomeRoot},
  };
  for (const Row& row : kRows) {
    if (row.name == name) return row.attack;
  }
  return nullptr;
}

}  // namespace bigscan
