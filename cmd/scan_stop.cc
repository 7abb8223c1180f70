// How a scan with --state ends before its time.
#include <poll.h>

#include "cmd/scan.h"
#include "ipc/clock.h"

namespace bigscan {

// Whether all that has been merged is taken in whole, and written, within a time that a user may be kept waiting.
bool Scan::WriteAllMerged() {
  constexpr uint64_t kMostMicros = 1'000'000;
  const uint64_t deadline = NowMicros() + kMostMicros;
  while (true) {
    const FlushState state = Flush();
    if (state == FlushState::kDone) return !in_piece_;
    const uint64_t now = NowMicros();
    if (state == FlushState::kFailed || now >= deadline) return false;
    pollfd output{.fd = OutputFd(), .events = POLLOUT, .revents = 0};
    poll(&output, 1, static_cast<int>((deadline - now) / 1000) + 1);
  }
}

// What has come of the source that is not at its end counts as it is.
void Scan::StopSource() {
  const Source* const source = merging_.source;
  if (source == nullptr) return;
  const bool in_pack = !source->pack.empty();
  const size_t place = in_pack ? merging_.next_file : 0;
  if (place == source->files()) return;
  const SourceInfo info =
      in_pack ? Info(source->id + static_cast<uint32_t>(place), source->pack[place].fd.get())
              : Info(*source);
  state_->StopSource(info.id, *jobs_[0]->main());
  jobs_[0]->EndInput(info, true);
}

absl::Status Scan::StopState() {
  if (state_ == nullptr || !stopped_whole_) return absl::OkStatus();
  const absl::StatusOr<std::string> path = WriteState();
  if (!path.ok()) return path.status();
  if (absl::Status status = CommitOutputs(); !status.ok()) return status;
  return state_->Commit();
}

}  // namespace bigscan
