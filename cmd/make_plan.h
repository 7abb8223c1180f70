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

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MAKE_PLAN_H_
