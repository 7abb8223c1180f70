#include "cmd/resume.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/file_chunks.h"
#include "cmd/inputs.h"
#include "cmd/message.h"
#include "cmd/position_check.h"
#include "lib/rotated_name.h"

namespace bigscan {
namespace {

bool HasMark(int fd) {
  unsigned char head[2] = {};
  return pread(fd, head, sizeof(head), 0) == 2 &&
         ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff));
}

class Resumption {
 public:
  Resumption(const Options& options, const LogMatcher::Positions& old,
             std::set<LogFile::Id> passed_over, bool with_rows)
      : options_(options),
        old_(old),
        with_rows_(with_rows),
        covered_(Covered()),
        matcher_(old, covered_, std::move(passed_over), options.decompress) {}

  Resumed Run(const DecoderFactory& decoders) {
    FindInputs(decoders);
    matcher_.Match();
    resumed_.status = matcher_.status();
    std::vector<Log>& logs = matcher_.logs();
    const auto found =
        std::find_if(logs.begin(), logs.end(), [](const Log& log) { return !log.is_input; });
    for (auto input = logs.begin(); input != found; ++input) {
      // The rest of what a log was before comes first.
      for (auto log = found; log != logs.end(); ++log) {
        if (log->name == input->name) Plan(&*log);
      }
      Plan(&*input);
    }
    for (auto log = found; log != logs.end(); ++log) {
      const bool planned = std::any_of(
          logs.begin(), found, [&log](const Log& input) { return input.name == log->name; });
      if (!planned) Plan(&*log);
    }
    for (size_t i = 0; i < covered_.size(); ++i) {
      if (!matcher_.is_taken(i)) Leave(i);
    }
    resumed_.list.last = resumed_.list.inputs.size();
    return std::move(resumed_);
  }

 private:
  // Whether the old positions are of inputs that are named this time, too.
  std::vector<bool> Covered() const {
    std::vector<bool> covered;
    for (const snapshot::Position& position : old_) covered.push_back(IsCovered(position.name()));
    return covered;
  }

  bool IsNamed(const std::string& name) const {
    return std::find(options_.files.begin(), options_.files.end(), name) != options_.files.end();
  }

  bool IsCovered(const std::string& name) const {
    if (IsNamed(name)) return true;
    if (options_.directories != Directories::kRecurse) return false;
    if (options_.files.empty()) return IsBelow(name, "");
    return std::any_of(options_.files.begin(), options_.files.end(),
                       [&](const std::string& top) { return IsBelow(name, top); });
  }

  void Complain(absl::string_view message) {
    resumed_.had_error = true;
    if (!options_.no_messages) PrintMessage(message);
  }

  void FindInputs(const DecoderFactory& decoders) {
    Options options = options_;
    if (options.files.size() > 1 && !options.with_filename.has_value())
      options.with_filename = true;
    // To open a FIFO, and close it, would be the end of its writer.
    options.devices = Devices::kSkip;
    std::erase_if(options.files, [this](const std::string& name) {
      struct stat info;
      const bool is_device =
          stat(name.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
      if (is_device) Complain(absl::StrCat(name, ": no regular file, which --state needs"));
      return is_device;
    });
    if (options.files.empty() && !options_.files.empty()) return;
    Inputs inputs(options, decoders, FileChunks::MostBytes(options));
    inputs.Visit([&](const std::string& name, int fd) {
      struct stat info;
      if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) return;  // which has been said
      absl::StatusOr<LogFile> file = LogFile::Of(name, fd, options_.decompress);
      if (!file.ok()) return Complain(file.status().message());
      if (options_.encoding == "auto" && HasMark(fd)) {
        return Complain(absl::StrCat(name, ": is UTF-16, which --state can not go on with"));
      }
      matcher_.AddInput(name, *std::move(file));
    });
    resumed_.had_error |= inputs.had_error();
    resumed_.list.show_names = inputs.shows_names();
  }

  const snapshot::Position* Before(const Log& log) const {
    return log.from.has_value() ? &old_[static_cast<int>(*log.from)] : nullptr;
  }

  // Whether nobody writes to the file any more: it has been rotated, and there is something in the new one.
  bool IsFinal(const Log& log) const {
    std::string newer = log.name;
    if (log.is_input) {
      const std::optional<Rotation> rotation = ParseRotatedName(BaseName(log.name));
      if (!rotation.has_value()) return false;
      newer = DirectoryPart(log.name) + rotation->base;
    }
    struct stat info;
    return stat(newer.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
           LogFile::Id(info.st_dev, info.st_ino) != log.file.id();
  }

  void Plan(Log* log) {
    if (absl::Status status = log->file.is_compressed() ? PlanCompressed(log) : PlanPlain(log);
        !status.ok()) {
      // It is left as it was, for the next run.
      Complain(status.message());
      ResumedLog& left = resumed_.logs.emplace_back();
      if (const snapshot::Position* before = Before(*log)) left.after = *before;
    }
  }

  absl::Status PlanPlain(Log* log) {
    const snapshot::Position* const before = Before(*log);
    const uint64_t begin = before == nullptr ? 0 : before->offset();
    uint64_t end = log->file.size();
    if (!log->is_past && !IsFinal(*log)) {
      absl::StatusOr<uint64_t> last = log->file.EndOfRecords(begin, options_.delimiter);
      if (!last.ok()) return last.status();
      end = *last;
    }
    absl::StatusOr<snapshot::Position> after = log->file.PositionAt(log->name, end);
    if (!after.ok()) return after.status();
    Add(*log, log->is_copy || log->is_past ? ByteRange{end, end} : ByteRange{begin, end}, 0,
        *std::move(after));
    return absl::OkStatus();
  }

  absl::Status PlanCompressed(Log* log) {
    const snapshot::Position* const before = Before(*log);
    const uint64_t begin = before == nullptr ? 0 : before->offset();
    ByteRange part{0, log->file.size()};
    uint64_t offset = begin;
    if (log->is_past) {
      part = {};
    } else if (before != nullptr && log->file.IsSameFile(*before)) {
      if (log->file.size() == before->size() && !before->stopped()) part = {};
    } else if (before != nullptr || log->is_copy) {
      const std::optional<LogFile::TextEnd> end = log->file.FindTextEnd();
      // One that is half written will be another one.
      if (log->is_copy && (!end.has_value() || end->damaged)) return absl::OkStatus();
      if (end.has_value() && !end->damaged && (log->is_copy || end->size <= begin)) part = {};
      if (part.empty()) offset = end->size;
    }
    absl::StatusOr<snapshot::Position> after = log->file.PositionAt(log->name, offset);
    if (!after.ok()) return after.status();
    if (before != nullptr && before->head().bytes() > 0 && after->head().bytes() == 0) {
      *after->mutable_head() = before->head();
    }
    Add(*log, part, begin, *std::move(after));
    return absl::OkStatus();
  }

  void Add(const Log& log, ByteRange part, uint64_t decoded_begin, snapshot::Position after) {
    ResumedLog& resumed = resumed_.logs.emplace_back();
    if (const snapshot::Position* before = Before(log)) resumed.before = *before;
    resumed.after = std::move(after);
    if (part.empty() && !with_rows_) return;
    resumed.input = resumed_.list.inputs.size();
    resumed_.list.parts.push_back(part);
    resumed_.list.inputs.push_back({.name = log.file.path(),
                                    .size = log.file.size(),
                                    .modified_ns = log.file.modified_ns(),
                                    .whole = log.file.is_compressed(),
                                    .label = log.name,
                                    .may_grow = true,
                                    .id = log.file.id(),
                                    .decoded_begin = log.file.is_compressed() ? decoded_begin : 0});
  }

  // What becomes of a position whose log has not been found.
  void Leave(size_t index) {
    const snapshot::Position& position = old_[static_cast<int>(index)];
    const std::vector<Log>& logs = matcher_.logs();
    const bool is_input = std::any_of(logs.begin(), logs.end(), [&position](const Log& log) {
      return log.is_input && log.name == position.name();
    });
    struct stat info;
    const bool is_there = stat(position.name().c_str(), &info) == 0;
    // It is not among the inputs this time, or can not be opened. Below a directory, what is gone is gone.
    if (!covered_[index] || (!is_input && (is_there || IsNamed(position.name())))) {
      resumed_.logs.push_back({.after = position});
      return;
    }
    const bool is_rotated = !position.path().empty();
    if (!is_input || is_rotated || position.offset() == 0 || matcher_.IsCovered(position)) return;
    if (options_.no_messages) return;
    PrintMessage(absl::StrCat("warning: ", position.name(),
                              ": was truncated or replaced; what may have come behind byte ",
                              position.offset(), " of what it was is not found"));
  }

  const Options& options_;
  const LogMatcher::Positions& old_;
  const bool with_rows_;
  const std::vector<bool> covered_;
  LogMatcher matcher_;
  Resumed resumed_;
};

}  // namespace

Resumed Resume(const Options& options, const DecoderFactory& decoders,
               const LogMatcher::Positions& old, std::set<LogFile::Id> passed_over,
               bool with_rows) {
  return Resumption(options, old, std::move(passed_over), with_rows).Run(decoders);
}

}  // namespace bigscan
