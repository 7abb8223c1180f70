#include "cmd/cluster/submission.h"

#include <sys/random.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cmd/cluster/merge_groups.h"
#include "cmd/cluster/shard_list.h"
#include "cmd/cluster/slurm.h"
#include "cmd/cluster/subprocess.h"
#include "cmd/cluster/task.h"
#include "cmd/cluster/task_status.h"
#include "cmd/scanning_options.h"

namespace bigscan {
namespace {

// What Slurm runs: the words behind it, so that none of them has to be quoted.
constexpr char kJobScript[] = "#!/bin/sh\nexec \"$@\"\n";

// A name that no other job has. An old one would have jobs of an earlier submission, which may still be ending, count.
std::string NewName() {
  unsigned char bytes[8];
  if (getentropy(bytes, sizeof(bytes)) != 0) return absl::StrCat("bigscan-", getpid());
  return absl::StrCat("bigscan-", absl::BytesToHexString({reinterpret_cast<char*>(bytes), 8}));
}

std::string WorkingDirectory() {
  std::error_code error;
  return std::filesystem::current_path(error).string();
}

// Names in what is asked for are relative to the working directory.
std::string CommandOf(const ClusterOptions& options) {
  return absl::StrCat(WorkingDirectory(), absl::string_view("\0", 1), options.shards,
                      absl::string_view("\0", 1),
                      absl::StrJoin(options.words, absl::string_view("\0", 1)));
}

absl::Status CheckNotUnderWay(const WorkDirectory& directory) {
  const absl::StatusOr<std::optional<std::string>> before = ReadIfThere(directory.submission());
  if (!before.ok()) return before.status();
  if (!before->has_value()) return absl::OkStatus();
  const std::string name = (*before)->substr(0, (*before)->find('\n'));
  const absl::StatusOr<std::vector<std::string>> pending = slurm::Pending(name);
  if (!pending.ok()) return pending.status();
  if (pending->empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory.path(), ": a run is under way there: jobs ", absl::StrJoin(*pending, ", ")));
}

// Has bigscan list the inputs, once.
absl::Status FixManifest(const ClusterOptions& options, const WorkDirectory& directory) {
  const absl::StatusOr<std::optional<std::string>> before = ReadIfThere(directory.command());
  if (!before.ok()) return before.status();
  const std::string command = CommandOf(options);
  if (before->has_value()) {
    if (**before == command) return absl::OkStatus();
    const std::vector<std::string> words = absl::StrSplit(**before, '\0');
    return absl::FailedPreconditionError(absl::StrCat(
        directory.path(), ": belongs to another run, in '", absl::StrJoin(words, "' '"), "'"));
  }
  std::vector<std::string> words = {BigscanProgram(), "--write-manifest", directory.manifest()};
  words.insert(words.end(), options.words.begin(), options.words.end());
  const absl::StatusOr<Ended> ended = RunProgram(words);
  if (!ended.ok()) return ended.status();
  if (ended->signal != 0) return absl::CancelledError("interrupted");
  if (ended->status != 0) return absl::FailedPreconditionError(ended->err);
  return ReplaceFile(directory.command(), command);
}

std::vector<std::string> JobOptions(const ClusterOptions& options, const WorkDirectory& directory,
                                    const std::string& name, const char* log) {
  std::vector<std::string> words = {"--requeue", "--open-mode=append"};
  words.insert(words.end(), options.sbatch.begin(), options.sbatch.end());
  words.push_back(absl::StrCat("--job-name=", name));
  words.push_back(absl::StrCat("--chdir=", WorkingDirectory()));
  words.push_back(
      absl::StrCat("--output=", absl::StrReplaceAll(directory.log(), {{"%", "%%"}}), "/", log));
  return words;
}

std::vector<std::string> TaskWords(const ClusterOptions& options, const WorkDirectory& directory,
                                   const char* role) {
  std::error_code error;
  std::vector<std::string> words = {
      std::filesystem::read_symlink("/proc/self/exe", error).string(),
      absl::StrCat("--role=", role), absl::StrCat("--work=", directory.path()),
      absl::StrCat("--shards=", options.shards), absl::StrCat("--retries=", options.retries)};
  if (options.merge_width > 0) {
    words.push_back(absl::StrCat("--merge-width=", options.merge_width));
  }
  return words;
}

// Has the job wait for the end of all of `arrays`. Not afterok: that would wait for ever once a task has failed, even if
// it succeeds later.
void WaitFor(const std::vector<std::string>& arrays, std::vector<std::string>* job) {
  if (arrays.empty()) return;
  job->push_back(absl::StrCat("--dependency=afterany:", absl::StrJoin(arrays, ":")));
}

struct Tasks {
  const char* role;
  std::vector<uint32_t> numbers;  // ascending
  std::vector<std::string> behind = {};
  std::vector<std::string> words = {};  // of bigscan
};

// Arrays of as many indices as Slurm has, each with the number of the tasks before it. Returns their ids.
absl::StatusOr<std::vector<std::string>> SubmitTasks(const ClusterOptions& options,
                                                     const WorkDirectory& directory,
                                                     const std::string& name, const Tasks& tasks) {
  std::vector<std::string> ids;
  if (tasks.numbers.empty()) return ids;
  const absl::StatusOr<uint32_t> most = slurm::MostIndex();
  if (!most.ok()) return most.status();
  for (size_t next = 0; next < tasks.numbers.size();) {
    const uint32_t first = (tasks.numbers[next] - 1) / *most * *most;
    std::vector<uint32_t> indices;
    for (; next < tasks.numbers.size() && tasks.numbers[next] - first <= *most; ++next) {
      indices.push_back(tasks.numbers[next] - first);
    }
    std::vector<std::string> job = JobOptions(options, directory, name, "%A_%a");
    WaitFor(tasks.behind, &job);
    job.push_back(absl::StrCat("--array=", Ranges(indices, ",")));
    std::vector<std::string> words = TaskWords(options, directory, tasks.role);
    words.push_back(absl::StrCat("--first=", first));
    words.push_back("--");
    words.insert(words.end(), tasks.words.begin(), tasks.words.end());
    absl::StatusOr<std::string> id = slurm::Submit(job, directory.job_script(), words);
    if (!id.ok()) return id.status();
    ids.push_back(*std::move(id));
  }
  return ids;
}

absl::Status SubmitMerge(const ClusterOptions& options, const WorkDirectory& directory,
                         Submission* submission) {
  std::vector<std::string> job = JobOptions(options, directory, submission->name, "%j-merge");
  WaitFor(submission->group_arrays.empty() ? submission->arrays : submission->group_arrays, &job);
  absl::StatusOr<std::string> id =
      slurm::Submit(job, directory.job_script(), TaskWords(options, directory, "merge"));
  if (!id.ok()) return id.status();
  submission->merge = *std::move(id);
  return absl::OkStatus();
}

absl::Status SubmitAll(const ClusterOptions& options, const WorkDirectory& directory,
                       const Missing& missing, const std::vector<std::string>& scanning,
                       Submission* submission) {
  absl::StatusOr<std::vector<std::string>> ids =
      SubmitTasks(options, directory, submission->name,
                  {.role = "shard", .numbers = missing.shards, .words = scanning});
  if (!ids.ok()) return ids.status();
  submission->arrays = *ids;
  submission->tasks = missing.shards.size();
  ids = SubmitTasks(
      options, directory, submission->name,
      {.role = "group", .numbers = missing.groups, .behind = submission->arrays, .words = {}});
  if (!ids.ok()) return ids.status();
  submission->group_arrays = *ids;
  submission->group_tasks = missing.groups.size();
  if (absl::Status status = SubmitMerge(options, directory, submission); !status.ok()) {
    return status;
  }
  std::vector<std::string> lines = {submission->name};
  for (const std::vector<std::string>* arrays : {&submission->arrays, &submission->group_arrays}) {
    lines.insert(lines.end(), arrays->begin(), arrays->end());
  }
  lines.push_back(submission->merge);
  return ReplaceFile(directory.submission(), absl::StrJoin(lines, "\n") + "\n");
}

}  // namespace

absl::StatusOr<Submission> Submit(const ClusterOptions& options, const WorkDirectory& directory) {
  const absl::StatusOr<std::vector<std::string>> scanning = ScanningWords(options.words);
  if (!scanning.ok()) return scanning.status();
  const absl::StatusOr<UniqueFd> lock = directory.Lock();
  if (!lock.ok()) return lock.status();
  for (const absl::Status& status :
       {CheckNotUnderWay(directory), FixManifest(options, directory)}) {
    if (!status.ok()) return status;
  }
  const MergeGroups groups(options.shards, options.merge_width);
  const absl::StatusOr<Missing> missing = FindMissing(directory, groups, options.shards);
  if (!missing.ok()) return missing.status();
  Submission submission{.name = NewName()};
  if (missing->shards.empty() && access(directory.result().c_str(), F_OK) == 0) return submission;
  // Before there are jobs of this name, so that whoever comes next looks for them.
  for (const absl::Status& status : {ReplaceFile(directory.submission(), submission.name + "\n"),
                                     ReplaceFile(directory.job_script(), kJobScript)}) {
    if (!status.ok()) return status;
  }
  for (const uint32_t shard : missing->shards) unlink(directory.status(shard).c_str());
  for (const uint32_t group : missing->groups) unlink(directory.merged_status(group).c_str());
  unlink(directory.merge_status().c_str());
  unlink(directory.result().c_str());
  const absl::Status status = SubmitAll(options, directory, *missing, *scanning, &submission);
  if (status.ok()) return submission;
  const absl::Status cancelled = slurm::Cancel(submission.name);
  if (cancelled.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(status.message(), "\n", cancelled.message()));
}

}  // namespace bigscan
