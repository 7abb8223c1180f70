#include "cmd/watch_options.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ipc/clock.h"
#include "lib/duration.h"

namespace bigscan {

absl::Status ResolveWatching(const CommandLine& line, Options* options) {
  if (const auto* option = line.Last({"progress"})) {
    if (option->value == "auto") {
      options->progress = ProgressMode::kAuto;
    } else if (option->value == "always") {
      options->progress = ProgressMode::kAlways;
    } else if (option->value != "never") {
      return absl::InvalidArgumentError(
          absl::StrCat("invalid progress mode '", option->value, "': auto, always or never"));
    }
  }
  if (const auto* option = line.Last({"timeout"})) {
    const absl::StatusOr<int64_t> timeout = ParseDuration(option->value);
    if (!timeout.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--timeout: ", timeout.status().message()));
    }
    options->timeout_us = static_cast<uint64_t>(*timeout);
    if (*timeout > 0) options->deadline_us = NowMicros() + options->timeout_us;
  }
  return absl::OkStatus();
}

}  // namespace bigscan
