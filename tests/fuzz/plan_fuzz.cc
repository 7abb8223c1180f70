// Whatever bytes are taken for patterns: a plan is made if PCRE2 takes them all, and then selects, in each
// way of scanning, the records that PCRE2 selects one by one.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scanning.h"

namespace bigscan {
namespace {

using Force = PlanOptions::Force;

// What `pattern` says of `record`: by its JIT's code, or by the interpreter.
absl::StatusOr<bool> Matches(const Pattern& pattern, absl::string_view record, bool jit) {
  absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
  if (!matcher.ok()) return matcher.status();
  if (jit) matcher->CompileJit();
  return matcher->Matches(record);
}

// Whether PCRE2 says one thing with an optimization and another one without it, so that there is no
// right answer (see tests/differential/contradictions.py).
bool Pcre2ContradictsItself(const Pattern& pattern, absl::string_view record) {
  const absl::StatusOr<bool> usual = Matches(pattern, record, true);
  if (pattern.fixed) return false;
  Pattern plain = pattern;
  // A verb must stand at the beginning: before what -w puts there (lib/record_matcher.cc).
  if (pattern.whole_word && !pattern.whole_record) {
    plain.whole_word = false;
    plain.text = absl::StrCat("(?<!\\w)(?:", pattern.text, ")(?!\\w)");
  }
  for (const char* verb : {"", "(*NO_START_OPT)", "(*NO_AUTO_POSSESS)", "(*NO_DOTSTAR_ANCHOR)"}) {
    Pattern other = plain;
    other.text = verb + plain.text;
    for (const bool jit : {false, true}) {
      const absl::StatusOr<bool> otherwise = Matches(other, record, jit);
      if (absl::IsInvalidArgument(otherwise.status())) continue;
      if (otherwise.ok() != usual.ok() || (usual.ok() && *otherwise != *usual)) return true;
    }
  }
  return false;
}

bool Pcre2ContradictsItself(const std::vector<Pattern>& patterns, absl::string_view text,
                            const PlanOptions& options) {
  for (const std::string& record : NaiveRecords(text, options.delimiter)) {
    std::string bytes = NaiveWithoutDelimiter(record, options.delimiter);
    if (options.crlf && !bytes.empty() && bytes.back() == '\r') bytes.pop_back();
    for (const Pattern& pattern : patterns) {
      if (Pcre2ContradictsItself(pattern, bytes)) return true;
    }
  }
  return false;
}

std::string Describe(const std::vector<Pattern>& patterns, absl::string_view text,
                     const PlanOptions& options, bool invert) {
  std::string description = absl::StrCat("text \"", absl::CHexEscape(text), "\"");
  for (const Pattern& pattern : patterns) {
    absl::StrAppend(&description, ", pattern \"", absl::CHexEscape(pattern.text), "\"",
                    pattern.fixed ? " fixed" : "", pattern.caseless ? " caseless" : "",
                    pattern.whole_word ? " word" : "", pattern.whole_record ? " record" : "",
                    pattern.unicode ? " unicode" : "");
  }
  absl::StrAppend(&description, ", force ", static_cast<int>(options.force),
                  options.delimiter == '\0' ? ", NUL" : "", options.crlf ? ", crlf" : "",
                  options.pcre ? ", pcre" : "", options.tell_patterns ? ", tell" : "",
                  invert ? ", invert" : "");
  return description;
}

// More than a few repeats of repeats make patterns that only take long.
bool IsTooLarge(absl::string_view pattern) {
  constexpr size_t kMostBytes = 80;
  size_t digits = 0;
  for (const char c : pattern) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 2) return true;
  }
  return pattern.size() > kMostBytes || std::count(pattern.begin(), pattern.end(), '{') > 3;
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  constexpr Force kForces[] = {Force::kNone,  Force::kDirect,  Force::kFiltered,
                               Force::kGrams, Force::kConfirm, Force::kRecords};
  const size_t flags = input.Byte();
  const PlanOptions options{.delimiter = (flags & 1) != 0 ? '\0' : '\n',
                            .crlf = (flags & 2) != 0,
                            .pcre = (flags & 4) != 0,
                            .tell_patterns = (flags & 8) != 0,
                            .force = kForces[input.Below(std::size(kForces))]};
  const bool invert = (flags & 16) != 0;
  std::vector<Pattern> patterns;
  bool valid = true;
  for (size_t count = 1 + (flags >> 6); count > 0; --count) {
    const size_t of_pattern = input.Byte();
    Pattern pattern{.text = std::string(input.Line()),
                    .fixed = (of_pattern & 1) != 0,
                    .caseless = (of_pattern & 2) != 0,
                    .whole_word = (of_pattern & 4) != 0,
                    .whole_record = (of_pattern & 8) != 0,
                    .unicode = (of_pattern & 16) != 0};
    if (!pattern.fixed && IsTooLarge(pattern.text)) return 0;
    valid = valid && RecordMatcher::Compile(pattern).ok();
    patterns.push_back(std::move(pattern));
  }
  const absl::string_view text = input.rest();
  const auto plan = ScanPlan::Compile(patterns, options);
  EXPECT_EQ(plan.ok(), valid) << plan.status() << Describe(patterns, text, options, invert);
  if (!plan.ok()) {
    EXPECT_TRUE(absl::IsInvalidArgument(plan.status())) << plan.status();
    return 0;
  }
  const auto naive = TryNaiveSelected(patterns, text, options, invert);
  if (!naive.ok()) return 0;
  const auto scanner = RecordScanner::Create(**plan, {.invert = invert}).value();
  const Selected selected = ScannerSelected(scanner.get(), text, options.delimiter);
  if (!scanner->failures().empty()) return 0;  // the JIT counts otherwise
  if (selected == *naive || Pcre2ContradictsItself(patterns, text, options)) return 0;
  EXPECT_EQ(selected, *naive) << Describe(patterns, text, options, invert) << " by "
                              << (*plan)->name();
  return 0;
}
