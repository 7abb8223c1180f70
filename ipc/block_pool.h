// The blocks: shared memory that holds the chunks of streams, from the read to the commit.
//
// A block holds whole records. Its pages come into being when they are used, so that a block that
// usually holds `target` bytes can grow, up to `capacity`, around a record that is longer.
#ifndef BIGSCAN_IPC_BLOCK_POOL_H_
#define BIGSCAN_IPC_BLOCK_POOL_H_

#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"

namespace bigscan {

class BlockPool {
 public:
  // `target` bytes are what a block should hold, `capacity` the most that it can; less than asked for
  // where address space is scarce.
  static absl::StatusOr<BlockPool> Create(uint32_t count, uint64_t target, uint64_t capacity);

  char* block(uint32_t index) const {
    return static_cast<char*>(memory_.get_address()) + index * capacity_;
  }
  char* memory() const { return static_cast<char*>(memory_.get_address()); }
  uint64_t target() const { return target_; }
  uint64_t capacity() const { return capacity_; }
  uint32_t count() const { return count_; }

  // Worker: it reads blocks, and writes none.
  void MakeReadOnly() const;

  // Feeder: gives the memory beyond `target` back to the system.
  void Shrink(uint32_t index) const;

 private:
  BlockPool(boost::interprocess::mapped_region memory, uint32_t count, uint64_t target,
            uint64_t capacity)
      : memory_(std::move(memory)), count_(count), target_(target), capacity_(capacity) {}

  boost::interprocess::mapped_region memory_;
  uint32_t count_;
  uint64_t target_;
  uint64_t capacity_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_BLOCK_POOL_H_
