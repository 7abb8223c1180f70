// The values that a record is asked for: fields of its format, capture groups of the pattern that it matches,
// and its time.
#ifndef BIGSCAN_JOBS_RECORD_VALUES_H_
#define BIGSCAN_JOBS_RECORD_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/capture_finder.h"
#include "lib/field_format.h"
#include "lib/pattern.h"
#include "lib/time_reader.h"

namespace bigscan {

class RecordValues {
 public:
  struct Options {
    const FieldFormat* format = nullptr;
    std::string header = {};               // of the file, where the format has one
    std::vector<std::string> fields = {};  // names of its fields
    std::vector<std::string> groups = {};  // names or numbers of capture groups of `patterns`
    std::vector<Pattern> patterns = {};
  };
  // Values are counted through: the fields first, then the groups. Fails with kInvalidArgument if there is no
  // such field or group.
  static absl::StatusOr<std::unique_ptr<RecordValues>> Create(const Options& options);

  enum class Fit {
    kFits,
    kUnfit,   // the record is not of the format
    kHeader,  // it is the header
  };
  // Looks at `record`, without its delimiter. `pattern`: the one that matches it, if that is known. Fails with
  // kResourceExhausted where it takes too long to find the groups.
  absl::StatusOr<Fit> Read(absl::string_view record, std::optional<uint32_t> pattern);

  // Of the record that was read last, as long as it lives, and until the next one is: data() is null if it
  // does not have the value.
  absl::string_view value(size_t index) const { return values_[index]; }
  std::span<const absl::string_view> values() const { return values_; }

 private:
  RecordValues() = default;

  std::unique_ptr<FieldSplitter> splitter_;  // if there are fields, or a format to be checked
  bool has_header_ = false;
  std::optional<CaptureFinder> captures_;
  size_t fields_ = 0;
  std::vector<absl::string_view> values_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_RECORD_VALUES_H_
