// write(2) until all is written.
#ifndef BIGSCAN_LIB_WRITE_ALL_H_
#define BIGSCAN_LIB_WRITE_ALL_H_

#include "absl/strings/string_view.h"

namespace bigscan {

// For a descriptor that blocks. False, and errno, if the rest can not be written.
bool WriteAll(int fd, absl::string_view bytes);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_WRITE_ALL_H_
