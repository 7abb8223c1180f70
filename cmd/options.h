// The command line, understood and checked: what nothing below cmd/ ever reads.
#ifndef BIGSCAN_CMD_OPTIONS_H_
#define BIGSCAN_CMD_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/input_list.h"
#include "jobs/group_spec.h"
#include "lib/pattern.h"
#include "lib/time_filter.h"

namespace bigscan {

class CommandLine;

// What a block of a stream holds unless chunk_size says otherwise.
constexpr uint64_t kUsualBlockBytes = 1 << 20;

enum class IoMode { kAuto, kOn, kOff };

// What becomes of directories: as files, reading one fails. Or passed over, or all files below them are read.
enum class Directories { kRead, kSkip, kRecurse };

// Which devices, FIFOs and sockets are read: those that are named, and with `follow_links` others; all; none.
enum class Devices { kNamed, kRead, kSkip };

// What becomes of a file that holds NULs.
enum class BinaryFiles { kReport, kText, kWithoutMatch };

// What is printed: one of these, by grep's precedence.
enum class OutputMode {
  kRecords,
  kJson,
  kCount,              // of each file
  kTotal,              // of all files
  kTally,              // of each pattern
  kGroups,             // a row for each group: see Options::groups
  kFilesWithMatches,   // names
  kFilesWithoutMatch,  // names
  kQuiet,
};

// Whether it is told how far the scan is: never; if stderr is a terminal; or there and elsewhere.
enum class ProgressMode { kNever, kAuto, kAlways };

// Immutable once parsed.
// Where patterns come from.
struct PatternSource {
  size_t first;        // of them
  std::string origin;  // of the option, if that stands in a file: "FILE:LINE: "
  std::string file;    // that holds one a line; empty: the option does
};

struct Options {
  bool help = false;
  bool version = false;

  // Matching.
  std::vector<Pattern> patterns;
  std::vector<PatternSource> pattern_sources;  // in the order of the patterns
  bool invert = false;
  char delimiter = '\n';
  bool pcre = false;  // PCRE2 decides on every match
  bool crlf = false;
  bool quiet = false;  // no record is printed, and status 0 outdoes errors
  BinaryFiles binary_files = BinaryFiles::kReport;
  std::string encoding = "auto";
  bool decompress = true;
  bool cache = true;
  std::optional<TimeFilter::Options> times;  // if only records of a range of time are selected
  bool strict = false;                       // records that do not fit are an error

  // Output.
  OutputMode mode = OutputMode::kRecords;
  std::optional<uint64_t> max_count;
  bool only_matching = false;
  bool line_number = false;
  bool byte_offset = false;
  // Whether names are printed; unset: if there are several files, or files found in a directory.
  std::optional<bool> with_filename;
  std::string stdin_label = "(standard input)";
  bool label_pattern = false;
  bool initial_tab = false;
  bool null_after_name = false;
  std::optional<uint64_t> before_context;  // in records
  std::optional<uint64_t> after_context;
  std::optional<std::string> group_separator = "--";
  bool color = false;
  bool line_buffered = false;
  bool no_messages = false;

  std::shared_ptr<const GroupSpec> groups;  // if a group-by job is asked for

  // Files. "-" is standard input; empty: standard input, or with `recursive` the working directory.
  std::vector<std::string> files;
  Directories directories = Directories::kRead;
  Devices devices = Devices::kNamed;
  bool follow_links = false;  // also of links that are found below a directory
  struct FileRule {
    std::string glob;
    bool include;  // or exclude
  };
  std::vector<FileRule> file_rules;  // in order: the last one that matches a name counts
  std::vector<std::string> excluded_dirs;

  // Snapshots.
  uint32_t shard = 1;  // of `shards` shares of all input bytes, from 1
  uint32_t shards = 1;
  std::string partial;           // the snapshot to write; empty: print
  bool writes_manifest = false;  // `partial` is to be a manifest, and nothing is scanned
  // The inputs, if a manifest tells them, as it tells what is asked for; `files` then are none.
  std::shared_ptr<const InputList> manifest;
  std::string state;    // the snapshot to go on from, and to write anew; empty: none
  int64_t wait_us = 0;  // for another run that uses it
  bool merge = false;   // `files` are snapshots, and nothing else counts but
  std::vector<std::string> result_words;  // the options that change the result
  // The first record, for a format that it names the fields of; unset: that of the first file.
  std::optional<std::string> header_record;

  // Batch.
  std::string output;  // the file to write; empty: the standard output
  // With --config: the jobs of this scan, if it names some. All else here is then what the first one has; what does not
  // belong to a single job is the same in all.
  std::vector<std::shared_ptr<const Options>> jobs;
  std::string job_name;  // of such a job
  // Of what a file says: the option, and where, as FILE:LINE: for a message about it.
  std::vector<std::pair<std::string, std::string>> origins;

  // Processes.
  uint32_t workers = 1;
  std::optional<uint64_t> chunk_size;         // bytes
  uint64_t max_memory = uint64_t{256} << 20;  // bytes, for one record of a stream
  IoMode io = IoMode::kAuto;
  bool pin = false;
  std::vector<int> pin_cpus;  // empty: chosen by topology
  bool drop_cache = false;
  bool idle = false;
  std::string user;  // as root, whom the workers run as; empty: nobody
  bool stats = false;

  // Watching.
  ProgressMode progress = ProgressMode::kNever;
  uint64_t timeout_us = 0;   // microseconds after which to stop, or 0
  uint64_t deadline_us = 0;  // when that is, by NowMicros, or 0
};

// Reads pattern files (-f) and lists of globs as well. Fails with kInvalidArgument on a wrong command
// line, with another code when a file can not be read, or has a mistake; the message is for the user.
absl::StatusOr<Options> ParseOptions(int argc, char** argv);

// Where a file says what the option `name` is, or nothing.
std::string OriginOf(const Options& options, absl::string_view name);

// The options of each job: of `options.jobs`, or of `options` alone, which must outlive them.
std::vector<const Options*> JobsOf(const Options& options);

// What a snapshot keeps of the command line that it was made by.
struct SavedOptions {
  std::vector<std::string> result_words;  // then those that outdo them
  std::vector<std::string> patterns;
  std::string header_record;
};
// The same options, as far as they have to do with the result, and behind them those of `scanning`, if it is not null.
// Fails with kInvalidArgument.
absl::StatusOr<Options> ParseSavedOptions(const SavedOptions& saved,
                                          const CommandLine* scanning = nullptr);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_OPTIONS_H_
