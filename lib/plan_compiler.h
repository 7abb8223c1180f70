// Makes a scan plan of patterns: what ScanPlan::Compile does, step by step.
#ifndef BIGSCAN_LIB_PLAN_COMPILER_H_
#define BIGSCAN_LIB_PLAN_COMPILER_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/database_compiler.h"
#include "lib/scan_plan.h"

namespace bigscan {

// Fails with kInvalidArgument, naming the pattern and PCRE2's reason: what it refuses is refused, and what it takes works.
absl::Status CheckPattern(const Pattern& pattern);

class PlanCompiler {
 public:
  PlanCompiler(std::span<const Pattern> patterns, const PlanOptions& options)
      : patterns_(patterns), options_(options), plan_(new ScanPlan(options)) {}

  absl::StatusOr<std::unique_ptr<ScanPlan>> Compile();

 private:
  // What is known of one pattern that has to be scanned for.
  struct Unit {
    uint32_t term;
    Selection selection;
  };

  absl::Status Add(uint32_t pattern);
  // Literals, and the terms that they belong to.
  struct LiteralSet {
    std::vector<Literal> literals;
    std::vector<uint32_t> terms;

    void Add(const Literal& literal, uint32_t term) {
      literals.push_back(literal);
      terms.push_back(term);
    }
  };

  absl::Status AddLiteralPass(std::vector<Unit> units);
  bool AddGramsPass(LiteralSet* set);
  absl::Status AddRegexPass(std::vector<Unit> units);
  void AddWithoutDatabase(std::vector<Unit> units);
  bool AddNeedles(std::span<const Unit> units, ScanPlan::Pass* pass);
  bool MakeNeedleEngine(std::span<const Unit> units, size_t choice, ScanPlan::Engine* engine);
  void Confirm(uint32_t term);
  void NeedMatcher(uint32_t term);

  const std::span<const Pattern> patterns_;
  const PlanOptions options_;
  std::unique_ptr<ScanPlan> plan_;
  std::vector<Unit> units_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_PLAN_COMPILER_H_
