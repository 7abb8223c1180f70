#include "cmd/cluster/task.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/cluster/merge_groups.h"
#include "cmd/cluster/say.h"
#include "cmd/cluster/shard_list.h"
#include "cmd/cluster/slurm.h"
#include "cmd/cluster/subprocess.h"
#include "cmd/cluster/task_status.h"

namespace bigscan {
namespace {

constexpr int kError = 2;
constexpr int kTryAgain = 75;  // EX_TEMPFAIL
constexpr size_t kMostNamedFailures = 10;

// The CPUs that this task may use: without task plugins, Slurm only tells in the environment which it means.
uint32_t Cpus() {
  cpu_set_t set;
  uint32_t cpus =
      sched_getaffinity(0, sizeof(set), &set) == 0 ? static_cast<uint32_t>(CPU_COUNT(&set)) : 1;
  for (const char* name : {"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"}) {
    const char* value = getenv(name);
    uint32_t given = 0;
    if (value == nullptr || !absl::SimpleAtoi(value, &given) || given == 0) continue;
    return std::min(cpus, given);
  }
  return cpus;
}

std::string Host() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  const char* node = getenv("SLURMD_NODENAME");
  return node != nullptr ? node : name;
}

// What a task tells of itself while it goes on.
class Task {
 public:
  Task(std::string path, uint32_t retries) : path_(std::move(path)), retries_(retries) {
    status_.job = slurm::ThisArray();
    status_.host = Host();
    const std::optional<TaskStatus> before = ReadTaskStatus(path_);
    if (before.has_value() && before->job == status_.job) status_.failures = before->failures;
    Write(TaskStatus::State::kRunning);
  }

  int Done(int exit_status, std::string message) {
    SayError(message);
    status_.exit_status = exit_status;
    status_.message = std::move(message);
    Write(TaskStatus::State::kDone);
    return 0;
  }

  int Fail(int exit_status, std::string message) {
    SayError(message);
    status_.exit_status = exit_status;
    status_.message = std::move(message);
    Write(TaskStatus::State::kFailed);
    return exit_status;
  }

  // If it has not failed too often.
  int Retry(int exit_status, std::string message) {
    ++status_.failures;
    if (status_.failures > retries_) {
      return Fail(exit_status, absl::StrCat(message, " (tried ", status_.failures, " times)"));
    }
    SayError(message);
    status_.exit_status = exit_status;
    status_.message = message;
    // Told before, as Slurm ends this process at once.
    Write(TaskStatus::State::kRetrying);
    const absl::Status status = slurm::RequeueThis();
    if (status.ok()) return exit_status;
    return Fail(exit_status, absl::StrCat(message, "; ", status.message()));
  }

 private:
  void Write(TaskStatus::State state) {
    status_.state = state;
    // The result counts, not what is told of it.
    const absl::Status status = WriteTaskStatus(path_, status_);
    if (!status.ok()) SayError(status.message());
  }

  const std::string path_;
  const uint32_t retries_;
  TaskStatus status_;
};

// How bigscan has ended: 0 and 1 are no failures of a merge, and 1 is none of a shard.
int Judge(const Ended& ended, Task* task) {
  std::string message(absl::StripAsciiWhitespace(ended.err));
  if (ended.signal != 0) {
    return task->Fail(128 + ended.signal, absl::StrCat("ended by signal ", ended.signal,
                                                       ": cancelled, or out of its time"));
  }
  if (ended.status <= 1) return task->Done(ended.status, std::move(message));
  if (message.empty()) message = absl::StrCat("bigscan: exit status ", ended.status);
  return ended.status == kError ? task->Fail(kError, std::move(message))
                                : task->Retry(ended.status, std::move(message));
}

// Which are missing, and what is known of why.
std::string TellMissing(const WorkDirectory& directory, const std::vector<uint32_t>& missing,
                        uint32_t shards) {
  std::string text = absl::StrCat(missing.size() == 1 ? "shard " : "shards ", Ranges(missing, ", "),
                                  " of ", shards, missing.size() == 1 ? " is" : " are", " missing");
  for (size_t i = 0; i < std::min(missing.size(), kMostNamedFailures); ++i) {
    const std::optional<TaskStatus> status = ReadTaskStatus(directory.status(missing[i]));
    if (!status.has_value() || status->message.empty()) continue;
    absl::StrAppend(&text, "\nshard ", missing[i], ": ", status->message);
  }
  return text;
}

// What an array's task is to do: which shard, or group. Nothing, which is said, outside of an array.
std::optional<uint32_t> NumberInArray(const ClusterOptions& options) {
  const char* const word = getenv("SLURM_ARRAY_TASK_ID");
  uint32_t index = 0;
  if (word != nullptr && absl::SimpleAtoi(word, &index)) return options.first + index;
  SayError("no task of a job array: SLURM_ARRAY_TASK_ID is not set");
  return std::nullopt;
}

// So that snapshots go by short names, as there may be more than a command line takes otherwise.
absl::Status EnterParts(const WorkDirectory& directory) {
  const std::string parts = std::filesystem::path(directory.part(1)).parent_path().string();
  if (chdir(parts.c_str()) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(parts, ": can not enter"));
}

void AddParts(uint32_t first, uint32_t last, std::vector<std::string>* words) {
  for (uint32_t shard = first; shard <= last; ++shard) words->push_back(absl::StrCat(shard));
}

}  // namespace

std::string BigscanProgram() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path beside = self.parent_path() / "bigscan";
  return !error && access(beside.c_str(), X_OK) == 0 ? beside.string() : "bigscan";
}

int RunShardTask(const ClusterOptions& options, const WorkDirectory& directory) {
  const std::optional<uint32_t> number = NumberInArray(options);
  if (!number.has_value()) return kError;
  const uint32_t shard = *number;
  Task task(directory.status(shard), options.retries);
  std::vector<std::string> words = {BigscanProgram(), absl::StrCat("--processes=", Cpus()),
                                    "--manifest",     directory.manifest(),
                                    "--shard",        absl::StrCat(shard, "/", options.shards),
                                    "--partial",      directory.part(shard)};
  words.insert(words.end(), options.words.begin(), options.words.end());
  const absl::StatusOr<Ended> ended = RunProgram(words);
  if (!ended.ok()) return task.Retry(kTryAgain, std::string(ended.status().message()));
  return Judge(*ended, &task);
}

int RunGroupTask(const ClusterOptions& options, const WorkDirectory& directory) {
  const MergeGroups groups(options.shards, options.merge_width);
  const std::optional<uint32_t> group = NumberInArray(options);
  if (!group.has_value()) return kError;
  Task task(directory.merged_status(*group), options.retries);
  const absl::StatusOr<Missing> missing = FindMissingOf(*group, directory, groups, options.shards);
  if (!missing.ok()) return task.Fail(kError, std::string(missing.status().message()));
  if (missing->groups.empty()) return task.Done(0, "");
  if (!missing->shards.empty()) {
    return task.Fail(kError, TellMissing(directory, missing->shards, options.shards));
  }
  if (absl::Status status = EnterParts(directory); !status.ok()) {
    return task.Fail(kError, std::string(status.message()));
  }
  std::vector<std::string> words = {BigscanProgram(), "--merge", "--partial",
                                    directory.merged(*group)};
  AddParts(groups.first(*group), groups.last(*group), &words);
  const absl::StatusOr<Ended> ended = RunProgram(words);
  if (!ended.ok()) return task.Retry(kTryAgain, std::string(ended.status().message()));
  return Judge(*ended, &task);
}

int RunMergeTask(const ClusterOptions& options, const WorkDirectory& directory) {
  Task task(directory.merge_status(), options.retries);
  const MergeGroups groups(options.shards, options.merge_width);
  const absl::StatusOr<Missing> missing = FindMissing(directory, groups, options.shards);
  if (!missing.ok()) return task.Fail(kError, std::string(missing.status().message()));
  if (!missing->shards.empty()) {
    return task.Fail(kError, TellMissing(directory, missing->shards, options.shards));
  }
  if (absl::Status status = EnterParts(directory); !status.ok()) {
    return task.Fail(kError, std::string(status.message()));
  }
  std::vector<std::string> words = {BigscanProgram(), "--merge", "--output", directory.result()};
  if (groups.size() == 0) AddParts(1, options.shards, &words);
  for (uint32_t group = 1; group <= groups.size(); ++group) {
    const bool is_merged =
        !std::binary_search(missing->groups.begin(), missing->groups.end(), group);
    if (is_merged) {
      words.push_back(absl::StrCat("../merged/", group));
    } else {  // its task was lost: what that would have done is done here
      AddParts(groups.first(group), groups.last(group), &words);
    }
  }
  const absl::StatusOr<Ended> ended = RunProgram(words);
  if (!ended.ok()) return task.Retry(kTryAgain, std::string(ended.status().message()));
  // Of --strict, say: there is a whole result, of which bigscan has something to tell.
  const bool has_result = access(directory.result().c_str(), F_OK) == 0;
  if (ended->signal == 0 && ended->status == kError && has_result) {
    return task.Done(kError, std::string(absl::StripAsciiWhitespace(ended->err)));
  }
  return Judge(*ended, &task);
}

}  // namespace bigscan
