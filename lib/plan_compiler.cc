#include "lib/plan_compiler.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

using Force = PlanOptions::Force;

// Up to so many literals join the regexes in their database, which saves a pass; more have one of
// their own, as a regex is slower to compile than a literal.
constexpr size_t kMostJoinedLiterals = 64;
// What the bytes of a needle must tell at least: a place in about a thousand.
constexpr double kLeastNeedleBits = 10;
// More patterns have too many needles to be searched for so.
constexpr size_t kMostForNeedles = 16;
constexpr size_t kNeedleChoices = 3;
// Literals that are searched for by their grams are so many at least, and so long.
constexpr size_t kLeastForGrams = 200;
constexpr size_t kLeastGramsBytes = 5;
// Up to so many have a database beside it, which is the faster one where the data are full of their grams;
// of more, this takes too long to compile. More where grams are looked at one by one.
constexpr size_t kMostForBoth = 500;
constexpr size_t kMostForBothUnvectorized = 2000;
// Hyperscan takes no longer one (limitPatternLength in its grey.cpp), but for a delimiter before it.
constexpr size_t kMostLiteralBytes = 16'000 - 1;

absl::Status InvalidPattern(const Pattern& pattern, absl::string_view reason) {
  constexpr size_t kMostShown = 200;
  const bool long_text = pattern.text.size() > kMostShown;
  const std::string shown =
      absl::StrCat(pattern.text.substr(0, kMostShown), long_text ? "..." : "");
  return absl::InvalidArgumentError(absl::StrCat("invalid pattern '", shown, "': ", reason));
}

absl::Status WithNumber(absl::Status status, size_t pattern) {
  status.SetPayload(ScanPlan::kInvalidPattern, absl::Cord(absl::StrCat(pattern)));
  return status;
}

}  // namespace

absl::Status CheckPattern(const Pattern& pattern) {
  if (pattern.fixed && !pattern.unicode && pattern.text.size() <= kMostLiteralBytes) {
    return absl::OkStatus();
  }
  const absl::StatusOr<RecordMatcher> valid = RecordMatcher::Compile(pattern);
  if (valid.ok()) return absl::OkStatus();
  // The place in it is to be that in the pattern alone.
  Pattern alone = pattern;
  alone.whole_word = alone.whole_record = false;
  const absl::StatusOr<RecordMatcher> same = RecordMatcher::Compile(alone);
  return InvalidPattern(pattern, (same.ok() ? valid : same).status().message());
}

absl::StatusOr<std::unique_ptr<ScanPlan>> PlanCompiler::Compile() {
  plan_->terms_.reserve(patterns_.size());
  for (uint32_t pattern = 0; pattern < patterns_.size(); ++pattern) {
    if (absl::Status status = Add(pattern); !status.ok()) return status;
  }
  if (!plan_->all_patterns_.empty() && !options_.tell_patterns) {
    plan_->kind_ = ScanPlan::Kind::kAll;
    return std::move(plan_);
  }
  const auto literals = std::stable_partition(units_.begin(), units_.end(), [](const Unit& unit) {
    return unit.selection.kind == Selection::Kind::kRegex;
  });
  std::vector<Unit> literal_units(std::make_move_iterator(literals),
                                  std::make_move_iterator(units_.end()));
  units_.erase(literals, units_.end());
  if (!units_.empty() && literal_units.size() <= kMostJoinedLiterals) {
    for (Unit& unit : literal_units) {
      if (unit.selection.regex.empty()) {
        unit.selection.regex = RegexOf(unit.selection.literals.front());
      }
    }
    std::move(literal_units.begin(), literal_units.end(), std::back_inserter(units_));
    literal_units.clear();
  }
  if (!literal_units.empty()) {
    if (absl::Status status = AddLiteralPass(std::move(literal_units)); !status.ok()) return status;
  }
  if (!units_.empty()) {
    if (absl::Status status = AddRegexPass(std::move(units_)); !status.ok()) return status;
  }
  if (plan_->passes_.empty() && plan_->record_terms_.empty() && plan_->all_patterns_.empty()) {
    plan_->kind_ = ScanPlan::Kind::kNone;
  }
  return std::move(plan_);
}

absl::Status PlanCompiler::Add(uint32_t index) {
  const Pattern& pattern = patterns_[index];
  if (absl::Status status = CheckPattern(pattern); !status.ok()) return WithNumber(status, index);
  absl::StatusOr<Selection> selection = SelectionOf(
      pattern, {.delimiter = options_.delimiter,
                .crlf = options_.crlf,
                .most_needles = patterns_.size() <= kMostForNeedles ? kNeedleChoices : size_t{0}});
  if (!selection.ok()) selection = Selection{.kind = Selection::Kind::kAll, .exact = false};
  const bool forced = options_.pcre || options_.force == Force::kConfirm;
  const bool exact = selection->exact && !(forced && !pattern.fixed);
  if (selection->kind == Selection::Kind::kNone) return absl::OkStatus();
  if (selection->kind == Selection::Kind::kAll && exact) {
    plan_->all_patterns_.push_back(index);
    return absl::OkStatus();
  }
  const auto id = static_cast<uint32_t>(plan_->terms_.size());
  plan_->terms_.emplace_back().pattern = index;
  if (!exact || options_.force == Force::kRecords) Confirm(id);
  if (selection->kind == Selection::Kind::kAll || options_.force == Force::kRecords) {
    plan_->record_terms_.push_back(id);
    return absl::OkStatus();
  }
  units_.push_back({id, *std::move(selection)});
  return absl::OkStatus();
}

// The term's candidates are confirmed from now on.
void PlanCompiler::Confirm(uint32_t term) {
  ScanPlan::Term& entry = plan_->terms_[term];
  entry.confirm = true;
  const Pattern& pattern = patterns_[entry.pattern];
  const bool is_string = IsString(pattern) && !pattern.unicode && !pattern.text.empty();
  if (is_string && patterns_.size() > kMostForNeedles) {
    entry.string.emplace(pattern);
  } else {
    NeedMatcher(term);
  }
}

void PlanCompiler::NeedMatcher(uint32_t term) {
  ScanPlan::Term& entry = plan_->terms_[term];
  if (entry.matcher.has_value()) return;
  entry.matcher = RecordMatcher::Compile(patterns_[entry.pattern]).value();
  entry.matcher->CompileJit();
}

// Adds searches for needles to `pass`, if the units have few and good ones.
bool PlanCompiler::AddNeedles(std::span<const Unit> units, ScanPlan::Pass* pass) {
  if (options_.force == Force::kDirect) return false;
  std::vector<ScanPlan::Engine> engines;
  const size_t choices = units.size() == 1 ? units[0].selection.needles.size() : 1;
  for (size_t choice = 0; choice < choices; ++choice) {
    ScanPlan::Engine engine;
    if (MakeNeedleEngine(units, choice, &engine)) engines.push_back(std::move(engine));
  }
  if (engines.empty()) return false;
  if (options_.force == Force::kFiltered) pass->engines.clear();
  std::move(engines.begin(), engines.end(), std::back_inserter(pass->engines));
  return true;
}

bool PlanCompiler::MakeNeedleEngine(std::span<const Unit> units, size_t choice,
                                    ScanPlan::Engine* engine) {
  Needles needles;
  bool literal = true;
  for (const Unit& unit : units) {
    if (unit.selection.needles.size() <= choice) return false;
    literal &= unit.selection.kind == Selection::Kind::kLiterals;
    for (const Needle& needle : unit.selection.needles[choice]) {
      if (needles.size() == NeedleSearch::kMostNeedles) return false;
      if (NeedleBits(needle) < kLeastNeedleBits && options_.force == Force::kNone) return false;
      needles.push_back(needle);
      engine->needle_terms.push_back(unit.term);
      engine->needle_exact.push_back(needle.exact);
    }
  }
  if (!NeedleSearch::Suits(needles)) return false;
  for (size_t i = 0; i < needles.size(); ++i) {
    if (!needles[i].exact) NeedMatcher(engine->needle_terms[i]);
  }
  engine->name = literal ? "literal" : "filtered";
  engine->needles = std::make_unique<NeedleSearch>(std::move(needles), options_.delimiter);
  return true;
}

absl::Status PlanCompiler::AddLiteralPass(std::vector<Unit> units) {
  const auto too_long = std::stable_partition(units.begin(), units.end(), [](const Unit& unit) {
    return std::all_of(unit.selection.literals.begin(), unit.selection.literals.end(),
                       [](const Literal& each) { return each.bytes.size() <= kMostLiteralBytes; });
  });
  AddWithoutDatabase({std::make_move_iterator(too_long), std::make_move_iterator(units.end())});
  units.erase(too_long, units.end());
  if (units.empty()) return absl::OkStatus();
  LiteralSet set;
  for (const Unit& unit : units) {
    for (const Literal& literal : unit.selection.literals) set.Add(literal, unit.term);
  }
  const bool by_grams = AddGramsPass(&set);
  if (set.literals.empty()) return absl::OkStatus();
  ScanPlan::Pass pass;
  pass.terms = std::move(set.terms);
  for (size_t i = 0; i < set.literals.size(); ++i) {
    Literal& literal = set.literals[i];
    if (!literal.at_start) continue;
    pass.start_literals.push_back({literal, pass.terms[i]});
    literal.bytes.insert(0, 1, options_.delimiter);
  }
  const auto add = [&]() -> absl::Status {
    CompiledDatabase compiled = CompileLiterals(set.literals, options_.cache);
    if (compiled.database == nullptr) {
      const size_t index = compiled.refused >= 0 ? static_cast<size_t>(compiled.refused) : 0;
      const uint32_t term = pass.terms[std::min(index, pass.terms.size() - 1)];
      const size_t pattern = plan_->term(term).pattern;
      return WithNumber(InvalidPattern(patterns_[pattern], compiled.reason), pattern);
    }
    ScanPlan::Engine& engine = pass.engines.emplace_back();
    engine.name = "literal";
    engine.database = std::move(compiled.database);
    return absl::OkStatus();
  };
  if (absl::Status status = add(); !status.ok()) return status;
  if (set.literals.size() == 1) {
    // A single literal goes to an engine that looks for two of its bytes, which is slow where
    // these are frequent; with a second one, however absurd, to one that looks for four at once.
    set.literals.push_back({"\xff\xfe\xfd\xfc"});
    if (absl::Status status = add(); !status.ok()) return status;
  }
  if (!by_grams) AddNeedles(units, &pass);
  plan_->passes_.push_back(std::move(pass));
  return absl::OkStatus();
}

// Takes those out of `set` that are searched for by their grams: all that are long enough, if these are
// many. Returns whether any are.
bool PlanCompiler::AddGramsPass(LiteralSet* set) {
  const bool forced = options_.force == Force::kGrams;
  if (!forced && options_.force != Force::kNone) return false;
  const size_t least_bytes = forced ? LiteralSetSearch::kLeastBytes : kLeastGramsBytes;
  LiteralSet rest;
  LiteralSet suited;
  for (size_t i = 0; i < set->literals.size(); ++i) {
    const Literal& literal = set->literals[i];
    const bool suits = !literal.at_start && literal.bytes.size() >= least_bytes;
    (suits ? suited : rest).Add(literal, set->terms[i]);
  }
  if (suited.literals.size() < (forced ? 1 : kLeastForGrams)) return false;
  ScanPlan::Pass pass;
  ScanPlan::Engine engine;
  engine.name = "grams";
  engine.literals = std::make_unique<LiteralSetSearch>(suited.literals);
  const std::vector<uint32_t>& left_out = engine.literals->left_out();
  for (uint32_t i : left_out) rest.Add(suited.literals[i], suited.terms[i]);
  const size_t both = GramFilter::IsVectorized() ? kMostForBoth : kMostForBothUnvectorized;
  if (!forced && left_out.empty() && suited.literals.size() <= both) {
    CompiledDatabase compiled = CompileLiterals(suited.literals, options_.cache);
    if (compiled.database != nullptr) {
      ScanPlan::Engine& other = pass.engines.emplace_back();
      other.name = "literal";
      other.database = std::move(compiled.database);
    }
  }
  pass.engines.push_back(std::move(engine));
  pass.terms = std::move(suited.terms);
  plan_->passes_.push_back(std::move(pass));
  *set = std::move(rest);
  return true;
}

absl::Status PlanCompiler::AddRegexPass(std::vector<Unit> units) {
  // What Hyperscan can not compile, such as an anchor in the middle, is left to PCRE2.
  std::vector<Unit> refused;
  const auto refuse = [&](size_t index, absl::string_view reason) {
    // One that can never match, such as `a\nb`, is left out.
    if (!absl::StrContains(reason, "can never match")) refused.push_back(std::move(units[index]));
    units.erase(units.begin() + static_cast<ptrdiff_t>(index));
  };
  bool looked_at_each = false;
  while (!units.empty()) {
    std::vector<std::string> regexes;
    for (const Unit& unit : units) regexes.push_back(unit.selection.regex);
    CompiledDatabase compiled = CompileRegexes(regexes, options_.cache);
    if (compiled.database == nullptr) {
      if (compiled.refused < 0 && units.size() > 1) {  // together they are too much
        const auto middle = units.begin() + static_cast<ptrdiff_t>(units.size() / 2);
        std::vector<Unit> rest(std::make_move_iterator(middle),
                               std::make_move_iterator(units.end()));
        units.erase(middle, units.end());
        AddWithoutDatabase(std::move(refused));
        if (absl::Status status = AddRegexPass(std::move(units)); !status.ok()) return status;
        return AddRegexPass(std::move(rest));
      }
      refuse(compiled.refused >= 0 ? static_cast<size_t>(compiled.refused) : 0, compiled.reason);
      if (!looked_at_each) {
        // Where one is refused many may be: to compile all the others anew for each takes too long.
        for (size_t i = units.size(); i-- > 0;) {
          const std::string reason = ReasonAgainst(units[i].selection.regex);
          if (!reason.empty()) refuse(i, reason);
        }
        looked_at_each = true;
      }
      continue;
    }
    ScanPlan::Pass pass;
    ScanPlan::Engine& engine = pass.engines.emplace_back();
    engine.name = "direct";
    engine.database = std::move(compiled.database);
    for (const Unit& unit : units) {
      pass.terms.push_back(unit.term);
      if (!unit.selection.regex_exact) Confirm(unit.term);
    }
    AddNeedles(units, &pass);
    plan_->passes_.push_back(std::move(pass));
    break;
  }
  AddWithoutDatabase(std::move(refused));
  return absl::OkStatus();
}

// Each by its needles, or else on every record.
void PlanCompiler::AddWithoutDatabase(std::vector<Unit> units) {
  for (Unit& unit : units) {
    Confirm(unit.term);
    ScanPlan::Pass pass;
    if (AddNeedles(std::span<const Unit>(&unit, 1), &pass)) {
      pass.terms.push_back(unit.term);
      plan_->passes_.push_back(std::move(pass));
    } else {
      plan_->record_terms_.push_back(unit.term);
    }
  }
}

}  // namespace bigscan
