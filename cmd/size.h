// Values of options: sizes and lists of CPUs, as the user writes them.
#ifndef BIGSCAN_CMD_SIZE_H_
#define BIGSCAN_CMD_SIZE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace bigscan {

// "4096", "64K", "4M", "1G" (powers of 1024; also "64KiB", "64KB" and small letters) in bytes.
std::optional<uint64_t> ParseSize(absl::string_view text);

// "0,2-5" as {0, 2, 3, 4, 5}, in the order given.
std::optional<std::vector<int>> ParseCpuList(absl::string_view text);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SIZE_H_
