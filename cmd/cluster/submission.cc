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
  return {std::filesystem::read_symlink("/proc/self/exe", error).string(),
          absl::StrCat("--role=", role), absl::StrCat("--work=", directory.path()),
          absl::StrCat("--shards=", options.shards), absl::StrCat("--retries=", options.retries)};
}

// Arrays of as many indices as Slurm has, each with the number of the shards before it.
absl::Status SubmitShards(const ClusterOptions& options, const WorkDirectory& directory,
                          const std::vector<uint32_t>& missing,
                          const std::vector<std::string>& scanning, Submission* submission) {
  const absl::StatusOr<uint32_t> most = slurm::MostIndex();
  if (!most.ok()) return most.status();
  for (size_t next = 0; next < missing.size();) {
    const uint32_t first = (missing[next] - 1) / *most * *most;
    std::vector<uint32_t> indices;
    for (; next < missing.size() && missing[next] - first <= *most; ++next) {
      indices.push_back(missing[next] - first);
    }
    std::vector<std::string> job = JobOptions(options, directory, submission->name, "%A_%a");
    job.push_back(absl::StrCat("--array=", Ranges(indices, ",")));
    std::vector<std::string> words = TaskWords(options, directory, "shard");
    words.push_back(absl::StrCat("--first=", first));
    words.push_back("--");
    words.insert(words.end(), scanning.begin(), scanning.end());
    absl::StatusOr<std::string> id = slurm::Submit(job, directory.job_script(), words);
    if (!id.ok()) return id.status();
    submission->arrays.push_back(*std::move(id));
    submission->tasks += indices.size();
  }
  return absl::OkStatus();
}

absl::Status SubmitMerge(const ClusterOptions& options, const WorkDirectory& directory,
                         Submission* submission) {
  std::vector<std::string> job = JobOptions(options, directory, submission->name, "%j-merge");
  if (!submission->arrays.empty()) {
    // Not afterok: that would wait for ever once a task has failed, even if it succeeds later.
    job.push_back(absl::StrCat("--dependency=afterany:", absl::StrJoin(submission->arrays, ":")));
  }
  absl::StatusOr<std::string> id =
      slurm::Submit(job, directory.job_script(), TaskWords(options, directory, "merge"));
  if (!id.ok()) return id.status();
  submission->merge = *std::move(id);
  return absl::OkStatus();
}

absl::Status SubmitAll(const ClusterOptions& options, const WorkDirectory& directory,
                       const std::vector<uint32_t>& missing,
                       const std::vector<std::string>& scanning, Submission* submission) {
  absl::Status status = SubmitShards(options, directory, missing, scanning, submission);
  if (status.ok()) status = SubmitMerge(options, directory, submission);
  if (status.ok()) {
    status =
        ReplaceFile(directory.submission(),
                    absl::StrCat(submission->name, "\n", absl::StrJoin(submission->arrays, "\n"),
                                 "\n", submission->merge, "\n"));
  }
  return status;
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
  const absl::StatusOr<std::vector<uint32_t>> missing = MissingShards(directory, options.shards);
  if (!missing.ok()) return missing.status();
  Submission submission{.name = NewName()};
  if (missing->empty() && access(directory.result().c_str(), F_OK) == 0) return submission;
  // Before there are jobs of this name, so that whoever comes next looks for them.
  for (const absl::Status& status : {ReplaceFile(directory.submission(), submission.name + "\n"),
                                     ReplaceFile(directory.job_script(), kJobScript)}) {
    if (!status.ok()) return status;
  }
  for (const uint32_t shard : *missing) unlink(directory.status(shard).c_str());
  unlink(directory.merge_status().c_str());
  unlink(directory.result().c_str());
  const absl::Status status = SubmitAll(options, directory, *missing, *scanning, &submission);
  if (status.ok()) return submission;
  const absl::Status cancelled = slurm::Cancel(submission.name);
  if (cancelled.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(status.message(), "\n", cancelled.message()));
}

}  // namespace bigscan
