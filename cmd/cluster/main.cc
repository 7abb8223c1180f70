// bigscan-cluster: runs bigscan as a job array of Slurm. The main program; its tasks are the same program in other roles.

#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/cluster/cluster_options.h"
#include "cmd/cluster/follow.h"
#include "cmd/cluster/say.h"
#include "cmd/cluster/submission.h"
#include "cmd/cluster/task.h"
#include "cmd/cluster/work_directory.h"
#include "ipc/signals.h"

namespace bigscan {
namespace {

constexpr int kError = 2;

int Complain(const absl::Status& status) {
  SayError(status.message());
  return kError;
}

int Print(const std::string& text) {
  const bool written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return fflush(stdout) == 0 && written ? 0 : kError;
}

// To whom: the standard output is the result's, if that is waited for.
int Tell(const std::string& text, bool wait) {
  if (!wait) return Print(text + "\n");
  SayError(text);
  return 0;
}

int RunSubmitter(const ClusterOptions& options, const WorkDirectory& directory) {
  int signal = 0;
  absl::StatusOr<Submission> submission = absl::UnknownError("");
  {
    // So that none comes between two jobs of a run.
    SignalWatch signals;
    submission = Submit(options, directory);
    signal = signals.Take();
  }
  if (!submission.ok()) {
    const int status = Complain(submission.status());
    if (signal != 0) DieBySignal(signal);
    return status;
  }
  if (submission->merge.empty()) {
    if (options.wait) return PrintResult(directory);
    return Tell(absl::StrCat("done: ", directory.result()), false);
  }
  std::string text = "submitted ";
  if (!submission->arrays.empty()) {
    absl::StrAppend(&text, submission->tasks, " of ", options.shards, " shards as ",
                    absl::StrJoin(submission->arrays, ", "), ", ");
  }
  if (!submission->group_arrays.empty()) {
    absl::StrAppend(&text, submission->group_tasks, " merges of shards as ",
                    absl::StrJoin(submission->group_arrays, ", "), ", ");
  }
  absl::StrAppend(&text, "the merge as ", submission->merge);
  const int told = Tell(text, options.wait);
  return options.wait ? Follow(directory, options, *submission) : told;
}

int Main(int argc, char** argv) {
  const absl::StatusOr<ClusterOptions> options = ParseClusterOptions(argc, argv);
  if (!options.ok()) {
    Complain(options.status());
    fputs("Try 'bigscan-cluster --help' for more information.\n", stderr);
    return kError;
  }
  if (options->help) return Print(ClusterHelp());
  if (options->version) return Print("bigscan-cluster " BIGSCAN_VERSION "\n");
  const bool submits = options->role == ClusterOptions::Role::kSubmitter;
  const absl::StatusOr<WorkDirectory> directory = WorkDirectory::Open(options->work, submits);
  if (!directory.ok()) return Complain(directory.status());
  if (submits) return RunSubmitter(*options, *directory);
  if (options->role == ClusterOptions::Role::kShard) return RunShardTask(*options, *directory);
  if (options->role == ClusterOptions::Role::kGroup) return RunGroupTask(*options, *directory);
  return RunMergeTask(*options, *directory);
}

}  // namespace
}  // namespace bigscan

int main(int argc, char** argv) { return bigscan::Main(argc, argv); }
