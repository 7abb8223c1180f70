// The values of the records of a block, looked for once and read by several jobs of a scan.
#ifndef BIGSCAN_JOBS_SHARED_VALUES_H_
#define BIGSCAN_JOBS_SHARED_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jobs/record_values.h"

namespace bigscan {

// In a worker, the jobs take turns, block after block, each with the records that it selects, in order. The first one
// leaves for the others what it has found.
class SharedValues {
 public:
  // Fails as RecordValues::Create does.
  static absl::StatusOr<std::shared_ptr<SharedValues>> Create(const RecordValues::Options& options);

  // One job's view.
  class Reader {
   public:
    explicit Reader(std::shared_ptr<SharedValues> values);

    // The job's turn at a block begins.
    void StartBlock();
    // As RecordValues::Read.
    absl::StatusOr<RecordValues::Fit> Read(absl::string_view record,
                                           std::optional<uint32_t> pattern);
    // As RecordValues::value.
    absl::string_view value(size_t index) const { return current_[index]; }

   private:
    const std::shared_ptr<SharedValues> values_;
    const bool first_;
    size_t next_ = 0;  // of what the first one has left
    const absl::string_view* current_;
  };

 private:
  explicit SharedValues(std::unique_ptr<RecordValues> values) : values_(std::move(values)) {}

  void Keep(absl::string_view record, absl::string_view value);

  static constexpr uint32_t kNoPattern = UINT32_MAX;
  struct Found {
    const char* record;
    uint32_t pattern;
    RecordValues::Fit fit;
  };

  const std::unique_ptr<RecordValues> values_;
  size_t readers_ = 0;
  // Of the block, by record, unless there is one reader.
  std::vector<Found> found_;
  std::vector<absl::string_view> found_values_;  // all of each: parts of it, or of
  std::deque<std::string> copies_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_SHARED_VALUES_H_
