#include "cmd/size.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace bigscan {

std::optional<uint64_t> ParseSize(absl::string_view text) {
  const size_t digits = text.find_first_not_of("0123456789");
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text.substr(0, digits), &value)) return std::nullopt;
  if (digits == absl::string_view::npos) return value;
  const std::string suffix = absl::AsciiStrToLower(text.substr(digits));
  int shift = 0;
  for (absl::string_view unit : {"k", "m", "g", "t"}) {
    shift += 10;
    if (suffix != unit && suffix != std::string(unit) + "b" && suffix != std::string(unit) + "ib") {
      continue;
    }
    if (value > std::numeric_limits<uint64_t>::max() >> shift) return std::nullopt;
    return value << shift;
  }
  return std::nullopt;
}

std::optional<std::vector<int>> ParseCpuList(absl::string_view text) {
  constexpr int kMostCpus = 4096;
  std::vector<int> cpus;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> range =
        absl::StrSplit(part, absl::MaxSplits('-', 1));
    int first = 0;
    int last = 0;
    if (!absl::SimpleAtoi(range.first, &first) || first < 0) return std::nullopt;
    last = first;
    if (part.find('-') != absl::string_view::npos && !absl::SimpleAtoi(range.second, &last)) {
      return std::nullopt;
    }
    if (last < first || last >= kMostCpus) return std::nullopt;
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

}  // namespace bigscan
