#include "cmd/state_options.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/snapshot_options.h"
#include "lib/duration.h"
#include "lib/replacement_file.h"

namespace bigscan {
namespace {

// What needs to know what came before in a file, or leaves a file before its end.
constexpr std::pair<const char*, const char*> kExcluded[] = {
    {"shard", "a share is not all of a file"},
    {"partial", "there would be two snapshots"},
    {"json", "the number of a record is not known"},
    {"line-number", "the number of a record is not known"},
    {"max-count", "how many were selected before is not known"},
    {"quiet", "files are not read to their ends"},
    {"silent", "files are not read to their ends"},
    {"files-with-matches", "files are not read to their ends"},
    {"files-without-match", "files are not read to their ends"},
    {"I", "whether a file is binary is not known"}};

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

// As they were given: relative ones are others in each run.
void KeepTimesAsGiven(const CommandLine& line, Options* options) {
  auto& words = options->result_words;
  for (const std::string name : {"since", "until"}) {
    const std::string begin = absl::StrCat("--", name, "=");
    for (std::string& word : words) {
      if (absl::StartsWith(word, begin)) word = begin + line.Last({name})->value;
    }
  }
}

}  // namespace

absl::Status ResolveState(const CommandLine& line, Options* options) {
  const CommandLine::Option* wait = line.Last({"wait"});
  const CommandLine::Option* state = line.Last({"state"});
  if (state == nullptr) {
    return wait == nullptr ? absl::OkStatus() : WrongUse("--wait goes with --state");
  }
  options->state = state->value;
  if (options->state.empty()) return WrongUse("--state needs the name of a file");
  for (const char* suffix : {"", ".lock", ".new"}) {
    if (!options->output.empty() && ReplacementFile::PlaceOf(options->output) ==
                                        ReplacementFile::PlaceOf(options->state + suffix)) {
      return WrongUse(absl::StrCat("--output ", options->output, " is a file of --state"));
    }
  }
  if (wait != nullptr) {
    const absl::StatusOr<int64_t> duration = ParseDuration(wait->value);
    if (!duration.ok()) return duration.status();
    options->wait_us = *duration;
  }
  for (const auto& [name, why] : kExcluded) {
    if (!line.Has(name)) continue;
    return WrongUse(absl::StrCat(name[1] == '\0' ? "-" : "--", name,
                                 " and --state can not be used together: ", why));
  }
  if (options->binary_files == BinaryFiles::kWithoutMatch) {
    return WrongUse(
        "--binary-files=without-match and --state can not be used together: whether a file is "
        "binary is not known");
  }
  if (options->encoding != "auto" && options->encoding != "none") {
    return WrongUse(
        "--encoding and --state can not be used together: decoded text can not be gone on with");
  }
  const std::vector<std::string>& files = options->files;
  if ((files.empty() && options->directories != Directories::kRecurse) ||
      std::find(files.begin(), files.end(), "-") != files.end()) {
    return WrongUse("--state needs the names of files: the standard input can not be gone on with");
  }
  if (Accumulates(*options)) {
    const CommandLine::Option* color = line.Last({"color", "colour"});
    if (options->color && color->value != "auto") {
      return WrongUse("--color and --state go together only where records are printed");
    }
    options->color = false;
  }
  options->result_words = ResultWords(line, *options);
  KeepTimesAsGiven(line, options);
  return absl::OkStatus();
}

bool Accumulates(const Options& options) {
  return !options.state.empty() && options.mode != OutputMode::kRecords;
}

}  // namespace bigscan
