/* Preloaded into the command (LD_PRELOAD): lets one call of a function of libc fail, or do less than it was asked.
 *
 * INJECT_FILE     the counts: a file of struct Counts, shared by all processes of a run; without it nothing is done
 * INJECT_CALL     the function, as named below; without it calls are only counted
 * INJECT_ROLE     0: in the coordinator, 1: in its children
 * INJECT_AT       which call, from 1, of all the processes in that role
 * INJECT_ERROR    errno; 0: half of what was asked for is read or written
 * INJECT_SIGNAL   instead of an error, the process sends this to itself before the call
 *
 * Children run under a seccomp filter, so between the start of main() and the end nothing is called here but the
 * functions themselves.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The order is that of CALLS in test_injection.py. */
#define CALLS(X)                                                                                              \
  X(open) X(openat) X(mkostemp) X(memfd_create) X(signalfd) X(socketpair) X(pidfd_open) X(fork) X(access)     \
  X(stat) X(lstat) X(fstat) X(readlink) X(lseek) X(read) X(pread) X(preadv2) X(write) X(writev) X(sendfile)   \
  X(splice) X(mmap) X(munmap) X(mremap) X(mprotect) X(madvise) X(mincore) X(posix_fadvise) X(poll) X(send)    \
  X(recv) X(sendmsg) X(recvmsg) X(seccomp) X(prctl) X(setrlimit) X(fcntl) X(flock) X(fchmod) X(ftruncate)     \
  X(fsync) X(linkat) X(rename) X(unlink) X(close) X(malloc) X(calloc) X(realloc) X(aligned_alloc)             \
  X(posix_memalign)

enum Call {
#define NUMBER(name) k_##name,
  CALLS(NUMBER)
#undef NUMBER
      kCalls
};

static const char* const kNames[] = {
#define NAME(name) #name,
    CALLS(NAME)
#undef NAME
};

struct Counts {
  atomic_uint calls[2][kCalls];
  atomic_uint injected;
};

static struct Counts* counts;
static int role;
static int wanted_call = -1;
static int wanted_role;
static unsigned wanted_at;
static int error;
static int signal_number;

static int Strikes(enum Call call) {
  if (counts == NULL) return 0;
  const unsigned number = atomic_fetch_add(&counts->calls[role][call], 1) + 1;
  if ((int)call != wanted_call || role != wanted_role || number != wanted_at) return 0;
  atomic_fetch_add(&counts->injected, 1);
  if (signal_number == 0) return 1;
  kill(getpid(), signal_number);
  return 0;
}

static int Number(const char* variable) {
  const char* value = getenv(variable);
  return value == NULL ? 0 : atoi(value);
}

/* The counting begins with main(): what the libraries do before is theirs. */
static void Begin(void) {
  const char* path = getenv("INJECT_FILE");
  const char* call = getenv("INJECT_CALL");
  if (path == NULL) return;
  for (int i = 0; call != NULL && i < kCalls; ++i) {
    if (strcmp(call, kNames[i]) == 0) wanted_call = i;
  }
  if (call != NULL && wanted_call < 0) abort();
  wanted_role = Number("INJECT_ROLE");
  wanted_at = (unsigned)Number("INJECT_AT");
  error = Number("INJECT_ERROR");
  signal_number = Number("INJECT_SIGNAL");
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  void* const memory = mmap(NULL, sizeof(struct Counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) abort();
  close(fd);
  counts = memory;
}

/* The next definition of NAME, found before main() so that no child has to look for it. */
#define REAL(type, name, ...)                                             \
  static type (*real_##name)(__VA_ARGS__);                                \
  __attribute__((constructor)) static void Find_##name(void) {            \
    if (real_##name == NULL) *(void**)&real_##name = dlsym(RTLD_NEXT, #name); \
  }                                                                       \
  type name(__VA_ARGS__)

#define FAIL(name, failure) \
  do {                      \
    Find_##name();          \
    if (Strikes(k_##name)) { \
      errno = error;        \
      return failure;       \
    }                       \
  } while (0)

/* A count of bytes that may be done in part. */
#define FAIL_OR_SHORTEN(name, size) \
  do {                              \
    Find_##name();                  \
    if (Strikes(k_##name)) {        \
      if (error != 0) {             \
        errno = error;              \
        return -1;                  \
      }                             \
      if (size > 1) size /= 2;      \
    }                               \
  } while (0)

static int (*real_main)(int, char**, char**);

static int CountedMain(int argc, char** argv, char** environment) {
  Begin();
  return real_main(argc, argv, environment);
}

REAL(int, __libc_start_main, int (*main)(int, char**, char**), int argc, char** argv, void (*init)(void),
     void (*fini)(void), void (*rtld_fini)(void), void* stack_end) {
  Find___libc_start_main();
  real_main = main;
  return real___libc_start_main(CountedMain, argc, argv, init, fini, rtld_fini, stack_end);
}

/* --- Descriptors and processes --- */

static mode_t ModeOf(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

REAL(int, open, const char* path, int flags, ...) {
  FAIL(open, -1);
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return real_open(path, flags, mode);
}

REAL(int, openat, int directory, const char* path, int flags, ...) {
  FAIL(openat, -1);
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return real_openat(directory, path, flags, mode);
}

REAL(int, mkostemp, char* path, int flags) {
  FAIL(mkostemp, -1);
  return real_mkostemp(path, flags);
}

REAL(int, memfd_create, const char* name, unsigned flags) {
  FAIL(memfd_create, -1);
  return real_memfd_create(name, flags);
}

REAL(int, signalfd, int fd, const sigset_t* mask, int flags) {
  FAIL(signalfd, -1);
  return real_signalfd(fd, mask, flags);
}

REAL(int, socketpair, int domain, int type, int protocol, int ends[2]) {
  FAIL(socketpair, -1);
  return real_socketpair(domain, type, protocol, ends);
}

REAL(long, syscall, long number, ...) {
  Find_syscall();
  if ((number == SYS_pidfd_open && Strikes(k_pidfd_open)) || (number == SYS_seccomp && Strikes(k_seccomp))) {
    errno = error;
    return -1;
  }
  va_list arguments;
  va_start(arguments, number);
  long values[6];
  for (int i = 0; i < 6; ++i) values[i] = va_arg(arguments, long);
  va_end(arguments);
  return real_syscall(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

REAL(pid_t, fork, void) {
  FAIL(fork, -1);
  const pid_t pid = real_fork();
  if (pid == 0) role = 1;
  return pid;
}

REAL(int, close, int fd) {
  Find_close();
  const int closed = real_close(fd); /* it is gone even where close(2) fails */
  if (!Strikes(k_close)) return closed;
  errno = error;
  return -1;
}

REAL(int, fcntl, int fd, int command, ...) {
  FAIL(fcntl, -1);
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real_fcntl(fd, command, argument);
}

REAL(int, flock, int fd, int operation) {
  FAIL(flock, -1);
  return real_flock(fd, operation);
}

REAL(int, poll, struct pollfd* fds, nfds_t count, int milliseconds) {
  FAIL(poll, -1);
  return real_poll(fds, count, milliseconds);
}

REAL(int, prctl, int option, ...) {
  FAIL(prctl, -1);
  va_list arguments;
  va_start(arguments, option);
  unsigned long values[4];
  for (int i = 0; i < 4; ++i) values[i] = va_arg(arguments, unsigned long);
  va_end(arguments);
  return real_prctl(option, values[0], values[1], values[2], values[3]);
}

REAL(int, setrlimit, __rlimit_resource_t resource, const struct rlimit* limit) {
  FAIL(setrlimit, -1);
  return real_setrlimit(resource, limit);
}

/* --- Names --- */

REAL(int, access, const char* path, int mode) {
  FAIL(access, -1);
  return real_access(path, mode);
}

REAL(int, stat, const char* path, struct stat* info) {
  FAIL(stat, -1);
  return real_stat(path, info);
}

REAL(int, lstat, const char* path, struct stat* info) {
  FAIL(lstat, -1);
  return real_lstat(path, info);
}

REAL(int, fstat, int fd, struct stat* info) {
  FAIL(fstat, -1);
  return real_fstat(fd, info);
}

REAL(ssize_t, readlink, const char* path, char* buffer, size_t size) {
  FAIL(readlink, -1);
  return real_readlink(path, buffer, size);
}

REAL(int, fchmod, int fd, mode_t mode) {
  FAIL(fchmod, -1);
  return real_fchmod(fd, mode);
}

REAL(int, linkat, int from, const char* old, int to, const char* name, int flags) {
  FAIL(linkat, -1);
  return real_linkat(from, old, to, name, flags);
}

REAL(int, rename, const char* old, const char* name) {
  FAIL(rename, -1);
  return real_rename(old, name);
}

REAL(int, unlink, const char* path) {
  FAIL(unlink, -1);
  return real_unlink(path);
}

/* --- Bytes --- */

REAL(off_t, lseek, int fd, off_t offset, int whence) {
  FAIL(lseek, -1);
  return real_lseek(fd, offset, whence);
}

REAL(ssize_t, read, int fd, void* buffer, size_t size) {
  FAIL_OR_SHORTEN(read, size);
  return real_read(fd, buffer, size);
}

REAL(ssize_t, pread, int fd, void* buffer, size_t size, off_t offset) {
  FAIL_OR_SHORTEN(pread, size);
  return real_pread(fd, buffer, size, offset);
}

REAL(ssize_t, preadv2, int fd, const struct iovec* parts, int count, off_t offset, int flags) {
  FAIL(preadv2, -1);
  return real_preadv2(fd, parts, count, offset, flags);
}

REAL(ssize_t, write, int fd, const void* buffer, size_t size) {
  FAIL_OR_SHORTEN(write, size);
  return real_write(fd, buffer, size);
}

REAL(ssize_t, writev, int fd, const struct iovec* parts, int count) {
  Find_writev();
  if (!Strikes(k_writev)) return real_writev(fd, parts, count);
  if (error == 0) return real_write(fd, parts[0].iov_base, (parts[0].iov_len + 1) / 2);
  errno = error;
  return -1;
}

REAL(ssize_t, sendfile, int to, int from, off_t* offset, size_t size) {
  FAIL_OR_SHORTEN(sendfile, size);
  return real_sendfile(to, from, offset, size);
}

REAL(ssize_t, splice, int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size, unsigned flags) {
  FAIL_OR_SHORTEN(splice, size);
  return real_splice(from, from_offset, to, to_offset, size, flags);
}

REAL(int, ftruncate, int fd, off_t size) {
  FAIL(ftruncate, -1);
  return real_ftruncate(fd, size);
}

REAL(int, fsync, int fd) {
  FAIL(fsync, -1);
  return real_fsync(fd);
}

REAL(int, posix_fadvise, int fd, off_t begin, off_t size, int advice) {
  FAIL(posix_fadvise, error);
  return real_posix_fadvise(fd, begin, size, advice);
}

/* --- Messages --- */

REAL(ssize_t, send, int fd, const void* buffer, size_t size, int flags) {
  FAIL(send, -1);
  return real_send(fd, buffer, size, flags);
}

REAL(ssize_t, recv, int fd, void* buffer, size_t size, int flags) {
  FAIL(recv, -1);
  return real_recv(fd, buffer, size, flags);
}

REAL(ssize_t, sendmsg, int fd, const struct msghdr* message, int flags) {
  FAIL(sendmsg, -1);
  return real_sendmsg(fd, message, flags);
}

REAL(ssize_t, recvmsg, int fd, struct msghdr* message, int flags) {
  FAIL(recvmsg, -1);
  return real_recvmsg(fd, message, flags);
}

/* --- Memory --- */

REAL(void*, mmap, void* address, size_t size, int protection, int flags, int fd, off_t offset) {
  FAIL(mmap, MAP_FAILED);
  return real_mmap(address, size, protection, flags, fd, offset);
}

REAL(int, munmap, void* address, size_t size) {
  FAIL(munmap, -1);
  return real_munmap(address, size);
}

REAL(void*, mremap, void* address, size_t old, size_t size, int flags, ...) {
  FAIL(mremap, MAP_FAILED);
  va_list arguments;
  va_start(arguments, flags);
  void* const to = (flags & MREMAP_FIXED) != 0 ? va_arg(arguments, void*) : NULL;
  va_end(arguments);
  return real_mremap(address, old, size, flags, to);
}

REAL(int, mprotect, void* address, size_t size, int protection) {
  FAIL(mprotect, -1);
  return real_mprotect(address, size, protection);
}

REAL(int, madvise, void* address, size_t size, int advice) {
  FAIL(madvise, -1);
  return real_madvise(address, size, advice);
}

REAL(int, mincore, void* address, size_t size, unsigned char* pages) {
  FAIL(mincore, -1);
  return real_mincore(address, size, pages);
}

/* dlsym(3) itself allocates, so these are called by the names that glibc keeps for it. */
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* memory, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);

static void* NoMemory(void) {
  errno = ENOMEM;
  return NULL;
}

void* malloc(size_t size) { return Strikes(k_malloc) ? NoMemory() : __libc_malloc(size); }

void* calloc(size_t count, size_t size) {
  return Strikes(k_calloc) ? NoMemory() : __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) {
  return Strikes(k_realloc) ? NoMemory() : __libc_realloc(memory, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  return Strikes(k_aligned_alloc) ? NoMemory() : __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
  void* const found = Strikes(k_posix_memalign) ? NULL : __libc_memalign(alignment, size);
  if (found == NULL) return ENOMEM;
  *memory = found;
  return 0;
}
