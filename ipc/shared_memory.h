// Anonymous shared memory: inherited over fork, without a name that could be left behind.
#ifndef BIGSCAN_IPC_SHARED_MEMORY_H_
#define BIGSCAN_IPC_SHARED_MEMORY_H_

#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <memory>
#include <new>

#include "absl/status/statusor.h"

namespace bigscan {

// `size` bytes of zeros, page-aligned. Pages take memory from their first use on.
absl::StatusOr<boost::interprocess::mapped_region> AllocateShared(size_t size);

// A child that is forked from now on does not have the memory.
void KeepFromFurtherChildren(const boost::interprocess::mapped_region& region);

// One T in shared memory of its own. T must hold no pointer that is valid in one process only.
template <typename T>
class SharedObject {
 public:
  static absl::StatusOr<SharedObject> Create() {
    absl::StatusOr<boost::interprocess::mapped_region> region = AllocateShared(sizeof(T));
    if (!region.ok()) return region.status();
    new (region->get_address()) T();
    return SharedObject(*std::move(region));
  }

  T* operator->() const { return get(); }
  T* get() const { return static_cast<T*>(region_.get_address()); }
  void KeepFromFurtherChildren() const { bigscan::KeepFromFurtherChildren(region_); }

 private:
  explicit SharedObject(boost::interprocess::mapped_region region) : region_(std::move(region)) {}

  boost::interprocess::mapped_region region_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SHARED_MEMORY_H_
