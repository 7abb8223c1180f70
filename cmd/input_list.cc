#include "cmd/input_list.h"

#include <algorithm>

namespace bigscan {
namespace {

using Wide = unsigned __int128;  // the product of a size and a number of shares

}  // namespace

void InputList::TakeShares(uint32_t from, uint32_t to, uint32_t shards) {
  uint64_t total = 0;
  for (const ListedInput& input : inputs) total += input.size;
  const ByteRange share{static_cast<uint64_t>(Wide{total} * (from - 1) / shards),
                        static_cast<uint64_t>(Wide{total} * to / shards)};
  parts.assign(inputs.size(), {});
  first = last = 0;
  uint64_t begin = 0;  // of the input, in all of them
  for (size_t i = 0; i < inputs.size(); begin += inputs[i].size, ++i) {
    const uint64_t size = inputs[i].size;
    if (inputs[i].whole) {
      if (begin >= share.begin && begin < share.end) parts[i] = {0, size};
    } else if (begin < share.end && begin + size > share.begin) {
      parts[i] = {std::max(begin, share.begin) - begin, std::min(begin + size, share.end) - begin};
    }
    if (parts[i].empty()) continue;
    if (last == 0) first = i;
    last = i + 1;
  }
}

int64_t InputList::LatestMicros() const {
  int64_t latest = 0;
  for (const ListedInput& input : inputs) latest = std::max(latest, input.modified_ns / 1000);
  return latest;
}

}  // namespace bigscan
