#include "lib/rotated_name.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr const char* kCompressed[] = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".bgz", ".Z"};
constexpr size_t kMostNumberDigits = 4;  // more are a date or a time

absl::string_view WithoutCompression(absl::string_view name) {
  for (const absl::string_view suffix : kCompressed) {
    if (name.size() > suffix.size() && absl::EndsWith(name, suffix)) {
      return name.substr(0, name.size() - suffix.size());
    }
  }
  return name;
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

constexpr size_t kCounterDigits = 9;  // as of nanoseconds

bool IsOfTime(char c) { return IsDigit(c) || c == '-' || c == '_' || c == 'T' || c == ':'; }

// The end of `name`: a separator, and a number, a date or a time. Its digits; nothing if there is none.
std::optional<Rotation> ParseEnd(absl::string_view name) {
  size_t begin = name.size();
  while (begin > 0 && IsOfTime(name[begin - 1])) --begin;
  // A separator is a dot, or stands at the front of what has been taken.
  std::string digits;
  size_t groups = 0;
  for (size_t i = begin; i < name.size(); ++i) {
    if (!IsDigit(name[i])) continue;
    groups += i == begin || !IsDigit(name[i - 1]) ? 1 : 0;
    digits += name[i];
  }
  const bool dotted = begin > 0 && name[begin - 1] == '.';
  const bool dashed = begin < name.size() && !IsDigit(name[begin]);
  if (digits.empty() || !IsDigit(name.back()) || (!dotted && !dashed)) return std::nullopt;
  const absl::string_view base = name.substr(0, dotted && !dashed ? begin - 1 : begin);
  if (base.empty()) return std::nullopt;
  // Behind a date a number counts the files of that day, and behind a time it is a fraction of a second.
  if (dotted && !dashed && groups == 1 && digits.size() <= kCounterDigits) {
    std::optional<Rotation> date = ParseEnd(base);
    if (date.has_value() && !date->is_number) {
      absl::StrAppend(&date->order, std::string(kCounterDigits - digits.size(), '0'), digits);
      return date;
    }
  }
  Rotation rotation{.base = std::string(base), .is_number = false, .order = digits};
  if (digits.size() <= kMostNumberDigits && groups == 1) {
    // app-1 or app_2 is more likely a log of its own.
    if (!dotted || dashed) return std::nullopt;
    rotation.is_number = true;
    rotation.order.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  } else if (digits.size() < 8) {
    return std::nullopt;
  }
  return rotation;
}

}  // namespace

std::optional<Rotation> ParseRotatedName(absl::string_view name) {
  name = WithoutCompression(name);
  if (std::optional<Rotation> rotation = ParseEnd(name); rotation.has_value()) return rotation;
  const size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos || dot == 0) return std::nullopt;
  std::optional<Rotation> rotation = ParseEnd(name.substr(0, dot));
  if (rotation.has_value()) absl::StrAppend(&rotation->base, name.substr(dot));
  return rotation;
}

bool IsOlder(const Rotation& a, const Rotation& b) {
  if (a.base != b.base || a.is_number != b.is_number) return false;
  if (!a.is_number) return a.order < b.order;
  return std::make_pair(a.order.size(), a.order) > std::make_pair(b.order.size(), b.order);
}

std::string LogOf(absl::string_view name) {
  const std::optional<Rotation> rotation = ParseRotatedName(name);
  return rotation.has_value() ? rotation->base : std::string(WithoutCompression(name));
}

}  // namespace bigscan
