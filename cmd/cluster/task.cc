#include "cmd/cluster/task.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/cluster/say.h"
#include "cmd/cluster/shard_list.h"
#include "cmd/cluster/slurm.h"
#include "cmd/cluster/subprocess.h"
#include "cmd/cluster/task_status.h"
#include "lib/replacement_file.h"

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

}  // namespace

std::string BigscanProgram() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path beside = self.parent_path() / "bigscan";
  return !error && access(beside.c_str(), X_OK) == 0 ? beside.string() : "bigscan";
}

int RunShardTask(const ClusterOptions& options, const WorkDirectory& directory) {
  const char* index_word = getenv("SLURM_ARRAY_TASK_ID");
  uint32_t index = 0;
  if (index_word == nullptr || !absl::SimpleAtoi(index_word, &index)) {
    SayError("no task of a job array: SLURM_ARRAY_TASK_ID is not set");
    return kError;
  }
  const uint32_t shard = options.first + index;
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

int RunMergeTask(const ClusterOptions& options, const WorkDirectory& directory) {
  Task task(directory.merge_status(), options.retries);
  const absl::StatusOr<std::vector<uint32_t>> missing = MissingShards(directory, options.shards);
  if (!missing.ok()) return task.Fail(kError, std::string(missing.status().message()));
  if (!missing->empty()) {
    return task.Fail(kError, TellMissing(directory, *missing, options.shards));
  }
  absl::StatusOr<std::unique_ptr<ReplacementFile>> result =
      ReplacementFile::Create(directory.result());
  if (!result.ok()) return task.Fail(kError, std::string(result.status().message()));
  // By their short names, as there may be more than a command line takes otherwise.
  const std::string parts = std::filesystem::path(directory.part(1)).parent_path().string();
  if (chdir(parts.c_str()) != 0) return task.Fail(kError, absl::StrCat(parts, ": can not enter"));
  std::vector<std::string> words = {BigscanProgram(), "--merge"};
  for (uint32_t shard = 1; shard <= options.shards; ++shard) words.push_back(absl::StrCat(shard));
  const absl::StatusOr<Ended> ended =
      RunProgram(words, [&](absl::string_view bytes) { return (*result)->Append(bytes); });
  if (!ended.ok()) return task.Retry(kTryAgain, std::string(ended.status().message()));
  if (ended->signal == 0 && ended->status <= 1) {
    const absl::Status status = (*result)->Commit();
    if (!status.ok()) return task.Retry(kTryAgain, std::string(status.message()));
  }
  return Judge(*ended, &task);
}

}  // namespace bigscan
