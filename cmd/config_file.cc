#include "cmd/config_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/text_file.h"

namespace bigscan {
namespace {

// Somebody's mistake, such as a device or a log, is larger.
constexpr uint64_t kMostBytes = 16 << 20;
constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";  // as some editors write it

// The key of a file to scan, which the command line names without an option.
constexpr char kInput[] = "input";

// What is no matter of a file, or of one that another names.
constexpr const char* kNotInFiles[] = {"config", "help",     "version",
                                       "merge",  "manifest", "write-manifest"};

// What goes for one job as well as for all.
constexpr const char* kOfJobs[] = {"regexp",
                                   "file",
                                   "fixed-strings",
                                   "extended-regexp",
                                   "perl-regexp",
                                   "ignore-case",
                                   "no-ignore-case",
                                   "invert-match",
                                   "word-regexp",
                                   "line-regexp",
                                   "crlf",
                                   "unicode",
                                   "text",
                                   "binary-files",
                                   "since",
                                   "until",
                                   "max-count",
                                   "count",
                                   "total",
                                   "tally",
                                   "files-with-matches",
                                   "files-without-match",
                                   "only-matching",
                                   "line-number",
                                   "byte-offset",

                                   "label-pattern",
                                   "initial-tab",
                                   "null",
                                   "after-context",
                                   "before-context",
                                   "context",
                                   "group-separator",
                                   "no-group-separator",
                                   "color",
                                   "colour",
                                   "line-buffered",
                                   "json",
                                   "by",
                                   "agg",
                                   "every",
                                   "fields",
                                   "time-format",
                                   "time-zone",
                                   "top",
                                   "sort",
                                   "format",
                                   "strict",
                                   "output"};

template <size_t kSize>
bool IsOneOf(absl::string_view name, const char* const (&names)[kSize]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// What says of an option without an argument whether it is given.
std::optional<bool> ParseSwitch(absl::string_view value) {
  const std::string word = absl::AsciiStrToLower(value);
  if (word.empty() || word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return std::nullopt;
}

class ConfigReader {
 public:
  explicit ConfigReader(const std::string& path) : path_(path) {}

  absl::Status Read(const std::string& text) {
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      ++line_;
      line = absl::StripAsciiWhitespace(line);
      if (line.empty() || line[0] == '#' || line[0] == ';') continue;
      const absl::Status status = absl::StrContains(line, '\0')
                                      ? Wrong("a NUL, which no option can hold")
                                  : line[0] == '[' ? ReadSection(line)
                                                   : ReadOption(line);
      if (!status.ok()) {
        return absl::FailedPreconditionError(absl::StrCat(Origin(), status.message()));
      }
    }
    return absl::OkStatus();
  }

  ConfigFile Take() { return std::move(config_); }

 private:
  absl::Status ReadSection(absl::string_view line) {
    absl::string_view name = line;
    if (!absl::ConsumePrefix(&name, "[job") || !absl::ConsumeSuffix(&name, "]")) {
      return Wrong(absl::StrCat("'", line, "': a section is [job NAME]"));
    }
    const bool spaced = !name.empty() && absl::ascii_isspace(static_cast<unsigned char>(name[0]));
    name = absl::StripAsciiWhitespace(name);
    if (!spaced || name.empty())
      return Wrong(absl::StrCat("'", line, "': a section is [job NAME]"));
    for (const ConfigFile::Section& job : config_.jobs) {
      if (job.name == name) {
        return Wrong(absl::StrCat("job ", name, " is named twice"));
      }
    }
    config_.jobs.push_back({.name = std::string(name), .origin = Origin()});
    return absl::OkStatus();
  }

  absl::Status ReadOption(absl::string_view line) {
    const size_t equals = line.find('=');
    const std::string name(absl::StripAsciiWhitespace(line.substr(0, equals)));
    absl::string_view value;
    if (equals != absl::string_view::npos) {
      value = absl::StripAsciiWhitespace(line.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);  // with the spaces at its ends
      }
    }
    if (name == kInput) return ReadInput(value);
    if (name.empty() || IsOneOf(name, kNotInFiles)) {
      return Wrong(absl::StrCat("'", name, "' can not stand in a configuration file"));
    }
    if (!CommandLine::IsOption(name)) return Wrong(absl::StrCat("unknown option '", name, "'"));
    if (!config_.jobs.empty() && !IsOneOf(name, kOfJobs)) {
      return Wrong(absl::StrCat("'", name, "' goes for all jobs: before the first [job NAME]"));
    }
    std::string word = absl::StrCat("--", name);
    if (CommandLine::IsFlag(name)) {
      const std::optional<bool> given = ParseSwitch(value);
      if (!given.has_value()) {
        return Wrong(absl::StrCat("'", name, "' takes no argument, but true or false"));
      }
      if (!*given) return absl::OkStatus();
    } else if (equals != absl::string_view::npos) {
      absl::StrAppend(&word, "=", value);
    }
    std::string program = "bigscan";
    char* words[] = {program.data(), word.data(), nullptr};
    absl::StatusOr<CommandLine> parsed = CommandLine::Parse(2, words);
    if (!parsed.ok()) return Wrong(parsed.status().message());
    CommandLine::Option option = parsed->options()[0];
    option.origin = Origin();
    (config_.jobs.empty() ? config_.common : config_.jobs.back().options).Append(std::move(option));
    return absl::OkStatus();
  }

  absl::Status ReadInput(absl::string_view value) {
    if (!config_.jobs.empty())
      return Wrong("'input' goes for all jobs: before the first [job NAME]");
    if (value.empty()) return Wrong("'input' needs the name of a file");
    config_.inputs.emplace_back(value);
    return absl::OkStatus();
  }

  std::string Origin() const { return absl::StrCat(path_, ":", line_, ": "); }

  static absl::Status Wrong(absl::string_view message) {
    return absl::InvalidArgumentError(message);
  }

  const std::string& path_;
  ConfigFile config_;
  int line_ = 0;
};

}  // namespace

absl::StatusOr<ConfigFile> ReadConfigFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  if (absl::StartsWith(*text, kByteOrderMark)) text->erase(0, kByteOrderMark.size());
  ConfigReader reader(path);
  if (absl::Status status = reader.Read(*text); !status.ok()) return status;
  return reader.Take();
}

}  // namespace bigscan
