// The arena of a worker: the shared memory in which its results lie until they are committed.
//
// A ring of bytes. The worker allocates at the head, the coordinator releases at the tail in the
// same order, and neither waits for a lock. Positions count bytes from the start for ever; a result
// lies in one piece, so that the end of the ring is skipped where it does not fit. An empty ring
// starts again at its first byte: as long as results are small, only its first pages ever exist.
#ifndef BIGSCAN_IPC_ARENA_H_
#define BIGSCAN_IPC_ARENA_H_

#include <atomic>
#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipc/shared_memory.h"

namespace bigscan {

class Arena {
 public:
  // A result of up to `capacity` bytes fits into an empty arena, and several into `usual` bytes.
  static absl::StatusOr<Arena> Create(uint64_t capacity, uint64_t usual);

  // --- Worker ---
  struct Place {
    uint64_t begin;      // position of the bytes
    uint64_t arena_end;  // to be released when they are no longer needed
  };
  // Copies `bytes` into the arena, or returns nothing if there is no room now.
  // REQUIRES: bytes.size() <= capacity().
  std::optional<Place> Put(absl::string_view bytes);

  // --- Coordinator ---
  // The bytes at `begin`; nothing if a broken worker named bytes outside of the arena.
  std::optional<absl::string_view> Get(uint64_t begin, uint64_t size) const;
  void Release(uint64_t arena_end) { released_->store(arena_end, std::memory_order_release); }

  // The worker is forked; no other child is to have its arena.
  void KeepFromFurtherChildren() const {
    bigscan::KeepFromFurtherChildren(bytes_);
    released_.KeepFromFurtherChildren();
  }

  uint64_t capacity() const { return bytes_.get_size(); }

 private:
  Arena(boost::interprocess::mapped_region bytes, SharedObject<std::atomic<uint64_t>> released,
        uint64_t usual)
      : bytes_(std::move(bytes)), released_(std::move(released)), usual_(usual) {}

  boost::interprocess::mapped_region bytes_;
  SharedObject<std::atomic<uint64_t>> released_;
  uint64_t usual_;
  // The worker's.
  uint64_t head_ = 0;
  uint64_t restart_ = 0;  // where it began anew when it was empty last
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_ARENA_H_
