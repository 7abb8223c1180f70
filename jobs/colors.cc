#include "jobs/colors.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

bool IsSgr(absl::string_view text) {
  return text.find_first_not_of("0123456789;") == absl::string_view::npos;
}

using Capabilities = std::map<std::string, std::string, std::less<>>;

struct Parsed {
  Capabilities values = {{"ms", "01;31"}, {"mc", "01;31"}, {"sl", ""},   {"cx", ""},
                         {"fn", "35"},    {"ln", "32"},    {"bn", "32"}, {"se", "36"}};
  bool reverse = false;
  bool no_erase = false;
};

void Set(absl::string_view name, absl::string_view value, bool has_value, Parsed* parsed) {
  if (name == "rv") parsed->reverse = true;
  if (name == "ne") parsed->no_erase = true;
  if (name == "mt") {
    // Without a value it still gives matches in context the color of those in selected records.
    if (has_value) parsed->values["ms"] = std::string(value);
    parsed->values["mc"] = parsed->values["ms"];
  }
  const auto found = parsed->values.find(std::string(name));
  if (has_value && found != parsed->values.end()) found->second = std::string(value);
}

// As grep, stops at what is not well-formed; what came before it counts.
void ParseGrepColors(absl::string_view text, Parsed* parsed) {
  while (!text.empty()) {
    const size_t colon = text.find(':');
    const absl::string_view capability = text.substr(0, colon);
    const size_t equals = capability.find('=');
    const bool has_value = equals != absl::string_view::npos;
    const absl::string_view value = has_value ? capability.substr(equals + 1) : absl::string_view();
    if (equals == 0 || !IsSgr(value)) return;
    Set(capability.substr(0, equals), value, has_value, parsed);
    if (colon == absl::string_view::npos) return;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

Colors Colors::Parse(absl::string_view grep_colors, absl::string_view grep_color, bool* used_old) {
  Parsed parsed;
  const bool has_old = !grep_color.empty() && IsSgr(grep_color);
  if (has_old) parsed.values["ms"] = parsed.values["mc"] = std::string(grep_color);
  const Capabilities before = parsed.values;
  ParseGrepColors(grep_colors, &parsed);
  if (used_old != nullptr) {
    *used_old = has_old &&
                (parsed.values["ms"] == before.at("ms") || parsed.values["mc"] == before.at("mc"));
  }
  const absl::string_view erase = parsed.no_erase ? "" : "\33[K";
  const auto color = [&](const char* name) {
    const std::string& sgr = parsed.values[name];
    if (sgr.empty()) return Color();
    return Color{absl::StrCat("\33[", sgr, "m", erase), absl::StrCat("\33[m", erase)};
  };
  return {.selected_match = color("ms"),
          .context_match = color("mc"),
          .selected_line = color("sl"),
          .context_line = color("cx"),
          .name = color("fn"),
          .number = color("ln"),
          .offset = color("bn"),
          .separator = color("se"),
          .swap_lines_if_inverted = parsed.reverse};
}

void AppendColored(absl::string_view text, const Color& color, std::string* to) {
  absl::StrAppend(to, color.start, text, color.end);
}

}  // namespace bigscan
