#include "cmd/make_plan.h"

#include <stdlib.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/make_jobs.h"
#include "cmd/pattern_options.h"
#include "lib/database_cache.h"

namespace bigscan {
namespace {

// To locate matches, so many patterns are tried on each record; of more, only those that match it.
constexpr size_t kMostTriedPatterns = 8;

// Whether it has to be known which patterns match a record.
bool TellsPatterns(const Options& options) {
  if (NeedsPatterns(options)) return true;
  const bool locates =
      options.mode == OutputMode::kJson ||
      (options.mode == OutputMode::kRecords && (options.only_matching || options.color));
  return locates && !options.invert && options.patterns.size() > kMostTriedPatterns;
}

// For tests, which compare the ways of scanning.
PlanOptions::Force ForcedPlan() {
  const char* value = getenv("BIGSCAN_TEST_PLAN");
  const absl::string_view name = value == nullptr ? "" : value;
  if (name == "direct") return PlanOptions::Force::kDirect;
  if (name == "filtered") return PlanOptions::Force::kFiltered;
  if (name == "grams") return PlanOptions::Force::kGrams;
  if (name == "confirm") return PlanOptions::Force::kConfirm;
  if (name == "records") return PlanOptions::Force::kRecords;
  return PlanOptions::Force::kNone;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScanPlan>> MakePlan(const Options& options) {
  const std::string directory = DatabaseCache::DefaultDirectory();
  const DatabaseCache cache(directory);
  absl::StatusOr<std::unique_ptr<ScanPlan>> plan = ScanPlan::Compile(
      options.patterns, {.delimiter = options.delimiter,
                         .crlf = options.crlf,
                         .pcre = options.pcre,
                         .tell_patterns = TellsPatterns(options),
                         .cache = options.cache && !directory.empty() ? &cache : nullptr,
                         .force = ForcedPlan()});
  const absl::optional<absl::Cord> invalid = plan.status().GetPayload(ScanPlan::kInvalidPattern);
  size_t pattern = 0;
  if (!invalid.has_value() || !absl::SimpleAtoi(std::string(*invalid), &pattern)) return plan;
  return absl::Status(plan.status().code(),
                      absl::StrCat(PlaceOfPattern(options, pattern), plan.status().message()));
}

bool SelectTheSame(const Options& a, const Options& b) {
  const auto has_limit = [](const Options& options) { return MostSelected(options).has_value(); };
  const auto key = [](const Options& options) {
    return std::tuple(options.invert, options.pcre, options.crlf, options.binary_files,
                      TellsPatterns(options));
  };
  return key(a) == key(b) && !has_limit(a) && !has_limit(b) &&
         std::equal(a.patterns.begin(), a.patterns.end(), b.patterns.begin(), b.patterns.end());
}

}  // namespace bigscan
