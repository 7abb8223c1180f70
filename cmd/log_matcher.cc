#include "cmd/log_matcher.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "lib/rotated_name.h"

namespace bigscan {
namespace {

LogFile::Id IdOf(const snapshot::Position& position) {
  return {position.device(), position.inode()};
}

// Where its file was last seen.
const std::string& PathOf(const snapshot::Position& position) {
  return position.path().empty() ? position.name() : position.path();
}

// What all names of a rotated log begin with.
absl::string_view StemOf(absl::string_view name) { return name.substr(0, name.find('.', 1)); }

// A few bytes, such as the same first line, may be those of many logs.
bool IsWeak(const snapshot::Position& position) { return position.offset() < kFingerprintBytes; }

bool IsRotated(const std::string& path) { return LogOf(BaseName(path)) != BaseName(path); }

// What `name` leads to, if it is a symbolic link: rotation is about that file, and leaves the rest beside it. Or nothing.
std::optional<std::string> LinkedFile(const std::string& name) {
  struct stat info;
  if (lstat(name.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return std::nullopt;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::canonical(name, error);
  return error ? std::nullopt : std::make_optional(path.string());
}

bool MayBeOf(const std::string& path, const snapshot::Position& position) {
  const std::string name = BaseName(path);
  const auto may_be_of = [&](const std::string& log) {
    if (IsWeak(position)) return LogOf(name) == LogOf(log);
    return absl::StartsWith(name, StemOf(log));
  };
  if (may_be_of(BaseName(position.name()))) return true;
  const std::optional<std::string> linked = LinkedFile(position.name());
  return linked.has_value() && may_be_of(BaseName(*linked));
}

}  // namespace

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string DirectoryPart(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

LogMatcher::LogMatcher(const Positions& old, std::vector<bool> covered,
                       std::set<LogFile::Id> passed_over, bool decompress)
    : old_(old),
      covered_(std::move(covered)),
      passed_over_(std::move(passed_over)),
      decompress_(decompress),
      taken_(static_cast<size_t>(old.size())) {}

void LogMatcher::AddInput(const std::string& name, LogFile file) {
  if (passed_over_.contains(file.id()) || !ids_.insert(file.id()).second) return;
  logs_.push_back({.name = name, .file = std::move(file)});
}

// What is the same file goes first: it is the log itself. What has the same text may be a copy of it.
void LogMatcher::Match() {
  MatchInputs(true);
  MatchBeside(true);
  MatchInputs(false);
  MatchBeside(false);
  FindRotated();
  FindCopies();
  for (const Log& log : logs_) Note(log.file.failure());
  SortFound();
}

void LogMatcher::Note(const absl::Status& failure) {
  if (status_.ok()) status_ = failure;
}

bool LogMatcher::GoesOn(LogFile* file, const snapshot::Position& position, bool by_identity) {
  bool goes_on = file->IsSameFile(position);
  if (!goes_on && position.offset() == 0) goes_on = by_identity && !file->is_compressed();
  if (!goes_on && position.offset() != 0) goes_on = file->Continues(position);
  Note(file->failure());
  return goes_on;
}

void LogMatcher::Take(size_t position, Log* log) {
  taken_[position] = true;
  log->from = position;
}

// Those of the longest texts first, as they are the easiest to tell apart.
std::vector<size_t> LogMatcher::Unmatched() const {
  std::vector<size_t> positions;
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (!taken_[i]) positions.push_back(i);
  }
  std::stable_sort(positions.begin(), positions.end(), [this](size_t a, size_t b) {
    return old_[static_cast<int>(a)].offset() > old_[static_cast<int>(b)].offset();
  });
  return positions;
}

void LogMatcher::MatchInputs(bool by_identity) {
  std::map<LogFile::Id, std::vector<Log*>> by_id;
  std::vector<Log*> free;
  for (Log& log : logs_) {
    if (log.from.has_value()) continue;
    by_id[log.file.id()].push_back(&log);
    free.push_back(&log);
  }
  for (const size_t i : Unmatched()) {
    const snapshot::Position& position = old_[static_cast<int>(i)];
    const std::vector<Log*>& candidates = by_identity ? by_id[IdOf(position)] : free;
    Log* best = nullptr;
    for (Log* const log : candidates) {
      if (log->from.has_value() || (!by_identity && !MayBeOf(log->name, position))) continue;
      if (!GoesOn(&log->file, position, by_identity)) continue;
      const bool better = best == nullptr || log->name == PathOf(position) ||
                          (best->name != PathOf(position) && log->file.size() > best->file.size());
      if (better) best = log;
    }
    if (best != nullptr) Take(i, best);
  }
}

void LogMatcher::MatchBeside(bool by_identity) {
  for (const size_t i : Unmatched()) {
    if (!covered_[i]) continue;
    const snapshot::Position& position = old_[static_cast<int>(i)];
    std::optional<LogFile> best;
    std::set<std::string> directories = {DirectoryPart(position.name()),
                                         DirectoryPart(PathOf(position))};
    const std::optional<std::string> linked = LinkedFile(position.name());
    if (linked.has_value()) directories.insert(DirectoryPart(*linked));
    for (const std::string& directory : directories) {
      for (const std::string& path : Look(directory).files) {
        if (!by_identity && !MayBeOf(path, position)) continue;
        struct stat info;
        if (by_identity && (stat(path.c_str(), &info) != 0 ||
                            LogFile::Id(info.st_dev, info.st_ino) != IdOf(position))) {
          continue;
        }
        std::optional<LogFile> file = OpenUnknown(path);
        if (!file.has_value() || !GoesOn(&*file, position, by_identity)) continue;
        // A file that is just being compressed has the same text, or less.
        if (best.has_value() && (file->is_compressed() || !best->is_compressed())) continue;
        best = std::move(file);
      }
    }
    if (best.has_value()) AddFound(position.name(), *std::move(best), i);
  }
}

// Files of the logs that came into being, and were rotated, after the last run; of a log that is new, all of them are older.
void LogMatcher::FindRotated() {
  std::map<std::string, bool> names;  // and whether they are known
  for (const Log& log : logs_) {
    if (log.is_input) names[log.name];
  }
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (covered_[i]) names[old_[static_cast<int>(i)].name()] = true;
  }
  for (const auto& [name, is_known] : names) {
    AddRotated(name, name, BaseName(name), is_known);
    // A link to the latest file of many, app.20261127.log, has a name of its own.
    const std::optional<std::string> linked = LinkedFile(name);
    if (linked.has_value()) AddRotated(name, *linked, LogOf(BaseName(*linked)), is_known);
  }
}

// Those of the log `base` beside `path`.
void LogMatcher::AddRotated(const std::string& name, const std::string& path,
                            const std::string& base, bool is_known) {
  const Directory& directory = Look(DirectoryPart(path));
  const auto rotated = directory.rotated.find(base);
  if (rotated == directory.rotated.end()) return;
  for (const std::string& found : rotated->second) {
    std::optional<LogFile> file = OpenUnknown(found);
    if (!file.has_value()) continue;
    AddFound(name, *std::move(file), std::nullopt);
    logs_.back().is_past = !is_known;
  }
}

// Of what has no position. The log itself is none: it may begin with the same few records each time. Compressed ones first: of two, the other one is scanned.
void LogMatcher::FindCopies() {
  std::map<std::string, std::vector<Log*>> by_log;
  for (Log& log : logs_) {
    by_log[DirectoryPart(log.file.path()) + LogOf(BaseName(log.file.path()))].push_back(&log);
  }
  for (auto& [name, group] : by_log) {
    std::stable_partition(group.begin(), group.end(),
                          [](const Log* log) { return log->file.is_compressed(); });
    for (Log* const log : group) {
      log->is_copy = !log->from.has_value() && !log->is_past && IsRotated(log->file.path()) &&
                     std::any_of(group.begin(), group.end(), [log](Log* other) {
                       return other != log && !other->is_copy && log->file.IsCopyOf(&other->file);
                     });
    }
  }
}

bool LogMatcher::IsCovered(const snapshot::Position& position) {
  return std::any_of(logs_.begin(), logs_.end(), [&](Log& log) {
    return MayBeOf(log.file.path(), position) && GoesOn(&log.file, position, false);
  });
}

void LogMatcher::SortFound() {
  const auto found =
      std::find_if(logs_.begin(), logs_.end(), [](const Log& log) { return !log.is_input; });
  std::stable_sort(found, logs_.end(), [](const Log& a, const Log& b) {
    if (a.name != b.name) return a.name < b.name;
    const std::optional<Rotation> of_a = ParseRotatedName(BaseName(a.file.path()));
    const std::optional<Rotation> of_b = ParseRotatedName(BaseName(b.file.path()));
    // What has been given another kind of name comes first.
    if (!of_a.has_value() || !of_b.has_value()) return !of_a.has_value() && of_b.has_value();
    if (of_a->is_number != of_b->is_number) return of_a->is_number;
    return IsOlder(*of_a, *of_b);
  });
}

void LogMatcher::AddFound(const std::string& name, LogFile file, std::optional<size_t> from) {
  ids_.insert(file.id());
  logs_.push_back({.name = name, .file = std::move(file), .is_input = false});
  if (from.has_value()) Take(*from, &logs_.back());
}

// What is in a directory, in the order of the names. Keeps that.
const LogMatcher::Directory& LogMatcher::Look(const std::string& path) {
  const auto [at, is_new] = directories_.try_emplace(path);
  Directory& directory = at->second;
  if (!is_new) return directory;
  std::error_code error;
  std::filesystem::directory_iterator entry(path.empty() ? "." : path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    directory.files.push_back(path + entry->path().filename().string());
  }
  std::sort(directory.files.begin(), directory.files.end());
  for (const std::string& file : directory.files) {
    const std::optional<Rotation> rotation = ParseRotatedName(BaseName(file));
    if (rotation.has_value()) directory.rotated[rotation->base].push_back(file);
  }
  return directory;
}

// A regular file that is none of the logs. Nobody has asked for it by its name: what can not be opened is none.
std::optional<LogFile> LogMatcher::OpenUnknown(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  const LogFile::Id id{info.st_dev, info.st_ino};
  if (ids_.contains(id) || passed_over_.contains(id)) return std::nullopt;
  absl::StatusOr<LogFile> file = LogFile::Open(path, decompress_);
  if (IsFailureToLook(file.status())) Note(file.status());
  if (!file.ok() || file->id() != id) return std::nullopt;
  return *std::move(file);
}

}  // namespace bigscan
