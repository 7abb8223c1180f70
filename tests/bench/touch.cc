// touch: N processes map one file and together load one byte of each of its
// cache lines. No scanner that maps the file can be faster, so the benchmark
// holds bigscan's literal scan against it.
//
// Owns the fork, the map and the loop; measures nothing itself. Prints the sum
// of the bytes loaded, which is the same for every N.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace {

constexpr size_t kCacheLineBytes = 64;
constexpr size_t kChunkBytes = 4 << 20;
constexpr int kMaxProcesses = 1024;
constexpr int kExitError = 2;

// Shared by all processes: the next chunk that nobody has taken, and the sum
// of what they have loaded.
struct Progress {
  std::atomic<uint64_t> next_chunk{0};
  std::atomic<uint64_t> sum{0};
};
static_assert(std::atomic<uint64_t>::is_always_lock_free);

// Reports the last system call's error and ends the process.
[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "touch: %s: %s\n", what.c_str(), std::strerror(errno));
  std::_Exit(kExitError);
}

class Mapping {
 public:
  Mapping(size_t bytes, int protection, int flags, int fd, const std::string& name)
      : bytes_(bytes), address_(::mmap(nullptr, bytes, protection, flags, fd, 0)) {
    if (address_ == MAP_FAILED) Die(name);
  }
  ~Mapping() { ::munmap(address_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  void* address() const { return address_; }

 private:
  size_t bytes_;
  void* address_;
};

// One process's share: chunks, until there are none left.
void TouchChunks(int fd, size_t file_bytes, const std::string& name, Progress& progress) {
  const Mapping file(file_bytes, PROT_READ, MAP_SHARED, fd, name);
  const auto* const data = static_cast<const volatile unsigned char*>(file.address());
  uint64_t sum = 0;
  for (;;) {
    const size_t begin = progress.next_chunk.fetch_add(1) * kChunkBytes;
    if (begin >= file_bytes) break;
    const size_t end = std::min(begin + kChunkBytes, file_bytes);
    for (size_t i = begin; i < end; i += kCacheLineBytes) sum += data[i];
  }
  progress.sum += sum;
}

void RunProcesses(int processes, int fd, size_t file_bytes, const std::string& name,
                  Progress& progress) {
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child < 0) Die("fork");
    if (child == 0) {
      TouchChunks(fd, file_bytes, name, progress);
      std::_Exit(0);
    }
  }
  for (int i = 0; i < processes; ++i) {
    int status = 0;
    if (::wait(&status) < 0) Die("wait");
    if (status != 0) std::_Exit(kExitError);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int processes = argc == 3 ? std::atoi(argv[1]) : 0;
  if (processes < 1 || processes > kMaxProcesses) {
    std::fputs("Usage: touch PROCESSES FILE\n", stderr);
    return kExitError;
  }
  const std::string name = argv[2];
  const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);  // open until the process ends
  struct stat status;
  if (fd < 0 || ::fstat(fd, &status) < 0) Die(name);

  const Mapping shared(sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                       "shared memory");
  Progress& progress = *new (shared.address()) Progress;
  const auto file_bytes = static_cast<size_t>(status.st_size);
  if (file_bytes > 0) RunProcesses(processes, fd, file_bytes, name, progress);
  std::printf("%" PRIu64 "\n", progress.sum.load());
  return 0;
}
