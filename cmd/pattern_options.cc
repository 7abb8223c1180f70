#include "cmd/pattern_options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/group_options.h"
#include "cmd/text_file.h"

namespace bigscan {
namespace {

// Whether nothing comes from the standard input by itself: a terminal, or /dev/null.
bool StdinIsDevice() {
  struct stat info;
  return fstat(STDIN_FILENO, &info) == 0 && S_ISCHR(info.st_mode);
}

// Whether the arguments of a job, which needs no pattern, are inputs from the first one on. One alone for which there is
// nothing else to read is the name of a file, if a mistyped one.
bool AreFiles(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return true;
  const std::string& first = arguments.front();
  std::error_code error;
  if (first == "-" || std::filesystem::exists(first, error)) return true;
  return arguments.size() == 1 && !first.empty() && StdinIsDevice();
}

}  // namespace

absl::Status ResolvePatterns(const CommandLine& line, std::vector<std::string>* arguments,
                             const SavedOptions* saved, Options* options) {
  std::vector<std::string> texts;
  if (saved != nullptr) texts = saved->patterns;
  const auto add = [&texts](std::vector<std::string> more) {
    texts.insert(texts.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  };
  bool given = saved != nullptr;
  for (const CommandLine::Option& option : line.options()) {
    const size_t first = texts.size();
    if (option.name == "regexp") {
      options->pattern_sources.push_back({first, option.origin, ""});
      add(PatternsOfArgument(option.value));
      given = true;
    } else if (option.name == "file") {
      absl::StatusOr<std::string> contents = ReadTextFile(option.value);
      if (!contents.ok()) return contents.status();
      options->pattern_sources.push_back(
          {first, option.origin, option.value == "-" ? "(standard input)" : option.value});
      add(PatternsOfFile(*contents));
      given = true;
    }
  }
  if (!given && AsksForGroups(line) && (line.has_only_files() || AreFiles(*arguments))) {
    add(PatternsOfArgument(""));
  } else if (!given) {
    if (arguments->empty() || line.has_only_files())
      return absl::InvalidArgumentError("no pattern given");
    add(PatternsOfArgument(arguments->front()));
    arguments->erase(arguments->begin());
  }
  const CommandLine::Option* matcher =
      line.Last({"fixed-strings", "extended-regexp", "perl-regexp"});
  const CommandLine::Option* icase = line.Last({"ignore-case", "y", "no-ignore-case"});
  options->pcre = matcher != nullptr && matcher->name == "perl-regexp";
  for (std::string& text : texts) {
    options->patterns.push_back({.text = std::move(text),
                                 .fixed = matcher != nullptr && matcher->name == "fixed-strings",
                                 .caseless = icase != nullptr && icase->name != "no-ignore-case",
                                 .whole_word = line.Has("word-regexp"),
                                 .whole_record = line.Has("line-regexp"),
                                 .unicode = line.Has("unicode")});
  }
  return absl::OkStatus();
}

std::string PlaceOfPattern(const Options& options, size_t pattern) {
  const auto behind = std::upper_bound(
      options.pattern_sources.begin(), options.pattern_sources.end(), pattern,
      [](size_t place, const PatternSource& source) { return place < source.first; });
  if (behind == options.pattern_sources.begin()) return "";
  const PatternSource& source = *(behind - 1);
  if (source.file.empty()) return source.origin;
  return absl::StrCat(source.origin, source.file, ":", pattern - source.first + 1, ": ");
}

}  // namespace bigscan
