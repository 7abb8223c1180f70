#include "lib/match_locator.h"

#include <string.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/match.h"
#include "lib/string_matcher.h"

namespace bigscan {
namespace {

constexpr size_t kSearchesPerLook = 32;

// Whether each occurrence of its text is a match.
bool IsPlain(const Pattern& pattern) {
  return IsString(pattern) && !pattern.caseless && !pattern.whole_word && !pattern.whole_record &&
         !pattern.text.empty();
}

// Whether what it matches may depend on where the search began: that hides the begin of the record from
// the `^` of a lookbehind, too.
bool LooksBack(const Pattern& pattern) {
  if (pattern.fixed) return false;
  const bool may_look_behind =
      absl::StrContains(pattern.text, "(?<") || absl::StrContains(pattern.text, "(*");
  return DependsOnSearchStart(pattern) || (may_look_behind && absl::StrContains(pattern.text, "^"));
}

// The first occurrence in `record` at or after `from`.
std::optional<RecordMatcher::Span> FindString(absl::string_view string, absl::string_view record,
                                              size_t from) {
  if (from > record.size()) return std::nullopt;
  const void* found =
      memmem(record.data() + from, record.size() - from, string.data(), string.size());
  if (found == nullptr) return std::nullopt;
  const auto begin = static_cast<size_t>(static_cast<const char*>(found) - record.data());
  return RecordMatcher::Span{begin, begin + string.size(), begin};
}

}  // namespace

MatchLocator::MatchLocator(std::span<const Pattern> patterns, bool keep_empty,
                           TimeLimit time_of_record)
    : patterns_(patterns),
      keep_empty_(keep_empty),
      time_of_record_(time_of_record),
      all_(patterns.size()),
      finders_(patterns.size()) {
  std::iota(all_.begin(), all_.end(), 0);
  for (size_t i = 0; i < patterns.size(); ++i) {
    finders_[i].is_string = IsPlain(patterns[i]);
    finders_[i].looks_back = LooksBack(patterns[i]);
  }
  longest_ = std::all_of(patterns.begin(), patterns.end(),
                         [](const Pattern& pattern) { return pattern.fixed; });
}

const RecordMatcher& MatchLocator::Matcher(uint32_t pattern) {
  std::optional<RecordMatcher>& matcher = finders_[pattern].matcher;
  if (!matcher.has_value()) {
    matcher = RecordMatcher::Compile(patterns_[pattern]).value();
    matcher->CompileJit();
  }
  return *matcher;
}

// Searches for the next match that begins in [from, last].
absl::Status MatchLocator::Advance(absl::string_view record, size_t from, size_t last, Next* next) {
  if (finders_[next->pattern].is_string) {
    next->known = true;
    next->match = FindString(patterns_[next->pattern].text, record, from);
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<RecordMatcher::Span>> found =
      Matcher(next->pattern)
          .Find(record, {.from = from, .last = last, .sees_begin = keep_empty_, .time = &time_});
  if (!found.ok()) return found.status();
  next->match = *found;
  next->known = true;
  return absl::OkStatus();
}

absl::Status MatchLocator::Locate(absl::string_view record, std::span<const uint32_t> candidates,
                                  std::vector<Match>* matches) {
  matches->clear();
  next_.clear();
  for (uint32_t pattern : all_) {
    const bool is_candidate =
        candidates.empty() || std::binary_search(candidates.begin(), candidates.end(), pattern);
    // One that looks back may match behind the first match, though it does not match the record.
    if (is_candidate || finders_[pattern].looks_back) next_.push_back({.pattern = pattern});
  }
  time_ = time_of_record_;
  size_t searches = 0;
  for (size_t from = 0; from < record.size() || keep_empty_;) {
    // Each search may be harmless and all of them be not: one that looks back is made for each match.
    if (++searches % kSearchesPerLook == 0 && time_.IsOver()) {
      return absl::ResourceExhaustedError(kTooSlow);
    }
    absl::StatusOr<const Next*> first = First(record, from);
    if (!first.ok()) return first.status();
    if (*first == nullptr) return absl::OkStatus();
    const Match match{(*first)->match->begin, (*first)->match->end, (*first)->pattern};
    // With \K a match can end before it begins.
    const bool is_empty = match.end <= match.begin;
    const bool touches = !matches->empty() && matches->back().end == match.begin;
    if (!is_empty || (keep_empty_ && match.end == match.begin && !touches)) {
      matches->push_back(match);
    }
    from = is_empty ? match.begin + 1 : match.end;
    if (from > record.size()) return absl::OkStatus();
    std::erase_if(next_, [this](const Next& next) {
      return next.known && !next.match.has_value() && !finders_[next.pattern].looks_back;
    });
  }
  return absl::OkStatus();
}

// The match that goes first of those that begin at or after `from`, or null.
absl::StatusOr<const MatchLocator::Next*> MatchLocator::First(absl::string_view record,
                                                              size_t from) {
  constexpr size_t kAnywhere = absl::string_view::npos;
  const Next* first = nullptr;
  for (Next& next : next_) {
    if (finders_[next.pattern].looks_back) continue;
    const bool stale = !next.known || (next.match.has_value() && next.match->start < from);
    if (stale) {
      absl::Status status = Advance(record, from, kAnywhere, &next);
      if (!status.ok()) return status;
    }
    if (!next.match.has_value()) continue;
    const bool goes_first = first == nullptr || next.match->start < first->match->start ||
                            (longest_ && next.match->start == first->match->start &&
                             next.match->end > first->match->end);
    if (goes_first) first = &next;
    // None of the others can go before it, and to search for them might take for ever.
    if (!longest_ && first->match->start == from) break;
  }
  // What looks back is searched for anew each time: only where it goes before the others.
  for (Next& next : next_) {
    if (!finders_[next.pattern].looks_back) continue;
    size_t last = kAnywhere;
    if (first != nullptr) {
      const bool yields = next.pattern > first->pattern;
      if (yields && first->match->start == from) continue;
      last = first->match->start - (yields ? 1 : 0);
    }
    if (absl::Status status = Advance(record, from, last, &next); !status.ok()) return status;
    if (next.match.has_value()) first = &next;
  }
  return first;
}

}  // namespace bigscan
