#include "cmd/progress.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "cmd/message.h"
#include "ipc/clock.h"

namespace bigscan {
namespace {

constexpr uint64_t kRedrawMicros = 200'000;
constexpr uint64_t kLineMicros = 5'000'000;
// What rates and shares are computed of.
constexpr uint64_t kRecentMicros = 10'000'000;
constexpr size_t kMostRows = 10;
// To look for the rows may take one part in so many of the time.
constexpr uint64_t kRowsShare = 100;
// For a terminal that takes nothing to go on.
constexpr int kLastClearMillis = 1000;

uint64_t Difference(uint64_t later, uint64_t earlier) {
  // What a worker had counted goes with it when it dies.
  return later - std::min(later, earlier);
}

}  // namespace

Progress::Way Progress::WayFor(const Options& options) {
  if (options.progress == ProgressMode::kNever) return Way::kNone;
  if (isatty(STDERR_FILENO) == 1) return Way::kTerminal;
  return options.progress == ProgressMode::kAlways ? Way::kLines : Way::kNone;
}

uint64_t Progress::TickMicros(const Options& options) {
  switch (WayFor(options)) {
    case Way::kNone:
      break;
    case Way::kLines:
      return kLineMicros;
    case Way::kTerminal:
      return kRedrawMicros;
  }
  return 0;
}

Progress::Progress(const Options& options, int output_fd)
    : options_(options),
      way_(WayFor(options)),
      shares_output_(line_.Shares(output_fd)),
      start_us_(NowMicros()),
      samples_({{.at_us = start_us_, .bytes = 0, .activity = {}}}) {}

ProgressState Progress::StateOf(const View& view) {
  if (!asked_for_all_) {
    asked_for_all_ = true;
    all_ =
        view.list != nullptr ? InputProgress::SizeOf(*view.list) : InputProgress::SizeOf(options_);
  }
  const uint64_t now = NowMicros();
  const InputProgress::Size done = input_.Done(view.activity.read_end);
  const Sample& before = samples_.front();
  ProgressState state{
      .bytes = done.bytes,
      .files = done.files,
      .selected = view.selected,
      .wall_us = now - start_us_,
      .recent_us = now - before.at_us,
      .recent_bytes = Difference(done.bytes, before.bytes),
      .worker_us = Difference(view.activity.worker_us, before.activity.worker_us),
      .blocked_us = Difference(view.activity.blocked_us, before.activity.blocked_us),
      .waited_us = Difference(view.activity.waited_us, before.activity.waited_us)};
  if (all_.has_value()) {
    state.all_bytes = Difference(all_->bytes, view.skipped);
    state.all_files = all_->files;
  }
  samples_.push_back({now, done.bytes, view.activity});
  while (samples_.size() > 2 && now - samples_.front().at_us > kRecentMicros) samples_.pop_front();
  return state;
}

const std::vector<std::string>& Progress::Rows(const View& view) {
  const uint64_t before = NowMicros();
  if (before < next_rows_us_) return rows_;
  // A line more for the titles.
  const size_t room = std::min(line_.RoomForRows(), kMostRows + 1);
  rows_ = room == 0 || !view.preview ? std::vector<std::string>() : view.preview(room);
  const uint64_t after = NowMicros();
  next_rows_us_ = after + (after - before) * kRowsShare;
  return rows_;
}

void Progress::Tick(const View& view) {
  if (way_ == Way::kLines) return Say(view);
  if (way_ != Way::kTerminal || scan_ended_ || (shares_output_ && !view.output_rests)) return;
  const std::vector<std::string> parts = ProgressParts(StateOf(view));
  line_.Draw(Rows(view), parts);
}

void Progress::Say(const View& view) {
  PrintMessage(absl::StrJoin(ProgressParts(StateOf(view)), ", "));
}

void Progress::BeforeResult() {
  scan_ended_ = true;
  line_.Clear();
}

void Progress::End(const View& view) {
  if (way_ == Way::kLines) {
    ProgressState state = StateOf(view);
    state.ended = true;
    PrintMessage(absl::StrJoin(ProgressParts(state), ", "));
  }
  if (line_.Clear()) return;
  pollfd terminal{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&terminal, 1, kLastClearMillis) == 1) line_.Clear();
}

}  // namespace bigscan
