// What a record looks like when it is printed: as text, or as JSON. The worker composes all but
// what only the coordinator knows, which that puts around it (see line_partial.h).
#ifndef BIGSCAN_JOBS_RECORD_FORMAT_H_
#define BIGSCAN_JOBS_RECORD_FORMAT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/job.h"
#include "jobs/line_partial.h"
#include "jobs/record_matches.h"

namespace bigscan {

// What was printed of a source, or of all.
struct PrintStats {
  uint64_t sources = 0;
  uint64_t sources_with_match = 0;
  uint64_t bytes_searched = 0;  // where the search ended early, up to the last record printed
  uint64_t bytes_printed = 0;
  uint64_t selected = 0;  // records
  uint64_t matches = 0;
};

class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  virtual LineLayout layout() const = 0;
  // What is printed of a selected record that is only context, as it follows the last one that -m
  // allows: the same as else, nothing, or an alternative.
  enum class AsContext { kSame, kNothing, kAlternative };
  virtual AsContext as_context() const = 0;

  // --- Worker ---
  // Whether records, selected ones or others, are printed as they stand in the source.
  virtual bool verbatim(bool /*selected*/) const { return false; }
  // Puts the lines of a record into `writer`, between its StartRecord and EndRecord, or as text.
  virtual void Compose(bool selected, const RecordRef& record, LineWriter* writer) = 0;
  virtual void ComposeAlternative(const RecordRef& /*record*/, LineWriter* /*writer*/) {}
  virtual std::vector<RecordFailure> TakeFailures() { return {}; }

  // --- Coordinator ---
  virtual void StartSource(const SourceInfo& source) = 0;
  // Before the first line of the source.
  virtual void PutBegin(std::string* /*to*/) {}
  // Before each line.
  virtual void PutLineHead(bool selected, uint64_t number, uint64_t offset, std::string* to) = 0;
  // The number and the offset within a line.
  virtual void PutNumber(uint64_t /*number*/, uint64_t /*offset*/, std::string* /*to*/) {}
  // After the source, if PutBegin was called.
  virtual void PutEnd(const PrintStats& /*stats*/, std::string* /*to*/) {}
  // After all sources.
  virtual void PutSummary(const PrintStats& /*stats*/, std::string* /*to*/) {}
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_RECORD_FORMAT_H_
