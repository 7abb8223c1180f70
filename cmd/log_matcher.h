// Finds the logs that a state tells of again: among the inputs, and beside them, where rotation has put them.
//
// Which file goes on from a position, its text decides: by fingerprints, never by times, and by names only as told in
// lib/rotated_name.h: a rotated file of a log that has no position came into being after the last run, as those that were
// there have one. A file is given at most one position, and a position to at most one file.
#ifndef BIGSCAN_CMD_LOG_MATCHER_H_
#define BIGSCAN_CMD_LOG_MATCHER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cmd/log_file.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

struct Log {
  std::string name;  // of the input that it is, or was
  LogFile file;
  bool is_input = true;             // or it was found beside one
  std::optional<size_t> from = {};  // the position that it goes on from
  bool is_copy = false;             // of another one, which is scanned
  bool is_past = false;  // it had been rotated before its log was an input for the first time
};

class LogMatcher {
 public:
  using Positions = google::protobuf::RepeatedPtrField<snapshot::Position>;

  // `covered`: of which of the `old` positions the name is among the inputs of this run; others are not looked for beside
  // them. `passed_over` are never taken for logs. `old` must outlive it.
  LogMatcher(const Positions& old, std::vector<bool> covered, std::set<LogFile::Id> passed_over,
             bool decompress);

  // An input, in order. One that is there already, under this name or another, is not there twice.
  void AddInput(const std::string& name, LogFile file);
  // Then, once: finds all that is to be found.
  void Match();

  // The inputs in order, and then what was found beside them; those of one name from the oldest to the newest.
  std::vector<Log>& logs() { return logs_; }
  // Fails if a file could not be looked at: it may be the one that a position is of, and to take it for another would
  // lose or double records.
  const absl::Status& status() const { return status_; }
  bool is_taken(size_t position) const { return taken_[position]; }
  // Whether a file that goes on from another position, or from none, has the text of this one as well.
  bool IsCovered(const snapshot::Position& position);

 private:
  void MatchInputs(bool by_identity);
  void MatchBeside(bool by_identity);
  void FindRotated();
  void AddRotated(const std::string& name, const std::string& path, const std::string& base,
                  bool is_known);
  void FindCopies();
  void SortFound();
  bool GoesOn(LogFile* file, const snapshot::Position& position, bool by_identity);
  void Take(size_t position, Log* log);
  void AddFound(const std::string& name, LogFile file, std::optional<size_t> from);
  struct Directory {
    std::vector<std::string> files;                           // with the directory
    std::map<std::string, std::vector<std::string>> rotated;  // of these, by their logs' names
  };
  const Directory& Look(const std::string& path);
  std::optional<LogFile> OpenUnknown(const std::string& path);
  void Note(const absl::Status& failure);
  std::vector<size_t> Unmatched() const;

  const Positions& old_;
  const std::vector<bool> covered_;
  const std::set<LogFile::Id> passed_over_;
  const bool decompress_;
  std::vector<bool> taken_;  // by position
  std::vector<Log> logs_;
  std::set<LogFile::Id> ids_;  // of logs_
  std::map<std::string, Directory> directories_;
  absl::Status status_;
};

// The last component of `path`, and all before it, with its slash.
std::string BaseName(const std::string& path);
std::string DirectoryPart(const std::string& path);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_LOG_MATCHER_H_
