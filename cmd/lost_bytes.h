// The bytes that could not be scanned, as they are told to the user.
#ifndef BIGSCAN_CMD_LOST_BYTES_H_
#define BIGSCAN_CMD_LOST_BYTES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

inline constexpr char kTruncated[] = "file truncated while it was read";

class LostBytes {
 public:
  // The bytes [begin, end) of the source `name`, or all from `begin` on if `end` is 0. Neighbours
  // with the same reason make one message, so that it is said late.
  void Add(const std::string& name, uint64_t begin, uint64_t end, absl::string_view reason);
  // Says what has been added and not said yet.
  void Print();

  // Whether any have been.
  bool any() const { return any_; }

 private:
  struct Range {
    std::string name;
    uint64_t begin;
    uint64_t end;
    std::string reason;
  };

  std::optional<Range> latest_;  // not yet said
  bool any_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_LOST_BYTES_H_
