#include "cmd/config_options.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/config_file.h"
#include "cmd/group_options.h"
#include "cmd/share_values.h"
#include "lib/replacement_file.h"

namespace bigscan {
namespace {

using Resolve = absl::FunctionRef<absl::StatusOr<Options>(const CommandLine& whole)>;

// Finds which option of a file is to blame for an error: the one without which there would be none, or which it names, or
// without which it would be another one.
class Culprit {
 public:
  Culprit(const absl::Status& error, const CommandLine& line, Resolve resolve)
      : error_(error), line_(line), resolve_(resolve) {}

  // Where it stands; nothing if there is none. Asks for each name once, and then halves those that have it: there may be
  // thousands of patterns.
  std::optional<std::string> Find() const {
    std::vector<std::vector<size_t>> by_name;
    for (size_t i = 0; i < line_.options().size(); ++i) {
      const CommandLine::Option& option = line_.options()[i];
      const auto same = std::find_if(by_name.begin(), by_name.end(), [&](const auto& places) {
        return line_.options()[places.front()].name == option.name &&
               line_.options()[places.front()].origin.empty() == option.origin.empty();
      });
      (same == by_name.end() ? by_name.emplace_back() : *same).push_back(i);
    }
    int most = 0;
    std::span<const size_t> suspects;
    for (const std::vector<size_t>& places : by_name) {
      const int blame = Blame(places);
      // Those of the command line stand behind those that they outdo.
      const bool is_given = line_.options()[places.front()].origin.empty();
      if (blame == 0 || blame < most || (blame == most && is_given)) continue;
      most = blame;
      suspects = places;
    }
    while (suspects.size() > 1) {
      const std::span<const size_t> first = suspects.first(suspects.size() / 2);
      const std::span<const size_t> rest = suspects.subspan(first.size());
      suspects = Blame(first) > Blame(rest) ? first : rest;
    }
    if (suspects.empty()) return std::nullopt;
    return line_.options()[suspects.front()].origin;
  }

 private:
  int Blame(std::span<const size_t> places) const {
    const absl::StatusOr<Options> without = resolve_(line_.Without(places));
    if (without.ok()) return 3;
    if (without.status().message() == error_.message()) return 0;
    const bool is_named = std::any_of(places.begin(), places.end(), [this](size_t place) {
      const std::string& value = line_.options()[place].value;
      return absl::StrContains(error_.message(), absl::StrCat("'", value, "'"));
    });
    return is_named ? 2 : 1;
  }

  const absl::Status& error_;
  const CommandLine& line_;
  const Resolve resolve_;
};

// What of the common options has to do with a job: how records and tables are laid out is of no use to one that does
// not look at fields, or makes no table.
CommandLine DefaultsFor(const CommandLine& job, const CommandLine& common) {
  CommandLine whole = job;
  whole.PutBefore(common);
  const bool makes_table = AsksForGroups(whole);
  const bool reads_fields = makes_table || whole.Has("since") || whole.Has("until");
  CommandLine defaults;
  for (const CommandLine::Option& option : common.options()) {
    const bool of_fields = option.name == "fields" || option.name == "time-format" ||
                           option.name == "time-zone" || option.name == "strict";
    const bool of_table = option.name == "top" || option.name == "sort" || option.name == "format";
    if ((!of_fields || reads_fields) && (!of_table || makes_table)) defaults.Append(option);
  }
  return defaults;
}

// What is written while the scan goes on can not be told apart from what others write.
bool PrintsAtEnd(const Options& options) {
  return options.mode == OutputMode::kTotal || options.mode == OutputMode::kTally ||
         options.mode == OutputMode::kGroups;
}

absl::Status CheckOutputs(const ConfigFile& config, const Options& options) {
  std::set<std::string> outputs;
  const Options* on_stdout = nullptr;
  for (size_t i = 0; i < options.jobs.size(); ++i) {
    const Options& job = *options.jobs[i];
    const auto wrong = [&](absl::string_view what) {
      return absl::FailedPreconditionError(
          absl::StrCat(config.jobs[i].origin, "job ", job.job_name, what));
    };
    if (!job.output.empty()) {
      if (!outputs.insert(ReplacementFile::PlaceOf(job.output)).second)
        return wrong(" has the output of another job");
      continue;
    }
    if (on_stdout != nullptr && !(PrintsAtEnd(*on_stdout) && PrintsAtEnd(job))) {
      return wrong(absl::StrCat(" and job ", on_stdout->job_name,
                                " both print while they scan: one of them needs an output"));
    }
    on_stdout = &job;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ResolveConfig(const CommandLine& line, Resolve resolve) {
  absl::StatusOr<ConfigFile> config = ReadConfigFile(line.Last({"config"})->value);
  if (!config.ok()) return config.status();
  CommandLine given;
  for (const CommandLine::Option& option : line.options()) {
    if (option.name != "config") given.Append(option);
  }
  // Those of the command line outdo those of the file. Of a scan without named jobs, the first may be a pattern.
  std::vector<std::string> arguments = line.arguments();
  CommandLine whole = given;
  whole.PutBefore(config->common);
  const bool has_pattern = whole.Has("regexp") || whole.Has("file") || !config->jobs.empty();
  if (!has_pattern && !AsksForGroups(whole) && !arguments.empty() && !config->inputs.empty()) {
    given.Append({.name = "regexp", .value = arguments.front()});
    arguments.erase(arguments.begin());
  }
  if (arguments.empty()) arguments = config->inputs;
  const bool only_files = has_pattern || !config->inputs.empty();
  const auto resolve_whole = [&](CommandLine options,
                                 absl::string_view otherwise) -> absl::StatusOr<Options> {
    options.PutBefore(config->jobs.empty() ? config->common : DefaultsFor(options, config->common));
    if (only_files) options.SetFiles(arguments);
    absl::StatusOr<Options> resolved = resolve(options);
    if (resolved.ok()) {
      for (const CommandLine::Option& option : options.options()) {
        resolved->origins.emplace_back(option.name, option.origin);
      }
      return resolved;
    }
    const absl::Status& error = resolved.status();
    const std::string place =
        Culprit(error, options, resolve).Find().value_or(std::string(otherwise));
    if (place.empty()) return error;
    return absl::FailedPreconditionError(absl::StrCat(place, error.message()));
  };
  if (config->jobs.empty()) {
    if (!only_files) given.SetArguments(arguments);
    return resolve_whole(given, "");
  }
  std::vector<Options> jobs;
  for (const ConfigFile::Section& section : config->jobs) {
    CommandLine own = given;
    own.PutBefore(section.options);
    absl::StatusOr<Options> job =
        resolve_whole(std::move(own), absl::StrCat(section.origin, "job ", section.name, ": "));
    if (!job.ok()) return job.status();
    job->job_name = section.name;
    jobs.push_back(*std::move(job));
  }
  if (absl::Status status = ShareValues(&jobs); !status.ok()) return status;
  Options options = jobs.front();
  for (Options& job : jobs) options.jobs.push_back(std::make_shared<const Options>(std::move(job)));
  if (options.jobs.size() > 1 && !(options.partial.empty() && options.state.empty())) {
    const std::string name = options.partial.empty() ? "state" : "partial";
    const std::string origin = OriginOf(options, name);
    return absl::Status(
        origin.empty() ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kFailedPrecondition,
        absl::StrCat(origin, "--", name, " goes with one job, not with several"));
  }
  if (absl::Status status = CheckOutputs(*config, options); !status.ok()) return status;
  return options;
}

}  // namespace bigscan
