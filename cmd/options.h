// The command line, parsed and checked: what nothing below cmd/ ever reads.
#ifndef BIGSCAN_CMD_OPTIONS_H_
#define BIGSCAN_CMD_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/pattern.h"

namespace bigscan {

enum class IoMode { kAuto, kOn, kOff };

// Immutable once parsed.
struct Options {
  bool help = false;
  bool version = false;

  std::vector<Pattern> patterns;
  std::vector<std::string> files;  // "-" is standard input; never empty

  bool invert = false;
  bool count = false;
  bool line_number = false;
  bool with_filename = false;  // resolved from -H, -h and the number of files
  bool quiet = false;
  bool no_messages = false;
  std::optional<uint64_t> max_count;

  uint32_t workers = 1;
  std::optional<uint64_t> chunk_size;  // bytes
  IoMode io = IoMode::kAuto;
  bool pin = false;
  std::vector<int> pin_cpus;  // empty: chosen by topology
  bool stats = false;
};

// Reads pattern files (-f) as well. Fails with kInvalidArgument on a wrong command line, with
// another code when a pattern file can not be read; the message is for the user.
absl::StatusOr<Options> ParseOptions(int argc, char** argv);

// The text of --help.
std::string HelpText();

}  // namespace bigscan

#endif  // BIGSCAN_CMD_OPTIONS_H_
