// Runs another program to its end.
#ifndef BIGSCAN_CMD_CLUSTER_SUBPROCESS_H_
#define BIGSCAN_CMD_CLUSTER_SUBPROCESS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

struct Ended {
  int status = 0;  // exit status, or 128 + n after signal n
  int signal = 0;  // that came to this process meanwhile, and was passed on; or 0
  std::string out = {};
  std::string err = {};  // the first 64 KiB
};

using TakeOutput = std::function<absl::Status(absl::string_view bytes)>;

// Runs `words`, the first of which is looked for in $PATH if it has no slash, with /dev/null as standard input. What it
// prints goes to `take`, or else to Ended::out. SIGINT, SIGTERM and SIGHUP are passed on. Fails if the program can not be
// started, or if `take` does: then it is killed.
absl::StatusOr<Ended> RunProgram(const std::vector<std::string>& words, TakeOutput take = nullptr);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_SUBPROCESS_H_
