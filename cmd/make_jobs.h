// The jobs that a command line asks for.
#ifndef BIGSCAN_CMD_MAKE_JOBS_H_
#define BIGSCAN_CMD_MAKE_JOBS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/options.h"
#include "jobs/job.h"
#include "lib/match_locator.h"
#include "lib/time_filter.h"

namespace bigscan {

// How many selected records of a source count, if that is limited: the search ends with the last of them.
std::optional<uint64_t> MostSelected(const Options& options);

// `locator` must outlive the jobs. Reads GREP_COLORS. Fails with kInvalidArgument if a job is to look for fields
// that are not there. `now_us`: what time it is for time stamps without a year, if not that of the command.
absl::StatusOr<std::vector<std::unique_ptr<Job>>> MakeJobs(const Options& options,
                                                           MatchLocator* locator,
                                                           std::optional<int64_t> now_us);

// What counts the records without a time that `filter` leaves out, which must outlive it.
std::unique_ptr<Job> MakeTimelessJob(const Options& options, const TimeFilter& filter);

// Whether it does not show if records of other times are not even looked at.
bool MaySkipOtherTimes(const Options& options);

// Whether the jobs need to know which pattern matches which record.
bool NeedsPatterns(const Options& options);

// Whether a few records may be enough to decide all, or a source.
bool MayEndSoon(const Options& options);

// Whether no record can be selected, and nothing is printed about that either, as in grep: then
// nothing is read.
bool SelectsNothing(const Options& options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MAKE_JOBS_H_
