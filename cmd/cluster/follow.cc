#include "cmd/cluster/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/cluster/merge_groups.h"
#include "cmd/cluster/say.h"
#include "cmd/cluster/slurm.h"
#include "cmd/cluster/task_status.h"
#include "ipc/signals.h"
#include "ipc/unique_fd.h"

namespace bigscan {
namespace {

constexpr int kError = 2;
constexpr int kPollMs = 500;
constexpr int kPollsPerQuestion = 10;  // to Slurm
// As often the queue has to be found empty: what a task has written last may show late on other machines.
constexpr int kEmptyQueues = 3;

using State = TaskStatus::State;

bool HasEnded(State state) { return state == State::kDone || state == State::kFailed; }

// What the tasks of one kind have told.
class Tasks {
 public:
  using PathOf = std::function<std::string(uint32_t number)>;
  Tasks(const char* name, uint32_t count, PathOf status_path)
      : name_(name), states_(count), status_path_(std::move(status_path)) {}

  // "3 of 5 shards done, 1 running". Those that are done are not looked at again. Nothing if there are no such tasks.
  std::string Tell() {
    size_t counts[4] = {};
    for (size_t i = 0; i < states_.size(); ++i) {
      std::optional<State>& state = states_[i];
      if (state != State::kDone) {
        const std::optional<TaskStatus> status =
            ReadTaskStatus(status_path_(static_cast<uint32_t>(i) + 1));
        if (status.has_value()) state = status->state;
      }
      if (state.has_value()) ++counts[static_cast<size_t>(*state)];
    }
    if (states_.empty()) return "";
    std::string text = absl::StrCat(counts[2], " of ", states_.size(), " ", name_, " done");
    if (counts[0] > 0) absl::StrAppend(&text, ", ", counts[0], " running");
    if (counts[1] > 0) absl::StrAppend(&text, ", ", counts[1], " to be tried again");
    if (counts[3] > 0) absl::StrAppend(&text, ", ", counts[3], " failed");
    return text;
  }

 private:
  const char* const name_;
  std::vector<std::optional<State>> states_;  // by number, from 0
  const PathOf status_path_;
};

// What they all have told.
class Progress {
 public:
  Progress(const WorkDirectory& directory, const ClusterOptions& options)
      : shards_("shards", options.shards, [&](uint32_t shard) { return directory.status(shard); }),
        groups_("merges", MergeGroups(options.shards, options.merge_width).size(),
                [&](uint32_t group) { return directory.merged_status(group); }) {}

  // Says it, if it is something new.
  void Update() {
    std::string text = shards_.Tell();
    const std::string merges = groups_.Tell();
    if (!merges.empty()) absl::StrAppend(&text, "; ", merges);
    if (text != said_) SayError(text);
    said_ = text;
  }

 private:
  Tasks shards_;
  Tasks groups_;
  std::string said_;
};

[[noreturn]] void CancelAndDie(const Submission& submission, int signal) {
  const absl::Status status = slurm::Cancel(submission.name);
  SayError(status.ok() ? "the jobs are cancelled" : status.message());
  DieBySignal(signal);
}

// As far as squeue can be asked.
bool HasLeftQueue(const Submission& submission) {
  const absl::StatusOr<std::vector<std::string>> pending = slurm::Pending(submission.name);
  return pending.ok() && pending->empty();
}

int WriteAll(int from) {
  char buffer[256 << 10];
  while (true) {
    const ssize_t got = read(from, buffer, sizeof(buffer));
    if (got == 0) return 0;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    for (ssize_t written = 0; written < got;) {
      const ssize_t wrote =
          write(STDOUT_FILENO, buffer + written, static_cast<size_t>(got - written));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return errno;
      written += wrote;
    }
  }
}

}  // namespace

int PrintResult(const WorkDirectory& directory) {
  const std::optional<TaskStatus> merge = ReadTaskStatus(directory.merge_status());
  if (!merge.has_value() || merge->state != State::kDone) {
    SayError(absl::StrCat(directory.merge_status(), ": does not tell how the merge has ended"));
    return kError;
  }
  const UniqueFd result(open(directory.result().c_str(), O_RDONLY | O_CLOEXEC));
  const int error = result.valid() ? WriteAll(result.get()) : errno;
  if (error != 0) {
    SayError(absl::ErrnoToStatus(error, directory.result()).message());
    return kError;
  }
  // As bigscan has said it.
  if (!merge->message.empty()) fputs(absl::StrCat(merge->message, "\n").c_str(), stderr);
  return merge->exit_status;
}

int Follow(const WorkDirectory& directory, const ClusterOptions& options,
           const Submission& submission) {
  Progress progress(directory, options);
  int empty_queues = 0;
  for (int polls = 1;; ++polls) {
    {
      SignalWatch signals;
      pollfd fd{.fd = signals.fd(), .events = POLLIN, .revents = 0};
      poll(&fd, 1, kPollMs);
      if (const int signal = signals.Take(); signal != 0) CancelAndDie(submission, signal);
      progress.Update();
      if (polls % kPollsPerQuestion == 0) empty_queues += HasLeftQueue(submission) ? 1 : 0;
    }
    const std::optional<TaskStatus> merge = ReadTaskStatus(directory.merge_status());
    const bool has_ended =
        merge.has_value() && merge->job == submission.merge && HasEnded(merge->state);
    if (has_ended && merge->state == State::kDone) return PrintResult(directory);
    if (has_ended) {
      SayError(merge->message);
      return kError;
    }
    if (empty_queues == kEmptyQueues) {
      SayError(
          absl::StrCat("the jobs have ended without a result: cancelled? See ", directory.log()));
      return kError;
    }
  }
}

}  // namespace bigscan
