#include "lib/record_matcher.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/byte_set.h"

namespace bigscan {
namespace {

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

struct FreeContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

}  // namespace

RecordMatcher::RecordMatcher(pcre2_code* code)
    : code_(code), match_data_(pcre2_match_data_create(1, nullptr)) {}

absl::StatusOr<RecordMatcher> RecordMatcher::Compile(const Pattern& pattern) {
  uint32_t options = PCRE2_DOLLAR_ENDONLY | (pattern.caseless ? PCRE2_CASELESS : 0);
  if (pattern.unicode) options |= PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
  std::string text = pattern.fixed ? Quoted(pattern.text, pattern.unicode) : pattern.text;
  const std::unique_ptr<pcre2_compile_context, FreeContext> context(
      pcre2_compile_context_create(nullptr));
  if (pattern.whole_record) {
    pcre2_set_compile_extra_options(context.get(), PCRE2_EXTRA_MATCH_LINE);
  } else if (pattern.whole_word) {
    // PCRE2_EXTRA_MATCH_WORD asks for \b, which differs where the match ends with no word byte.
    text = absl::StrCat("(?<!\\w)(?:", text, ")(?!\\w)");
  }
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(AsPcre2(text), text.size(), options, &error, &offset, context.get());
  if (code == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(Pcre2Message(error), " at index ", offset));
  }
  return RecordMatcher(code);
}

// Where it fails, the interpreter serves.
void RecordMatcher::CompileJit() { pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE); }

absl::StatusOr<bool> RecordMatcher::Run(absl::string_view record, size_t from,
                                        uint32_t options) const {
  const auto match = [&](uint32_t how) {
    return pcre2_match(code_.get(), AsPcre2(record), record.size(), from, how, match_data_.get(),
                       nullptr);
  };
  int result = match(options);
  // The stack of the JIT's code is small; the interpreter takes its memory from the heap.
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = match(options | PCRE2_NO_JIT);
  if (result >= 0) return true;
  if (result == PCRE2_ERROR_NOMATCH) return false;
  return absl::ResourceExhaustedError(Pcre2Message(result));
}

absl::StatusOr<bool> RecordMatcher::Matches(absl::string_view record) const {
  return Run(record, 0, 0);
}

absl::StatusOr<bool> RecordMatcher::MatchesAt(absl::string_view record, size_t at) const {
  return Run(record, at, PCRE2_ANCHORED);
}

absl::StatusOr<std::optional<RecordMatcher::Span>> RecordMatcher::Find(absl::string_view record,
                                                                       size_t from,
                                                                       bool sees_begin) const {
  const absl::StatusOr<bool> found = Run(record, from, from > 0 && !sees_begin ? PCRE2_NOTBOL : 0);
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<Span>();
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(match_data_.get());
  return std::optional<Span>(Span{offsets[0], offsets[1], pcre2_get_startchar(match_data_.get())});
}

bool MayMatchEmptyRecord(std::span<const Pattern> patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [](const Pattern& pattern) {
    if (pattern.fixed) return pattern.text.empty();
    const absl::StatusOr<RecordMatcher> matcher = RecordMatcher::Compile(pattern);
    return !matcher.ok() || matcher->Matches("").value_or(true);
  });
}

}  // namespace bigscan
