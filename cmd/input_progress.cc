#include "cmd/input_progress.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cmd/file_rules.h"

namespace bigscan {
namespace {

// A stream of which only the end tells where that is.
bool IsEndless(const Source& source) { return source.is_stream && !source.seekable; }

}  // namespace

std::optional<InputProgress::Size> InputProgress::SizeOf(const Options& options) {
  const bool recursive = options.directories == Directories::kRecurse;
  if (options.files.empty() && recursive) return std::nullopt;
  const FileRules rules(options.file_rules, options.excluded_dirs);
  Size all;
  const std::vector<std::string> stdin_only = {"-"};
  for (const std::string& file : options.files.empty() ? stdin_only : options.files) {
    struct stat info;
    const bool is_stdin = file == "-";
    if ((is_stdin ? fstat(STDIN_FILENO, &info) : stat(file.c_str(), &info)) != 0) continue;
    if (S_ISDIR(info.st_mode)) {
      if (recursive) return std::nullopt;
      continue;
    }
    if (!is_stdin && rules.SkipsFile(file.c_str(), FileRules::Origin::kCommandLine)) continue;
    if (!S_ISREG(info.st_mode)) {
      if (!is_stdin && options.devices == Devices::kSkip) continue;
      return std::nullopt;
    }
    uint64_t bytes = static_cast<uint64_t>(info.st_size);
    if (is_stdin) {
      // As a stream it is read from where it stands.
      const off_t position = lseek(STDIN_FILENO, 0, SEEK_CUR);
      if (position > 0) bytes -= std::min(bytes, static_cast<uint64_t>(position));
    }
    all.bytes += bytes;
    ++all.files;
  }
  return all;
}

InputProgress::Size InputProgress::SizeOf(const InputList& list) {
  Size all{.bytes = 0, .files = list.last - list.first};
  for (size_t i = list.first; i < list.last; ++i) all.bytes += list.parts[i].size();
  return all;
}

void InputProgress::Merged(const Source& source, uint64_t end) {
  begin_ = source.begin;
  by_feeder_ = source.is_stream && source.seekable;
  merged_ = end - std::min(end, source.begin);
  size_ = IsEndless(source) ? UINT64_MAX : source.end - source.begin;
}

void InputProgress::Ended(const Source& source) {
  ended_.bytes += IsEndless(source) ? merged_ : source.end - source.begin;
  ended_.files += source.files();
  begin_ = 0;
  merged_ = 0;
  by_feeder_ = false;
}

InputProgress::Size InputProgress::Done(std::optional<uint64_t> read_end) const {
  Size done = ended_;
  // What a feeder has read may be a few blocks ahead; what comes of it is counted in other bytes.
  const uint64_t read = read_end.value_or(0);
  done.bytes += by_feeder_ ? std::min(read - std::min(read, begin_), size_) : merged_;
  return done;
}

}  // namespace bigscan
