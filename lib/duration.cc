#include "lib/duration.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr int64_t kSecond = 1'000'000;

// Microseconds, or 0 if there is no such unit.
int64_t MicrosOfUnit(absl::string_view unit) {
  if (unit == "ms") return kSecond / 1000;
  if (unit == "s") return kSecond;
  if (unit == "m") return 60 * kSecond;
  if (unit == "h") return 3600 * kSecond;
  if (unit == "d") return 86400 * kSecond;
  if (unit == "w") return 7 * 86400 * kSecond;
  return 0;
}

// The bytes at the front of `text` that are digits, or that are none.
absl::string_view TakeRun(absl::string_view* text, bool of_digits) {
  size_t size = 0;
  while (size < text->size() && absl::ascii_isdigit((*text)[size]) == of_digits) ++size;
  const absl::string_view run = text->substr(0, size);
  text->remove_prefix(size);
  return run;
}

}  // namespace

absl::StatusOr<int64_t> ParseDuration(absl::string_view text) {
  const auto wrong = [text](absl::string_view reason) {
    return absl::InvalidArgumentError(
        absl::StrCat("invalid duration '", absl::Utf8SafeCEscape(text), "': ", reason));
  };
  int64_t sum = 0;
  absl::string_view rest = text;
  do {
    const absl::string_view digits = TakeRun(&rest, true);
    const absl::string_view unit = TakeRun(&rest, false);
    const bool is_plain = unit.empty() && digits.size() == text.size();
    const int64_t micros = is_plain ? kSecond : MicrosOfUnit(unit);
    if (digits.empty() || micros == 0) {
      return wrong("expected whole numbers with a unit (ms, s, m, h, d, w), such as 1h30m");
    }
    int64_t count = 0;
    int64_t part = 0;
    if (!absl::SimpleAtoi(digits, &count) || __builtin_mul_overflow(count, micros, &part) ||
        __builtin_add_overflow(sum, part, &sum)) {
      return wrong("too long");
    }
  } while (!rest.empty());
  if (sum == 0) return wrong("must be more than 0");
  return sum;
}

std::string FormatDuration(int64_t micros) {
  std::string text;
  for (const char* unit : {"d", "h", "m", "s", "ms"}) {
    const int64_t count = micros / MicrosOfUnit(unit);
    micros %= MicrosOfUnit(unit);
    if (count > 0) absl::StrAppend(&text, count, unit);
  }
  return text;
}

}  // namespace bigscan
