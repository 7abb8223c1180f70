#include "ipc/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace bigscan {

size_t MostOpenFiles(uint32_t workers) {
  constexpr rlim_t kMost = 2048;
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t reserved = 24 + 3 * rlim_t{workers};
  return limit.rlim_cur <= reserved ? 1 : std::min(kMost, limit.rlim_cur - reserved);
}

}  // namespace bigscan
