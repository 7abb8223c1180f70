#include "lib/record_matcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/byte_set.h"

namespace bigscan {
namespace {

// As many times PCRE2's match limit are nothing to worry about: they take seconds.
constexpr uint64_t kHarmlessLimits = 40;
// So much at each start is harmless, too: it takes microseconds.
constexpr uint64_t kHarmlessSteps = 1000;
constexpr int kTookTooLong = PCRE2_ERROR_CALLOUT;

// What PCRE2 was built with: the limit that grep goes by.
uint64_t StartLimit() {
  static const uint64_t limit = [] {
    uint32_t value = 0;
    pcre2_config(PCRE2_CONFIG_MATCHLIMIT, &value);
    return value;
  }();
  return limit;
}

// The limit with which a search of so many starts takes seconds at most.
uint64_t HarmlessLimit(uint64_t starts) {
  const uint64_t limit = StartLimit();
  return std::min(limit, std::max(kHarmlessSteps, kHarmlessLimits * limit / starts));
}

// Behind what of `pattern` only counts where it begins, such as (*UCP).
size_t StartVerbsEnd(absl::string_view pattern) {
  size_t end = 0;
  while (absl::StartsWith(pattern.substr(end), "(*")) {
    const size_t close =
        pattern.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_=0123456789", end + 2);
    if (close == absl::string_view::npos || pattern[close] != ')') break;
    end = close + 1;
  }
  return end;
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::string Pcre2Message(int error) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(error, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

PCRE2_SPTR AsPcre2(absl::string_view bytes) {
  return reinterpret_cast<PCRE2_SPTR>(bytes.empty() ? "" : bytes.data());
}

std::string Quoted(absl::string_view text, bool unicode) {
  std::string quoted;
  for (unsigned char byte : text) {
    // A byte above 0x7f is a part of a character; no other is, or has a meaning.
    if (unicode && byte >= 0x80) {
      quoted += static_cast<char>(byte);
    } else {
      quoted += ToRegex(SingleByte(byte));
    }
  }
  return quoted;
}

struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

// What PCRE2's result says: whether there is a match, or the error.
absl::StatusOr<bool> AsMatch(int result) {
  if (result >= 0) return true;
  if (result == PCRE2_ERROR_NOMATCH) return false;
  if (result == kTookTooLong) return absl::ResourceExhaustedError(kTooSlow);
  return absl::ResourceExhaustedError(Pcre2Message(result));
}

}  // namespace

RecordMatcher::RecordMatcher(const Pattern& pattern, Code code)
    : pattern_(pattern),
      code_(std::move(code)),
      match_data_(pcre2_match_data_create(1, nullptr)),
      context_(pcre2_match_context_create(nullptr)) {
  uint32_t options = 0;
  pcre2_pattern_info(code_.get(), PCRE2_INFO_ALLOPTIONS, &options);
  single_start_ = (options & PCRE2_ANCHORED) != 0;
}

absl::StatusOr<RecordMatcher::Code> RecordMatcher::CompileCode(const Pattern& pattern,
                                                               uint32_t options) {
  options |= PCRE2_DOLLAR_ENDONLY | (pattern.caseless ? PCRE2_CASELESS : 0);
  if (pattern.unicode) options |= PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
  std::string text = pattern.fixed ? Quoted(pattern.text, pattern.unicode) : pattern.text;
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(
      pcre2_compile_context_create(nullptr));
  if (pattern.whole_record) {
    pcre2_set_compile_extra_options(context.get(), PCRE2_EXTRA_MATCH_LINE);
  } else if (pattern.whole_word) {
    // PCRE2_EXTRA_MATCH_WORD asks for \b, which differs where the match ends with no word byte.
    text = absl::StrCat("(?<!\\w)(?:", text, ")(?!\\w)");
  }
  int error = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(AsPcre2(text), text.size(), options, &error, &offset, context.get()));
  if (code == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(Pcre2Message(error), " at index ", offset));
  }
  return code;
}

absl::StatusOr<RecordMatcher> RecordMatcher::Compile(const Pattern& pattern) {
  absl::StatusOr<Code> code = CompileCode(pattern, 0);
  if (!code.ok()) return code.status();
  return RecordMatcher(pattern, *std::move(code));
}

// Where it fails, the interpreter serves.
void RecordMatcher::CompileJit() { pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE); }

// PCRE2's result.
int RecordMatcher::Attempt(const Code& code, absl::string_view record, Starts starts,
                           uint32_t options, uint64_t limit) const {
  pcre2_set_match_limit(context_.get(), static_cast<uint32_t>(limit));
  pcre2_set_offset_limit(context_.get(), starts.last < record.size() ? starts.last : PCRE2_UNSET);
  const auto match = [&](uint32_t how) {
    return pcre2_match(code.get(), AsPcre2(record), record.size(), starts.first, how,
                       match_data_.get(), context_.get());
  };
  const int result = match(options);
  // The stack of the JIT's code is small; the interpreter takes its memory from the heap.
  return result == PCRE2_ERROR_JIT_STACKLIMIT ? match(options | PCRE2_NO_JIT) : result;
}

const RecordMatcher::Code& RecordMatcher::BoundedCode() const {
  if (bounded_code_ == nullptr) {
    bounded_code_ = CompileCode(pattern_, PCRE2_USE_OFFSET_LIMIT).value();
    pcre2_jit_compile(bounded_code_.get(), PCRE2_JIT_COMPLETE);
  }
  return bounded_code_;
}

absl::StatusOr<bool> RecordMatcher::Run(absl::string_view record, Starts starts, uint32_t options,
                                        TimeLimit* time) const {
  starts.last = std::min(starts.last, record.size());
  const bool single_start = single_start_ || (options & PCRE2_ANCHORED) != 0;
  const uint64_t limit = HarmlessLimit(single_start ? 1 : starts.count());
  const Code& code = starts.last < record.size() ? BoundedCode() : code_;
  const int result = Attempt(code, record, starts, options, limit);
  if (result != PCRE2_ERROR_MATCHLIMIT || limit == StartLimit()) return AsMatch(result);
  return AsMatch(DependsOnSearchStart(pattern_) ? RunWatched(record, starts, options, time)
                                                : RunInParts(record, starts, options, time));
}

// A match begins in the first part of the record that one can begin in. As a part is given up after seconds at
// most, the time can be looked at. Parts are as long as they can be: what PCRE2 knows from earlier starts, that
// there is no further `x`, say, is lost with each.
int RecordMatcher::RunInParts(absl::string_view record, Starts starts, uint32_t options,
                              TimeLimit* time) const {
  time->IsOver();
  size_t count = starts.count();
  int result = PCRE2_ERROR_NOMATCH;
  for (Starts part = starts; result == PCRE2_ERROR_NOMATCH && part.first <= starts.last;) {
    size_t next = part.first + std::min(count, starts.last + 1 - part.first);
    while (pattern_.unicode && next < record.size() && IsContinuation(record[next])) ++next;
    part.last = next - 1;
    const uint64_t limit = HarmlessLimit(part.count());
    result = Attempt(BoundedCode(), record, part, options, limit);
    if (result == PCRE2_ERROR_MATCHLIMIT && limit < StartLimit()) {
      result = PCRE2_ERROR_NOMATCH;
      count = std::max<size_t>(part.count() / 4, 1);
    } else {
      count = 2 * part.count();
      part.first = next;
    }
    if (result == PCRE2_ERROR_NOMATCH && time->IsOver()) result = kTookTooLong;
  }
  return result;
}

// Where the search can not be parted: looks at the time at each start.
int RecordMatcher::RunWatched(absl::string_view record, Starts starts, uint32_t options,
                              TimeLimit* time) const {
  if (watched_code_ == nullptr) {
    Pattern watched = pattern_;
    watched.text.insert(StartVerbsEnd(watched.text), "(?C)");
    watched_code_ = CompileCode(watched, PCRE2_USE_OFFSET_LIMIT).value();
    pcre2_jit_compile(watched_code_.get(), PCRE2_JIT_COMPLETE);
  }
  const auto look = [](pcre2_callout_block*, void* limit) {
    return static_cast<TimeLimit*>(limit)->IsOver() ? kTookTooLong : 0;
  };
  pcre2_set_callout(context_.get(), look, time);
  const int result = Attempt(watched_code_, record, starts, options, StartLimit());
  pcre2_set_callout(context_.get(), nullptr, nullptr);
  return result;
}

absl::StatusOr<bool> RecordMatcher::Matches(absl::string_view record, TimeLimit time) const {
  return Run(record, {0, record.size()}, 0, &time);
}

absl::StatusOr<bool> RecordMatcher::MatchesAt(absl::string_view record, size_t at) const {
  TimeLimit time;
  return Run(record, {at, record.size()}, PCRE2_ANCHORED, &time);
}

absl::StatusOr<std::optional<RecordMatcher::Span>> RecordMatcher::Find(absl::string_view record,
                                                                       const Search& search) const {
  TimeLimit of_this_search;
  const absl::StatusOr<bool> found = Run(record, {search.from, search.last},
                                         search.from > 0 && !search.sees_begin ? PCRE2_NOTBOL : 0,
                                         search.time == nullptr ? &of_this_search : search.time);
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<Span>();
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(match_data_.get());
  const Span span{offsets[0], offsets[1], pcre2_get_startchar(match_data_.get())};
  // PCRE2 10.42 goes on behind invalid UTF-8 without a look at the limit.
  return span.start > search.last ? std::optional<Span>() : span;
}

void RecordMatcher::KeepGroups() {
  match_data_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
}

std::vector<uint32_t> RecordMatcher::GroupNumbers(absl::string_view group) const {
  uint32_t groups = 0;
  pcre2_pattern_info(code_.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  uint32_t number = 0;
  if (absl::SimpleAtoi(group, &number)) {
    return number <= groups ? std::vector<uint32_t>{number} : std::vector<uint32_t>();
  }
  // An entry of PCRE2's table: two bytes of a number, then the name with its NUL.
  PCRE2_SPTR names = nullptr;
  uint32_t count = 0;
  uint32_t size = 0;
  pcre2_pattern_info(code_.get(), PCRE2_INFO_NAMETABLE, &names);
  pcre2_pattern_info(code_.get(), PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(code_.get(), PCRE2_INFO_NAMEENTRYSIZE, &size);
  std::vector<uint32_t> numbers;
  for (PCRE2_SPTR entry = names; count > 0; --count, entry += size) {
    if (group != reinterpret_cast<const char*>(entry + 2)) continue;
    numbers.push_back(static_cast<uint32_t>(entry[0]) << 8 | entry[1]);
  }
  return numbers;
}

absl::string_view RecordMatcher::Group(absl::string_view record, uint32_t number) const {
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(match_data_.get()) + 2 * number;
  if (offsets[0] == PCRE2_UNSET || offsets[1] < offsets[0]) return absl::string_view();
  return absl::string_view(record.data() + offsets[0], offsets[1] - offsets[0]);
}

bool DependsOnSearchStart(const Pattern& pattern) {
  return !pattern.fixed &&
         (absl::StrContains(pattern.text, "\\G") || absl::StrContains(pattern.text, "(*SKIP") ||
          absl::StrContains(pattern.text, "(*COMMIT"));
}

bool MayMatchEmptyRecord(std::span<const Pattern> patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [](const Pattern& pattern) {
    if (pattern.fixed) return pattern.text.empty();
    const absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
    return !matcher.ok() || matcher->Matches("").value_or(true);
  });
}

}  // namespace bigscan
