// The words of the command line, told apart but not yet understood: which were given. What they mean is decided in options.h.
#ifndef BIGSCAN_CMD_COMMAND_LINE_H_
#define BIGSCAN_CMD_COMMAND_LINE_H_

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Options in the order in which they were given, by their long names.
class CommandLine {
 public:
  struct Option {
    std::string name;
    std::string value;        // empty for a flag
    std::string origin = {};  // "FILE:LINE: " if it stands in a file
  };

  // Fails with kInvalidArgument on an unknown or ambiguous option and on a missing value.
  static absl::StatusOr<CommandLine> Parse(int argc, char** argv);

  // Whether there is an option of this long name, and whether it takes no argument.
  static bool IsOption(absl::string_view name);
  static bool IsFlag(absl::string_view name);

  const std::vector<Option>& options() const { return options_; }
  // Takes the options of `other`, too, as if they had been given behind these.
  void Append(const CommandLine& other) {
    options_.insert(options_.end(), other.options_.begin(), other.options_.end());
  }
  // What is no option: a pattern, files.
  const std::vector<std::string>& arguments() const { return arguments_; }
  // Whether all of these are files, also where no option gives a pattern.
  bool has_only_files() const { return has_only_files_; }

  void Append(Option option) { options_.push_back(std::move(option)); }
  // Puts those of `defaults` first that nothing here outdoes: an option by one of its name, a pattern by a pattern,
  // what is printed by what is to be printed instead.
  void PutBefore(const CommandLine& defaults);
  // This without some of its options: `places` ascend.
  CommandLine Without(std::span<const size_t> places) const;
  void SetArguments(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }
  void SetFiles(std::vector<std::string> files);

  bool Has(absl::string_view name) const { return Last({name}) != nullptr; }
  // The last option that has one of `names`, or null: as in grep, it is the one that counts.
  const Option* Last(std::initializer_list<absl::string_view> names) const;
  // The values of all options of this name, in order.
  std::vector<std::string> Values(absl::string_view name) const;

 private:
  std::vector<Option> options_;
  std::vector<std::string> arguments_;
  bool has_only_files_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_COMMAND_LINE_H_
