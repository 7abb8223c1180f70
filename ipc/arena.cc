#include "ipc/arena.h"

#include <string.h>

#include <algorithm>

namespace bigscan {

absl::StatusOr<Arena> Arena::Create(uint64_t capacity, uint64_t usual) {
  absl::StatusOr<boost::interprocess::mapped_region> bytes = AllocateShared(capacity);
  if (!bytes.ok()) return bytes.status();
  auto released = SharedObject<std::atomic<uint64_t>>::Create();
  if (!released.ok()) return released.status();
  return Arena(*std::move(bytes), *std::move(released), usual);
}

std::optional<Arena::Place> Arena::Put(absl::string_view bytes) {
  const uint64_t released = released_->load(std::memory_order_acquire);
  const bool empty = released == head_;
  uint64_t begin = head_;
  const uint64_t offset = begin % capacity();
  if (offset != 0 && (empty || offset + bytes.size() > capacity())) begin += capacity() - offset;
  if (empty) restart_ = begin;
  const uint64_t end = begin + bytes.size();
  // What an empty ring skipped is free, though it is not released before the first result behind it.
  const uint64_t used = end - std::max(released, restart_);
  if (used > (empty ? capacity() : std::min(usual_, capacity()))) return std::nullopt;
  memcpy(static_cast<char*>(bytes_.get_address()) + begin % capacity(), bytes.data(), bytes.size());
  head_ = end;
  return Place{begin, end};
}

std::optional<absl::string_view> Arena::Get(uint64_t begin, uint64_t size) const {
  const uint64_t offset = begin % capacity();
  if (size > capacity() - offset) return std::nullopt;
  return absl::string_view(static_cast<const char*>(bytes_.get_address()) + offset, size);
}

}  // namespace bigscan
