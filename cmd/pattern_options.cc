#include "cmd/pattern_options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

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
    if (option.name == "regexp") {
      add(PatternsOfArgument(option.value));
      given = true;
    } else if (option.name == "file") {
      absl::StatusOr<std::string> contents = ReadTextFile(option.value);
      if (!contents.ok()) return contents.status();
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

}  // namespace bigscan
