// The scan plan that the options ask for.
#ifndef BIGSCAN_CMD_MAKE_PLAN_H_
#define BIGSCAN_CMD_MAKE_PLAN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "cmd/options.h"
#include "lib/scan_plan.h"

namespace bigscan {

// Fails as ScanPlan::Compile does.
absl::StatusOr<std::unique_ptr<ScanPlan>> MakePlan(const Options& options);

// Whether two jobs select the same records, before their ranges of time, and one scan can serve both.
bool SelectTheSame(const Options& a, const Options& b);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MAKE_PLAN_H_
