#include "ipc/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "ipc/clock.h"

namespace bigscan {
namespace {

constexpr uint64_t kStepBytes = uint64_t{1} << 30;
constexpr size_t kMostRanges = 64 << 10;
constexpr useconds_t kRetryMicros = 2000;

uint64_t PageBytes() { return static_cast<uint64_t>(sysconf(_SC_PAGESIZE)); }

// How many pages of [begin, end) are cached, if cachestat(2) tells, for which glibc has no function
// yet.
std::optional<uint64_t> CachedPages(int fd, uint64_t begin, uint64_t end) {
  constexpr long kCachestat = 451;
  const uint64_t range[2] = {begin, end - begin};
  uint64_t found[5] = {};  // the first one counts those that are cached
  if (syscall(kCachestat, fd, range, found, 0) != 0) return std::nullopt;
  return found[0];
}

// A byte for each page of [begin, end): its lowest bit tells whether it is cached. Empty if that is
// not known.
std::vector<unsigned char> Residency(int fd, uint64_t begin, uint64_t end) {
  std::vector<unsigned char> pages((end - begin + PageBytes() - 1) / PageBytes());
  void* address = mmap(nullptr, end - begin, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(begin));
  if (address == MAP_FAILED) return {};
  const bool known = mincore(address, end - begin, pages.data()) == 0;
  munmap(address, end - begin);
  return known ? pages : std::vector<unsigned char>();
}

}  // namespace

ColdRanges ColdRanges::Find(int fd, uint64_t begin, uint64_t end) {
  ColdRanges cold;
  const uint64_t page = PageBytes();
  end = (end + page - 1) / page * page;
  for (uint64_t from = begin / page * page; from < end;) {
    const uint64_t to = std::min(end, from + kStepBytes);
    const std::optional<uint64_t> cached = CachedPages(fd, from, to);
    if (cached == 0) {
      cold.Add({from, to});
    } else if (cached != (to - from) / page) {
      uint64_t at = from;
      for (const unsigned char flags : Residency(fd, from, to)) {
        if ((flags & 1) == 0) cold.Add({at, at + page});
        at += page;
      }
    }
    from = to;
  }
  return cold;
}

void ColdRanges::Add(Range range) {
  if (!ranges_.empty() && ranges_.back().end == range.begin) {
    ranges_.back().end = range.end;
    return;
  }
  // The last one is still growing while others are left out.
  if (!ranges_.empty() && ranges_.back().end - ranges_.back().begin < least_bytes_) {
    ranges_.pop_back();
  }
  while (ranges_.size() >= kMostRanges) {
    least_bytes_ = std::max(2 * least_bytes_, 2 * PageBytes());
    std::erase_if(ranges_,
                  [this](const Range& kept) { return kept.end - kept.begin < least_bytes_; });
  }
  ranges_.push_back(range);
}

void ColdRanges::Drop(int fd, uint64_t begin, uint64_t end) const {
  const auto first = std::partition_point(ranges_.begin(), ranges_.end(),
                                          [begin](const Range& r) { return r.end <= begin; });
  for (auto range = first; range != ranges_.end() && range->begin < end; ++range) {
    const uint64_t from = std::max(range->begin, begin);
    posix_fadvise(fd, static_cast<off_t>(from),
                  static_cast<off_t>(std::min(range->end, end) - from), POSIX_FADV_DONTNEED);
  }
}

void ColdRanges::DropAll(int fd, uint64_t patience_us) const {
  const uint64_t start = NowMicros();
  while (true) {
    Drop(fd);
    if (NowMicros() - start >= patience_us || !AnyCached(fd)) return;
    usleep(kRetryMicros);
  }
}

bool ColdRanges::AnyCached(int fd) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [fd](const Range& range) {
    return CachedPages(fd, range.begin, range.end).value_or(1) > 0;
  });
}

}  // namespace bigscan
