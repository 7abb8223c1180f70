// What a scan leaves in the page cache (--drop-cache): knows what of a file was not there before, and
// drops it again. In the coordinator.
#ifndef BIGSCAN_IPC_PAGE_CACHE_H_
#define BIGSCAN_IPC_PAGE_CACHE_H_

#include <cstdint>
#include <vector>

namespace bigscan {

// The parts of a file that were not in the page cache at some moment, in whole pages.
class ColdRanges {
 public:
  // Nothing is cold, and Drop drops nothing.
  ColdRanges() = default;

  // Those of the bytes [begin, end) of `fd`, which must not have been read yet: to read a byte brings
  // its neighbours into the cache as well. What the kernel does not tell counts as cached: it tells
  // those who own the file or may write to it (mincore(2)). Of more ranges than can be kept, the
  // longer ones are. Costs a system call for a gigabyte that is all cold or all cached (Linux 6.5).
  static ColdRanges Find(int fd, uint64_t begin, uint64_t end);

  bool empty() const { return ranges_.empty(); }

  // Drops what is cold of [begin, end), save pages that some process has mapped, that are still being
  // read, or that lie in one piece of memory with pages outside of [begin, end).
  void Drop(int fd, uint64_t begin = 0, uint64_t end = UINT64_MAX) const;

  // Drops all that is cold; waits up to `patience_us` for what is still being read.
  void DropAll(int fd, uint64_t patience_us) const;

 private:
  struct Range {
    uint64_t begin;
    uint64_t end;
  };

  void Add(Range range);
  bool AnyCached(int fd) const;

  std::vector<Range> ranges_;  // ascending, disjoint
  uint64_t least_bytes_ = 0;   // shorter ones are not kept
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_PAGE_CACHE_H_
