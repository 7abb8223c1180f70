#include "ipc/block_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "ipc/shared_memory.h"

namespace bigscan {
namespace {

constexpr uint64_t kLeastCapacity = 1 << 20;

uint64_t RoundToPages(uint64_t bytes) {
  const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

}  // namespace

absl::StatusOr<BlockPool> BlockPool::Create(uint32_t count, uint64_t target, uint64_t capacity) {
  capacity = RoundToPages(std::max(target, capacity));
  absl::StatusOr<boost::interprocess::mapped_region> memory = AllocateShared(count * capacity);
  // Address space may be limited (ulimit -v): rather no very long records than none at all.
  while (!memory.ok() && RoundToPages(capacity / 2) >= std::max<uint64_t>(target, kLeastCapacity)) {
    capacity = RoundToPages(capacity / 2);
    memory = AllocateShared(count * capacity);
  }
  if (!memory.ok()) return memory.status();
  return BlockPool(*std::move(memory), count, target, capacity);
}

void BlockPool::MakeReadOnly() const {
  mprotect(memory_.get_address(), memory_.get_size(), PROT_READ);
}

void BlockPool::Shrink(uint32_t index) const {
  const uint64_t keep = RoundToPages(target_);
  if (keep < capacity_) madvise(block(index) + keep, capacity_ - keep, MADV_REMOVE);
}

}  // namespace bigscan
