// The words of the command line, told apart but not yet understood: which options there are, what
// --help says of them, and which were given. What they mean is decided in options.h.
#ifndef BIGSCAN_CMD_COMMAND_LINE_H_
#define BIGSCAN_CMD_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Options in the order in which they were given, by their long names.
class CommandLine {
 public:
  struct Option {
    std::string name;
    std::string value;  // empty for a flag
  };

  // Fails with kInvalidArgument on an unknown or ambiguous option and on a missing value.
  static absl::StatusOr<CommandLine> Parse(int argc, char** argv);

  const std::vector<Option>& options() const { return options_; }
  // What is no option: a pattern, files.
  const std::vector<std::string>& arguments() const { return arguments_; }

  bool Has(absl::string_view name) const { return Last({name}) != nullptr; }
  // The last option that has one of `names`, or null: as in grep, it is the one that counts.
  const Option* Last(std::initializer_list<absl::string_view> names) const;
  // The values of all options of this name, in order.
  std::vector<std::string> Values(absl::string_view name) const;

 private:
  std::vector<Option> options_;
  std::vector<std::string> arguments_;
};

// The text of --help.
std::string HelpText();

}  // namespace bigscan

#endif  // BIGSCAN_CMD_COMMAND_LINE_H_
