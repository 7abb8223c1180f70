// The directory of a run on the shared file system: what is where in it. Submitter, tasks and whoever waits know of each
// other by its files alone; each file takes its place as a whole.
#ifndef BIGSCAN_CMD_CLUSTER_WORK_DIRECTORY_H_
#define BIGSCAN_CMD_CLUSTER_WORK_DIRECTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ipc/unique_fd.h"

namespace bigscan {

class WorkDirectory {
 public:
  // Makes it, if `create` says so and it is not there. Errors name it.
  static absl::StatusOr<WorkDirectory> Open(const std::string& path, bool create);

  // Absolute.
  const std::string& path() const { return path_; }
  std::string manifest() const { return path_ + "/manifest"; }
  // Who submits, and with what: see submission.h.
  std::string command() const { return path_ + "/command"; }
  std::string submission() const { return path_ + "/submission"; }
  std::string job_script() const { return path_ + "/job.sh"; }
  std::string log() const { return path_ + "/log"; }
  // The snapshot of a shard, from 1, and the status of its task.
  std::string part(uint32_t shard) const { return absl::StrCat(path_, "/parts/", shard); }
  std::string status(uint32_t shard) const { return absl::StrCat(path_, "/status/", shard); }
  // Those of a group of shards, from 1: merge_groups.h.
  std::string merged(uint32_t group) const { return absl::StrCat(path_, "/merged/", group); }
  std::string merged_status(uint32_t group) const {
    return absl::StrCat(path_, "/status/merged-", group);
  }
  // Of the last merge.
  std::string merge_status() const { return path_ + "/status/merge"; }
  std::string result() const { return path_ + "/result"; }

  // Keeps other submitters away until the descriptor is closed, or its process ends. Fails with kUnavailable if there is
  // another one.
  absl::StatusOr<UniqueFd> Lock() const;

 private:
  explicit WorkDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

// All of a file; nothing if there is none. Fails with the name of the file.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& path);

// Puts `bytes` in place of the file `path`, as a whole.
absl::Status ReplaceFile(const std::string& path, absl::string_view bytes);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_WORK_DIRECTORY_H_
