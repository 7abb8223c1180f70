// What the groups of patterns capture in a record.
#ifndef BIGSCAN_LIB_CAPTURE_FINDER_H_
#define BIGSCAN_LIB_CAPTURE_FINDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/pattern.h"
#include "lib/record_matcher.h"

namespace bigscan {

// One process's finder.
class CaptureFinder {
 public:
  // `groups`: names, or numbers from 0, the whole match. A pattern need not have all of them, but one has to
  // have each: otherwise kInvalidArgument.
  static absl::StatusOr<CaptureFinder> Create(std::span<const Pattern> patterns,
                                              std::span<const std::string> groups);

  // Puts what the groups capture in the first match of a pattern in `record`, without its delimiter, into
  // `values`: views into the record, whose data() is null where a group takes no part. `pattern`: which
  // one; otherwise the first one given that matches. Fails with kResourceExhausted as RecordMatcher does.
  absl::Status Find(absl::string_view record, std::optional<uint32_t> pattern,
                    std::span<absl::string_view> values);

 private:
  struct Finder {
    RecordMatcher matcher;
    // By group: their numbers in this pattern, of which the first one that took part counts.
    std::vector<std::vector<uint32_t>> numbers;
  };
  explicit CaptureFinder(std::vector<Finder> finders) : finders_(std::move(finders)) {}

  std::vector<Finder> finders_;  // by pattern
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_CAPTURE_FINDER_H_
