#include "lib/scan_plan.h"

#include <numeric>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/byte_set.h"

namespace bigscan {
namespace {

// ALLOWEMPTY: a pattern that can match nothing is no error, it selects what it selects.
constexpr unsigned kRegexFlags = HS_FLAG_MULTILINE | HS_FLAG_ALLOWEMPTY;

struct FreeCompileError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using CompileError = std::unique_ptr<hs_compile_error_t, FreeCompileError>;

// Hyperscan's reason against the pattern alone, as the user wrote it; empty if it has none.
std::string HyperscanReason(const Pattern& pattern) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const unsigned flags = kRegexFlags | (pattern.caseless ? HS_FLAG_CASELESS : 0);
  if (hs_compile(pattern.text.c_str(), flags, HS_MODE_BLOCK, nullptr, &database, &error) ==
      HS_SUCCESS) {
    hs_free_database(database);
    return "";
  }
  return CompileError(error)->message;
}

absl::Status InvalidPattern(const Pattern& pattern, absl::string_view reason) {
  constexpr size_t kMostShown = 200;
  const bool long_text = pattern.text.size() > kMostShown;
  const std::string shown =
      absl::StrCat(pattern.text.substr(0, kMostShown), long_text ? "..." : "");
  return absl::InvalidArgumentError(absl::StrCat("invalid pattern '", shown, "': ", reason));
}

std::string LiteralToRegex(const Literal& literal) {
  std::string regex = literal.at_start ? "^" : "";
  for (unsigned char byte : literal.bytes) {
    const ByteSet set = SingleByte(byte);
    regex += ToRegex(literal.caseless ? CloseUnderCase(set) : set);
  }
  return regex;
}

}  // namespace

// Collects what each pattern selects, then decides on the plan and compiles it.
class PlanCompiler {
 public:
  explicit PlanCompiler(char delimiter) : delimiter_(delimiter) {}

  absl::Status Add(const Pattern& pattern) {
    if (pattern.fixed) {
      AddSelection(SelectionOfLiteral(pattern.text, pattern.caseless, delimiter_), pattern);
      return absl::OkStatus();
    }
    // PCRE2 defines the syntax: what it refuses is refused, and what it takes works.
    if (absl::StatusOr<RecordMatcher> valid = RecordMatcher::Compile(pattern); !valid.ok()) {
      const std::string reason = HyperscanReason(pattern);
      return InvalidPattern(pattern, reason.empty() ? valid.status().message() : reason);
    }
    absl::StatusOr<Selection> selection =
        SelectionOfRegex(pattern.text, pattern.caseless, delimiter_);
    if (selection.ok()) {
      AddSelection(*std::move(selection), pattern);
    } else {
      confirm_all_ = true;
      regexes_.push_back({.regex = "", .exact = false, .pattern = &pattern});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<ScanPlan>> Compile() {
    if (selects_all_) return NewPlan(ScanPlan::Kind::kAll);
    if (regexes_.empty() && !literals_.empty()) return CompileLiteral();
    for (const auto& [literal, pattern] : literals_) {
      regexes_.push_back({LiteralToRegex(literal), true, pattern});
    }
    if (confirm_all_) return CompileConfirm();
    if (!regexes_.empty()) return CompileDirect();
    return NewPlan(ScanPlan::Kind::kNone);
  }

 private:
  struct Regex {
    std::string regex;
    bool exact;
    const Pattern* pattern;
  };

  void AddSelection(Selection selection, const Pattern& pattern) {
    switch (selection.kind) {
      case Selection::Kind::kAll:
        selects_all_ = true;
        break;
      case Selection::Kind::kNone:
        break;
      case Selection::Kind::kLiterals:
        for (Literal& literal : selection.literals) {
          literals_.push_back({std::move(literal), &pattern});
        }
        break;
      case Selection::Kind::kRegex:
        regexes_.push_back({std::move(selection.regex), selection.exact, &pattern});
        break;
    }
  }

  std::unique_ptr<ScanPlan> NewPlan(ScanPlan::Kind kind) const {
    return std::unique_ptr<ScanPlan>(new ScanPlan(kind, delimiter_));
  }

  absl::StatusOr<std::unique_ptr<ScanPlan>> CompileLiteral() {
    std::unique_ptr<ScanPlan> plan = NewPlan(ScanPlan::Kind::kLiteral);
    for (auto& [literal, pattern] : literals_) {
      if (!literal.at_start) continue;
      plan->start_literals_.push_back(literal);
      literal.bytes.insert(0, 1, delimiter_);
    }
    plan->ids_ = static_cast<unsigned>(literals_.size());
    if (absl::Status status = AddLiteralDatabase(plan.get()); !status.ok()) return status;
    if (literals_.size() == 1) {
      // A single literal goes to an engine that looks for two of its bytes, which is slow where
      // these are frequent; with a second one, however absurd, to one that looks for four at once.
      const std::pair<Literal, const Pattern*> absurd({"\xff\xfe\xfd\xfc"}, literals_[0].second);
      literals_.push_back(absurd);
      if (absl::Status status = AddLiteralDatabase(plan.get()); !status.ok()) return status;
    }
    return plan;
  }

  absl::Status AddLiteralDatabase(ScanPlan* plan) {
    std::vector<const char*> bytes;
    std::vector<size_t> lengths;
    std::vector<unsigned> flags;
    for (const auto& [literal, pattern] : literals_) {
      bytes.push_back(literal.bytes.data());
      lengths.push_back(literal.bytes.size());
      flags.push_back(literal.caseless ? HS_FLAG_CASELESS : 0);
    }
    // Unique ids: Hyperscan compiles many patterns with equal ids a hundred times slower.
    std::vector<unsigned> ids(bytes.size());
    std::iota(ids.begin(), ids.end(), 0);
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_compile_lit_multi(bytes.data(), flags.data(), ids.data(), lengths.data(),
                             static_cast<unsigned>(bytes.size()), HS_MODE_BLOCK, nullptr, &database,
                             &error) != HS_SUCCESS) {
      const CompileError owned(error);
      const size_t index = owned->expression >= 0 ? owned->expression : 0;
      return InvalidPattern(*literals_[index].second, owned->message);
    }
    plan->databases_.emplace_back(database, hs_free_database);
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<ScanPlan>> CompileDirect() {
    // One that can never match, such as `a\nb`, fails to compile: it is left out.
    for (size_t attempt = 0, most = regexes_.size() + 1; attempt < most; ++attempt) {
      if (regexes_.empty()) return NewPlan(ScanPlan::Kind::kNone);
      std::vector<const char*> expressions;
      for (const Regex& regex : regexes_) expressions.push_back(regex.regex.c_str());
      const std::vector<unsigned> flags(expressions.size(), kRegexFlags);
      std::vector<unsigned> ids(expressions.size());
      std::iota(ids.begin(), ids.end(), 0);
      hs_database_t* database = nullptr;
      hs_compile_error_t* error = nullptr;
      if (hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                           static_cast<unsigned>(expressions.size()), HS_MODE_BLOCK, nullptr,
                           &database, &error) == HS_SUCCESS) {
        std::unique_ptr<ScanPlan> plan = NewPlan(ScanPlan::Kind::kDirect);
        plan->databases_.emplace_back(database, hs_free_database);
        plan->ids_ = static_cast<unsigned>(ids.size());
        return WithConfirmers(std::move(plan));
      }
      const CompileError owned(error);
      const size_t index = owned->expression >= 0 ? owned->expression : 0;
      // What Hyperscan can not compile, such as an anchor in the middle, PCRE2 can.
      if (!absl::StrContains(owned->message, "can never match")) return CompileConfirm();
      regexes_.erase(regexes_.begin() + static_cast<ptrdiff_t>(index));
    }
    return absl::InternalError("Hyperscan refuses patterns that it was not given");
  }

  absl::StatusOr<std::unique_ptr<ScanPlan>> CompileConfirm() {
    for (Regex& regex : regexes_) regex.exact = false;
    return WithConfirmers(NewPlan(ScanPlan::Kind::kConfirm));
  }

  absl::StatusOr<std::unique_ptr<ScanPlan>> WithConfirmers(std::unique_ptr<ScanPlan> plan) {
    for (size_t id = 0; id < regexes_.size(); ++id) {
      if (regexes_[id].exact) continue;
      plan->confirmers_.resize(regexes_.size());
      Pattern pattern = *regexes_[id].pattern;
      if (pattern.fixed) {
        pattern.text = LiteralToRegex({pattern.text});
        pattern.fixed = false;
      }
      absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
      if (!matcher.ok()) return InvalidPattern(pattern, matcher.status().message());
      plan->confirmers_[id] = *std::move(matcher);
    }
    return plan;
  }

  const char delimiter_;
  bool selects_all_ = false;
  bool confirm_all_ = false;
  std::vector<std::pair<Literal, const Pattern*>> literals_;
  std::vector<Regex> regexes_;
};

absl::StatusOr<std::unique_ptr<ScanPlan>> ScanPlan::Compile(std::span<const Pattern> patterns,
                                                            char delimiter) {
  PlanCompiler compiler(delimiter);
  for (const Pattern& pattern : patterns) {
    if (absl::Status status = compiler.Add(pattern); !status.ok()) return status;
  }
  return compiler.Compile();
}

absl::string_view ScanPlan::name() const {
  switch (kind_) {
    case Kind::kAll:
      return "all";
    case Kind::kNone:
      return "none";
    case Kind::kLiteral:
      return "literal";
    case Kind::kDirect:
      return "direct";
    case Kind::kConfirm:
      return "confirm";
  }
  return "unknown";
}

}  // namespace bigscan
