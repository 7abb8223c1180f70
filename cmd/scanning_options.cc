#include "cmd/scanning_options.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/command_line.h"

namespace bigscan {
namespace {

// With whether they have a value.
constexpr std::pair<const char*, bool> kOptions[] = {
    {"processes", true},    {"chunk-size", true},     {"max-memory", true},   {"io", true},
    {"pin", true},          {"drop-cache", false},    {"idle", false},        {"stats", false},
    {"perl-regexp", false}, {"line-buffered", false}, {"no-messages", false}, {"no-cache", false}};

const std::pair<const char*, bool>* Find(absl::string_view name) {
  const auto* found = std::find_if(std::begin(kOptions), std::end(kOptions),
                                   [&](const auto& option) { return option.first == name; });
  return found == std::end(kOptions) ? nullptr : found;
}

}  // namespace

bool IsScanningOption(absl::string_view name) { return Find(name) != nullptr; }

absl::StatusOr<std::vector<std::string>> ScanningWords(const std::vector<std::string>& words) {
  std::vector<std::string> copies = words;
  std::vector<char*> argv = {nullptr};
  for (std::string& word : copies) argv.push_back(word.data());
  const absl::StatusOr<CommandLine> line =
      CommandLine::Parse(static_cast<int>(argv.size()), argv.data());
  if (!line.ok()) return line.status();
  if (line->Has("help") || line->Has("version")) {
    return absl::InvalidArgumentError("--help and --version ask for no scan");
  }
  std::vector<std::string> scanning;
  for (const CommandLine::Option& option : line->options()) {
    const auto* known = Find(option.name);
    if (known == nullptr) continue;
    scanning.push_back(known->second ? absl::StrCat("--", option.name, "=", option.value)
                                     : absl::StrCat("--", option.name));
  }
  return scanning;
}

}  // namespace bigscan
