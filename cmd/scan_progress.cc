// What a scan tells of itself while it runs.
#include <signal.h>

#include <algorithm>

#include "cmd/scan.h"

namespace bigscan {

Progress::View Scan::ProgressView(const Activity& activity) const {
  const bool rests = std::all_of(jobs_.begin(), jobs_.end(), [](const auto& job) {
    return !job->output().pending() && job->output().at_line_start();
  });
  return {
      .activity = activity,
      .selected = selected(),
      .skipped = totals_.skipped.value_or(0),
      .list = now_us_.has_value() ? &inputs_.list() : nullptr,
      .output_rests = rests,
      .preview = [this](size_t most_lines) { return jobs_.front()->main()->Preview(most_lines); }};
}

void Scan::Tick(const Activity& activity) { progress_.Tick(ProgressView(activity)); }

void Scan::SignalCame(int signal, const Activity& activity) {
  if (signal == SIGUSR1) {
    progress_.Say(ProgressView(activity));
  } else {
    progress_.BeforeStop();
  }
}

}  // namespace bigscan
