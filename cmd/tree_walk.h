// The files in a directory and below, one after the other: what -r reads.
#ifndef BIGSCAN_CMD_TREE_WALK_H_
#define BIGSCAN_CMD_TREE_WALK_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "cmd/file_rules.h"
#include "ipc/unique_fd.h"

namespace bigscan {

// Files come in the order of their paths: in each directory by name, compared byte by byte, a directory
// with all that is below it where its name stands. (grep takes them as the file system has them.)
//
// Reads a directory when it comes to it, so that memory holds the names in the directories on the way to
// the current file and no others, and at most kMostOpen descriptors are in use, however deep the tree.
class TreeWalk {
 public:
  static constexpr size_t kMostOpen = 8;

  struct Options {
    // Also follow links that are found in the tree, and open devices, FIFOs and sockets in it. Otherwise
    // they are passed over.
    bool follow_links = false;
    bool read_devices = false;
    // File names begin at this byte of their paths: 2 leaves "./" out.
    size_t name_begin = 0;
  };

  // `root` is the open directory `path`. `rules` must outlive the walk.
  TreeWalk(std::string path, UniqueFd root, const FileRules& rules, const Options& options);

  struct File {
    std::string name;
    UniqueFd fd;  // not blocking
  };
  // Called for what is left out: a file or directory that can not be read, or one that is its own
  // ancestor, by links or mounts, which is no error.
  enum class Problem { kError, kLoop };
  using Complain = absl::FunctionRef<void(const std::string& name, Problem problem, int error)>;

  // The next file that can be opened and that the rules let pass; nothing after the last one.
  std::optional<File> Next(Complain complain);

 private:
  // A directory on the way to the current file.
  struct Level {
    UniqueFd fd;  // not valid when it was closed to spare a descriptor
    dev_t device;
    ino_t inode;
    size_t path_size;        // of the directory in path_, with its slash
    std::string names = {};  // of the entries: type (a DT_ constant), name, NUL
    std::vector<uint64_t> order = {};
    size_t next = 0;  // in `order`
  };

  std::optional<File> Visit(unsigned char type, const char* name, Complain complain);
  void Enter(UniqueFd fd, Complain complain);
  bool Reopen(Complain complain);
  // "." alone stays, whatever is to be left out.
  std::string Name() const {
    return path_.size() > options_.name_begin ? path_.substr(options_.name_begin) : path_;
  }

  const FileRules& rules_;
  const Options options_;
  const std::string root_;
  std::string path_;  // of the directory or file at hand
  std::vector<Level> levels_;
  UniqueFd unread_root_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_TREE_WALK_H_
