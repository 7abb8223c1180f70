// The snapshots that --merge is given: whether they are those of one run, each share of it once.
#ifndef BIGSCAN_CMD_SNAPSHOT_SET_H_
#define BIGSCAN_CMD_SNAPSHOT_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/snapshot_file.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

// Why the results that `a` and `b` tell of are not of the same kind: what first differs in job, options and patterns.
// Nothing if they are.
std::string WhyOtherResult(const snapshot::Header& a, const snapshot::Header& b);

class SnapshotSet {
 public:
  // Reads all of `files`, in any order. Fails, with the name of a file and what is wrong with it, or with the shares that
  // are missing.
  static absl::StatusOr<SnapshotSet> Open(const std::vector<std::string>& files);

  // What all have in common.
  const snapshot::Header& header() const { return header_; }
  size_t size() const { return files_.size(); }
  // By share, from 0. Opens the file once more, which may be another one by now: then it fails.
  absl::StatusOr<std::unique_ptr<SnapshotReader>> Reader(size_t index) const;
  const std::string& path(size_t index) const { return files_[index].path; }

 private:
  struct File {
    std::string path;  // empty: missing
    uint64_t checksum = 0;
  };

  absl::Status Add(const std::string& path);
  absl::Status CheckComplete() const;

  snapshot::Header header_;
  std::vector<File> files_;  // by share
  std::string first_;        // that was added
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SNAPSHOT_SET_H_
