// The list of inputs: opens them one after the other, and says which cannot be read.
#ifndef BIGSCAN_CMD_INPUTS_H_
#define BIGSCAN_CMD_INPUTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/scan_client.h"

namespace bigscan {

class Inputs {
 public:
  // With `as_streams`, regular files are read like pipes. With `silent`, files that cannot be
  // opened are not mentioned, though they still count as errors.
  Inputs(std::vector<std::string> files, bool as_streams, bool silent);

  // The next input that can be read; nothing after the last one.
  std::optional<Source> Next();

  // How input `id` is called in prefixes and messages.
  const std::string& Name(uint32_t id) const;

  bool had_error() const { return had_error_; }

 private:
  std::optional<Source> Open(const std::string& file);
  void Complain(const std::string& file, int error);

  const std::vector<std::string> files_;
  const bool as_streams_;
  const bool silent_;
  uint32_t next_ = 0;
  bool had_error_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_INPUTS_H_
