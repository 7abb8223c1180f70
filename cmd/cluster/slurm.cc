#include "cmd/cluster/slurm.h"

#include <stdlib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/cluster/subprocess.h"

namespace bigscan::slurm {
namespace {

std::string Variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

// What the command prints.
absl::StatusOr<std::string> Ask(const std::vector<std::string>& words) {
  absl::StatusOr<Ended> ended = RunProgram(words);
  if (!ended.ok()) return ended.status();
  if (ended->signal != 0) return absl::CancelledError(absl::StrCat(words[0], ": interrupted"));
  if (ended->status != 0) {
    return absl::UnavailableError(absl::StrCat(words[0], ": exit status ", ended->status, ": ",
                                               absl::StripAsciiWhitespace(ended->err)));
  }
  return std::move(ended->out);
}

}  // namespace

absl::StatusOr<std::string> Submit(const std::vector<std::string>& options,
                                   const std::string& script,
                                   const std::vector<std::string>& words) {
  std::vector<std::string> command = {"sbatch", "--parsable"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(script);
  command.insert(command.end(), words.begin(), words.end());
  const absl::StatusOr<std::string> answer = Ask(command);
  if (!answer.ok()) return answer.status();
  // "12", or "12;cluster".
  const std::string id = answer->substr(0, answer->find_first_of(";\n"));
  uint64_t number;
  if (!absl::SimpleAtoi(id, &number)) {
    return absl::UnavailableError(absl::StrCat("sbatch: '", *answer, "' is no id of a job"));
  }
  return id;
}

absl::StatusOr<std::vector<std::string>> Pending(const std::string& name) {
  const absl::StatusOr<std::string> answer =
      Ask({"squeue", "--noheader", absl::StrCat("--name=", name), "--format=%i"});
  if (!answer.ok()) return answer.status();
  return absl::StrSplit(*answer, absl::ByAnyChar(" \n"), absl::SkipEmpty());
}

absl::StatusOr<uint32_t> MostIndex() {
  const absl::StatusOr<std::string> answer = Ask({"scontrol", "show", "config"});
  if (!answer.ok()) return answer.status();
  for (const absl::string_view line : absl::StrSplit(*answer, '\n')) {
    if (!absl::StartsWith(line, "MaxArraySize")) continue;
    uint32_t size = 0;
    if (absl::SimpleAtoi(line.substr(line.find('=') + 1), &size) && size > 1) return size - 1;
  }
  return absl::UnavailableError("scontrol: the configuration has no MaxArraySize");
}

absl::Status Cancel(const std::string& name) {
  return Ask({"scancel", absl::StrCat("--name=", name)}).status();
}

std::string ThisArray() {
  const std::string array = Variable("SLURM_ARRAY_JOB_ID");
  return array.empty() ? Variable("SLURM_JOB_ID") : array;
}

std::string ThisJob() {
  const std::string index = Variable("SLURM_ARRAY_TASK_ID");
  return index.empty() ? ThisArray() : absl::StrCat(ThisArray(), "_", index);
}

absl::Status RequeueThis() { return Ask({"scontrol", "requeue", ThisJob()}).status(); }

}  // namespace bigscan::slurm
