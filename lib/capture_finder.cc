#include "lib/capture_finder.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace bigscan {

absl::StatusOr<CaptureFinder> CaptureFinder::Create(std::span<const Pattern> patterns,
                                                    std::span<const std::string> groups) {
  std::vector<Finder> finders;
  std::vector<bool> known(groups.size(), false);
  for (const Pattern& pattern : patterns) {
    absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
    if (!matcher.ok()) return matcher.status();
    matcher->CompileJit();
    matcher->KeepGroups();
    Finder finder{.matcher = *std::move(matcher), .numbers = {}};
    for (size_t i = 0; i < groups.size(); ++i) {
      finder.numbers.push_back(finder.matcher.GroupNumbers(groups[i]));
      known[i] = known[i] || !finder.numbers.back().empty();
    }
    finders.push_back(std::move(finder));
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    if (known[i]) continue;
    uint32_t number = 0;
    const bool is_number = absl::SimpleAtoi(groups[i], &number);
    return absl::InvalidArgumentError(absl::StrCat("no pattern has a group ", is_number ? "" : "'",
                                                   groups[i], is_number ? "" : "', (?<NAME>...)"));
  }
  return CaptureFinder(std::move(finders));
}

absl::Status CaptureFinder::Find(absl::string_view record, std::optional<uint32_t> pattern,
                                 std::span<absl::string_view> values) {
  const size_t first = pattern.value_or(0);
  const size_t end = pattern.has_value() ? first + 1 : finders_.size();
  for (absl::string_view& value : values) value = absl::string_view();
  for (size_t i = first; i < end; ++i) {
    const Finder& finder = finders_[i];
    absl::StatusOr<std::optional<RecordMatcher::Span>> match = finder.matcher.Find(record, {});
    if (!match.ok()) return match.status();
    if (!match->has_value()) continue;
    for (size_t group = 0; group < values.size(); ++group) {
      for (const uint32_t number : finder.numbers[group]) {
        values[group] = finder.matcher.Group(record, number);
        if (values[group].data() != nullptr) break;
      }
    }
    break;
  }
  return absl::OkStatus();
}

}  // namespace bigscan
