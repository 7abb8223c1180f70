#include "ipc/shared_memory.h"

#include <sys/mman.h>

#include <boost/interprocess/anonymous_shared_memory.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bigscan {

absl::StatusOr<boost::interprocess::mapped_region> AllocateShared(size_t size) {
  try {
    return boost::interprocess::anonymous_shared_memory(size);
  } catch (const boost::interprocess::interprocess_exception& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot get ", size, " bytes of shared memory: ", error.what()));
  }
}

void KeepFromFurtherChildren(const boost::interprocess::mapped_region& region) {
  madvise(region.get_address(), region.get_size(), MADV_DONTFORK);
}

}  // namespace bigscan
