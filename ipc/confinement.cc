#include "ipc/confinement.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "ipc/child.h"
#include "ipc/unique_fd.h"

namespace bigscan {
namespace {

// What only the child knows stands in the filter as one of these, until the child puts it in.
constexpr uint32_t kOwnPid = 0x7f5e'0001;
constexpr uint32_t kLaneSocket = 0x7f5e'0002;
constexpr uint32_t kInput = 0x7f5e'0003;

// A child has no threads: malloc(3) needs no mprotect(2).
constexpr uint32_t kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr uint32_t kSharing = MAP_TYPE | MAP_ANONYMOUS;

// The bits `mask` of the argument `index` are `value`. The upper half is not looked at: it may hold
// anything where the kernel takes an int.
scmp_arg_cmp Bits(unsigned index, uint32_t mask, uint32_t value) {
  return {index, SCMP_CMP_MASKED_EQ, mask, value};
}
scmp_arg_cmp Is(unsigned index, uint32_t value) { return Bits(index, UINT32_MAX, value); }
scmp_arg_cmp IsNull(unsigned index) { return {index, SCMP_CMP_EQ, 0, 0}; }

// One way in which a system call may be made: all of `when` hold.
struct Rule {
  int call;
  std::vector<scmp_arg_cmp> when = {};
};

void Append(std::vector<Rule> more, std::vector<Rule>* rules) {
  rules->insert(rules->end(), more.begin(), more.end());
}

std::vector<Rule> CommonRules() {
  return {
      // The lane. A message without an address goes to the other end.
      {SCMP_SYS(sendto), {Is(0, kLaneSocket), IsNull(4)}},
      {SCMP_SYS(recvmsg), {Is(0, kLaneSocket)}},
      {SCMP_SYS(close)},
      // malloc(3); MADV_HUGEPAGE if GLIBC_TUNABLES ask for it.
      {SCMP_SYS(brk)},
      {SCMP_SYS(munmap)},
      {SCMP_SYS(mremap)},
      {SCMP_SYS(madvise), {Is(2, MADV_DONTNEED)}},
      {SCMP_SYS(madvise), {Is(2, MADV_HUGEPAGE)}},
      {SCMP_SYS(clock_gettime)},
      // After SIGSTOP and SIGCONT.
      {SCMP_SYS(restart_syscall)},
      // The end: abort(3) has something to say and signals itself.
      {SCMP_SYS(write), {Is(0, STDERR_FILENO)}},
      {SCMP_SYS(writev), {Is(0, STDERR_FILENO)}},
      {SCMP_SYS(getpid)},
      {SCMP_SYS(gettid)},
      {SCMP_SYS(kill), {Is(0, kOwnPid)}},
      {SCMP_SYS(tgkill), {Is(0, kOwnPid)}},
      {SCMP_SYS(rt_sigaction)},
      {SCMP_SYS(rt_sigprocmask)},
      {SCMP_SYS(rt_sigreturn)},
      {SCMP_SYS(exit)},
      {SCMP_SYS(exit_group)},
  };
}

std::vector<Rule> RulesOf(Confinement::Role role) {
  switch (role) {
    case Confinement::Role::kWorker:
      return {
          {SCMP_SYS(pread64)},
          // fstat(3): there is no telling that the path is empty, but nothing is opened by it.
          {SCMP_SYS(fstat)},
          {SCMP_SYS(newfstatat), {Is(3, AT_EMPTY_PATH)}},
          // A file, to be read; memory, which the code of a pattern may be put into when it is first used.
          {SCMP_SYS(mmap), {Bits(2, PROT_WRITE | PROT_EXEC, 0)}},
          {SCMP_SYS(mmap), {Bits(3, kSharing, kAnonymous)}},
      };
    case Confinement::Role::kFeeder:
      return {
          {SCMP_SYS(read), {Is(0, kInput)}},
          {SCMP_SYS(pread64), {Is(0, kInput)}},
          {SCMP_SYS(poll)},
          {SCMP_SYS(ppoll)},
          {SCMP_SYS(mmap), {Bits(2, PROT_EXEC, 0), Bits(3, kSharing, kAnonymous)}},
          {SCMP_SYS(madvise), {Is(2, MADV_REMOVE)}},  // of blocks: it has mapped no file
      };
    case Confinement::Role::kReader:
      return {
          {SCMP_SYS(pread64)},
          {SCMP_SYS(fadvise64), {Is(3, POSIX_FADV_WILLNEED)}},
          {SCMP_SYS(mmap), {Bits(2, PROT_EXEC, 0), Bits(3, kSharing, kAnonymous)}},
      };
  }
  return {};
}

// What the sanitizers do themselves, to watch memory and to describe what they have found. They open
// files, for reading only. To see whether an address can be read, UBSan writes what is there to a pipe.
std::vector<Rule> SanitizerRules() {
#ifdef BIGSCAN_SANITIZED
  return {
      {SCMP_SYS(openat), {Bits(2, O_ACCMODE | O_CREAT, O_RDONLY)}},
      {SCMP_SYS(open), {Bits(1, O_ACCMODE | O_CREAT, O_RDONLY)}},
      {SCMP_SYS(mmap), {Bits(3, MAP_TYPE, MAP_PRIVATE)}},
      {SCMP_SYS(pipe)},
      {SCMP_SYS(pipe2)},
      {SCMP_SYS(write)},
      {SCMP_SYS(read)},
      {SCMP_SYS(pread64)},
      {SCMP_SYS(lseek)},
      {SCMP_SYS(fstat)},
      {SCMP_SYS(stat)},
      {SCMP_SYS(newfstatat)},
      {SCMP_SYS(readlink)},
      {SCMP_SYS(readlinkat)},
      {SCMP_SYS(mprotect)},
      {SCMP_SYS(madvise), {Is(2, MADV_NOHUGEPAGE)}},
      {SCMP_SYS(madvise), {Is(2, MADV_DONTDUMP)}},
      {SCMP_SYS(sigaltstack)},
      {SCMP_SYS(sched_yield)},
      {SCMP_SYS(futex)},
      {SCMP_SYS(getrlimit)},
      {SCMP_SYS(prlimit64), {IsNull(2)}},
      {SCMP_SYS(dup)},
      {SCMP_SYS(fcntl), {Is(1, F_SETFD)}},
      {SCMP_SYS(ioctl), {Is(1, TCGETS)}},
      {SCMP_SYS(uname)},
      {SCMP_SYS(getcwd)},
  };
#else
  return {};
#endif
}

struct ReleaseFilter {
  void operator()(scmp_filter_ctx filter) const { seccomp_release(filter); }
};

// Empty where libseccomp can not make it.
std::vector<sock_filter> MakeFilter(std::span<const Rule> rules) {
  using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, ReleaseFilter>;
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (filter == nullptr ||
      seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) {
    return {};
  }
  for (const Rule& rule : rules) {
    if (seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, rule.call,
                               static_cast<unsigned>(rule.when.size()), rule.when.data()) != 0) {
      return {};
    }
  }
  // libseccomp 2.5 hands it over only by a descriptor.
  const UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
  if (!file.valid() || seccomp_export_bpf(filter.get(), file.get()) != 0) return {};
  const off_t bytes = lseek(file.get(), 0, SEEK_END);
  if (bytes <= 0) return {};
  std::vector<sock_filter> program(static_cast<size_t>(bytes) / sizeof(sock_filter));
  return pread(file.get(), program.data(), static_cast<size_t>(bytes), 0) == bytes
             ? program
             : std::vector<sock_filter>();
}

void Put(uint32_t place, uint32_t value, std::vector<sock_filter>* program) {
  for (sock_filter& step : *program) {
    if (step.k == place && step.code == (BPF_JMP | BPF_JEQ | BPF_K)) step.k = value;
  }
}

bool Install(std::vector<sock_filter>* program) {
  sock_fprog filter{static_cast<unsigned short>(program->size()), program->data()};
  // Kernels before 5.16 would slow all else down, to guard against Spectre what is no secret here.
  return !program->empty() && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                      SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter) == 0;
}

}  // namespace

Confinement::Confinement(std::optional<User> user)
    : user_(std::move(user)), coordinator_(getpid()) {}

void Confinement::Prepare(Role role) {
  if (filters_.contains(role)) return;
  std::vector<Rule> rules = CommonRules();
  Append(RulesOf(role), &rules);
  Append(SanitizerRules(), &rules);
  filters_[role] = MakeFilter(rules);
}

void Confinement::Enter(Role role, int lane_socket, int input,
                        std::atomic<uint32_t>* in_force) const {
  uint32_t in_force_now = kEntered;
  if (user_.has_value()) {
    if (BecomeUser(*user_)) in_force_now |= kOtherUser;
    DieWithCoordinator(coordinator_);  // the kernel has forgotten it
  }
  DropCapabilities();
  std::vector<sock_filter> program = filters_.at(role);
  Put(kOwnPid, static_cast<uint32_t>(getpid()), &program);
  Put(kLaneSocket, static_cast<uint32_t>(lane_socket), &program);
  Put(kInput, static_cast<uint32_t>(input), &program);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && Install(&program)) in_force_now |= kFilter;
  in_force->store(in_force_now, std::memory_order_relaxed);
}

}  // namespace bigscan
