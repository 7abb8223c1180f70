#include "lib/scan_plan.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "lib/plan_compiler.h"

namespace bigscan {

absl::StatusOr<std::unique_ptr<ScanPlan>> ScanPlan::Compile(std::span<const Pattern> patterns,
                                                            const PlanOptions& options) {
  return PlanCompiler(patterns, options).Compile();
}

std::string ScanPlan::name() const {
  if (kind_ == Kind::kAll) return "all";
  if (kind_ == Kind::kNone) return "none";
  std::vector<std::string> names;
  for (const Pass& pass : passes_) {
    std::vector<absl::string_view> engines;
    for (const Engine& engine : pass.engines) {
      if (std::find(engines.begin(), engines.end(), engine.name) == engines.end()) {
        engines.push_back(engine.name);
      }
    }
    names.push_back(absl::StrJoin(engines, "|"));
    if (std::any_of(pass.terms.begin(), pass.terms.end(),
                    [this](uint32_t id) { return terms_[id].confirm; })) {
      names.push_back("confirm");
    }
  }
  if (!record_terms_.empty()) names.push_back("records");
  return absl::StrJoin(names, "+");
}

}  // namespace bigscan
