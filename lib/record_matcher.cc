#include "lib/record_matcher.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

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

}  // namespace

RecordMatcher::RecordMatcher(pcre2_code* code)
    : code_(code), match_data_(pcre2_match_data_create(1, nullptr)) {}

absl::StatusOr<RecordMatcher> RecordMatcher::Compile(const Pattern& pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const uint32_t options = PCRE2_DOLLAR_ENDONLY | (pattern.caseless ? PCRE2_CASELESS : 0);
  pcre2_code* code =
      pcre2_compile(AsPcre2(pattern.text), pattern.text.size(), options, &error, &offset, nullptr);
  if (code == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(Pcre2Message(error), " at index ", offset));
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where it fails, the interpreter serves
  return RecordMatcher(code);
}

absl::StatusOr<bool> RecordMatcher::Matches(absl::string_view record) const {
  const auto match = [&](uint32_t options) {
    return pcre2_match(code_.get(), AsPcre2(record), record.size(), 0, options, match_data_.get(),
                       nullptr);
  };
  int result = match(0);
  // The stack of the JIT's code is small; the interpreter takes its memory from the heap.
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = match(PCRE2_NO_JIT);
  if (result >= 0) return true;
  if (result == PCRE2_ERROR_NOMATCH) return false;
  return absl::ResourceExhaustedError(Pcre2Message(result));
}

}  // namespace bigscan
