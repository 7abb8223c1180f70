#include "cmd/tree_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace bigscan {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
// A FIFO without a writer must not stop the coordinator: its feeder does the waiting.
constexpr int kOpenFile = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

unsigned char TypeOf(int directory, const char* name, int flags) {
  struct stat info;
  if (fstatat(directory, name, &info, flags) != 0) return DT_UNKNOWN;
  return IFTODT(info.st_mode);
}

// Appends the entries of `fd`, unsorted. Returns errno, or 0.
int ReadEntries(int fd, std::string* names, std::vector<uint64_t>* order) {
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  const std::unique_ptr<DIR, CloseDirectory> directory(own < 0 ? nullptr : fdopendir(own));
  if (directory == nullptr) {
    const int error = errno;
    if (own >= 0) UniqueFd(own).Reset();
    return error;
  }
  while (true) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) return errno;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    order->push_back(names->size());
    names->push_back(static_cast<char>(entry->d_type));
    names->append(entry->d_name, strlen(entry->d_name) + 1);
  }
}

// fts(3) leaves one slash at the end of what it starts from.
std::string WithoutSlashes(std::string path) {
  while (path.size() > 1 && path.ends_with("//")) path.pop_back();
  return path;
}

}  // namespace

TreeWalk::TreeWalk(std::string path, UniqueFd root, const FileRules& rules, const Options& options)
    : rules_(rules),
      options_(options),
      root_(WithoutSlashes(std::move(path))),
      path_(root_),
      unread_root_(std::move(root)) {}

std::optional<TreeWalk::File> TreeWalk::Next(Complain complain) {
  if (unread_root_.valid()) Enter(std::move(unread_root_), complain);
  while (!levels_.empty()) {
    Level& level = levels_.back();
    path_.resize(level.path_size);
    if (level.next == level.order.size() || (!level.fd.valid() && !Reopen(complain))) {
      levels_.pop_back();
      continue;
    }
    const char* entry = level.names.data() + level.order[level.next++];
    path_ += entry + 1;
    std::optional<File> file =
        Visit(static_cast<unsigned char>(entry[0]), path_.c_str() + level.path_size, complain);
    if (file.has_value()) return file;
  }
  return std::nullopt;
}

std::optional<TreeWalk::File> TreeWalk::Visit(unsigned char type, const char* name,
                                              Complain complain) {
  const int directory = levels_.back().fd.get();
  if (type == DT_UNKNOWN) type = TypeOf(directory, name, AT_SYMLINK_NOFOLLOW);
  if (type == DT_LNK) {
    if (!options_.follow_links) return std::nullopt;
    type = TypeOf(directory, name, 0);  // unknown if it dangles: open(2) says so
  }
  const int no_follow = options_.follow_links ? 0 : O_NOFOLLOW;
  if (type == DT_DIR) {
    if (rules_.SkipsDirectory(name, FileRules::Origin::kFound)) return std::nullopt;
    UniqueFd fd(openat(directory, name, kOpenDirectory | no_follow));
    if (fd.valid()) {
      Enter(std::move(fd), complain);
    } else {
      complain(Name(), Problem::kError, errno);
    }
    return std::nullopt;
  }
  if (rules_.SkipsFile(name, FileRules::Origin::kFound)) return std::nullopt;
  const bool device = type == DT_FIFO || type == DT_CHR || type == DT_BLK || type == DT_SOCK;
  if (device && !options_.read_devices) return std::nullopt;
  UniqueFd fd(openat(directory, name, kOpenFile | no_follow));
  if (fd.valid()) return File{Name(), std::move(fd)};
  if (no_follow == 0 || errno != ELOOP) complain(Name(), Problem::kError, errno);
  return std::nullopt;
}

// Goes into the directory path_.
void TreeWalk::Enter(UniqueFd fd, Complain complain) {
  struct stat info;
  if (fstat(fd.get(), &info) != 0) {
    complain(Name(), Problem::kError, errno);
    return;
  }
  const bool loop = std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
    return level.device == info.st_dev && level.inode == info.st_ino;
  });
  if (loop) {
    complain(Name(), Problem::kLoop, 0);
    return;
  }
  Level level{.fd = std::move(fd), .device = info.st_dev, .inode = info.st_ino, .path_size = 0};
  if (const int error = ReadEntries(level.fd.get(), &level.names, &level.order); error != 0) {
    complain(Name(), Problem::kError, error);
  }
  const char* names = level.names.data();
  std::sort(level.order.begin(), level.order.end(),
            [names](uint64_t a, uint64_t b) { return strcmp(names + a + 1, names + b + 1) < 0; });
  if (!path_.ends_with('/')) path_ += '/';
  level.path_size = path_.size();
  levels_.push_back(std::move(level));
  if (levels_.size() > kMostOpen) levels_[levels_.size() - kMostOpen - 1].fd.Reset();
}

// Opens the directory of the last level again, by way of those above it.
bool TreeWalk::Reopen(Complain complain) {
  Level& last = levels_.back();
  const int no_follow = options_.follow_links ? 0 : O_NOFOLLOW;
  UniqueFd fd(open(root_.c_str(), kOpenDirectory));
  for (size_t i = 1; i < levels_.size() && fd.valid(); ++i) {
    const size_t begin = levels_[i - 1].path_size;
    const std::string name = path_.substr(begin, levels_[i].path_size - 1 - begin);
    fd = UniqueFd(openat(fd.get(), name.c_str(), kOpenDirectory | no_follow));
  }
  int error = errno;
  if (fd.valid()) {
    struct stat info;
    const bool same =
        fstat(fd.get(), &info) == 0 && info.st_dev == last.device && info.st_ino == last.inode;
    if (same) {
      last.fd = std::move(fd);
      return true;
    }
    error = ENOENT;  // moved away meanwhile
  }
  complain(Name(), Problem::kError, error);
  return false;
}

}  // namespace bigscan
