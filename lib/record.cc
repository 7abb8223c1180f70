#include "lib/record.h"

#include <string.h>

#include <algorithm>

namespace bigscan {

size_t RecordBegin(absl::string_view data, size_t offset, char delimiter) {
  if (offset == 0) return 0;
  const void* found = memrchr(data.data(), delimiter, offset);
  return found == nullptr ? 0 : static_cast<const char*>(found) - data.data() + 1;
}

size_t RecordEnd(absl::string_view data, size_t offset, char delimiter) {
  if (offset == data.size()) return offset;
  const void* found = memchr(data.data() + offset, delimiter, data.size() - offset);
  return found == nullptr ? data.size() : static_cast<const char*>(found) - data.data() + 1;
}

uint64_t CountDelimiters(absl::string_view data, char delimiter) {
  // A byte-wide sum of at most 255 bytes a lane keeps the inner loop in byte lanes.
  constexpr size_t kLanes = 64;
  uint64_t total = 0;
  size_t i = 0;
  while (data.size() - i >= kLanes) {
    unsigned char sums[kLanes] = {};
    const size_t rounds = std::min<size_t>(255, (data.size() - i) / kLanes);
    for (size_t round = 0; round < rounds; ++round, i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += data[i + lane] == delimiter;
    }
    for (unsigned char sum : sums) total += sum;
  }
  for (; i < data.size(); ++i) total += data[i] == delimiter;
  return total;
}

uint64_t CountRecords(absl::string_view data, char delimiter) {
  if (data.empty()) return 0;
  return CountDelimiters(data, delimiter) + (data.back() != delimiter);
}

absl::string_view WithoutDelimiter(absl::string_view record, char delimiter) {
  if (!record.empty() && record.back() == delimiter) record.remove_suffix(1);
  return record;
}

}  // namespace bigscan
