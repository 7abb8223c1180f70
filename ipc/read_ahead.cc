#include "ipc/read_ahead.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace bigscan {
namespace {

constexpr uint64_t kMostAheadBytes = 64 << 20;
constexpr uint64_t kRangeBytes = 4 << 20;
// Then the kernel's own read-ahead has to do.
constexpr uint64_t kMostDeaths = 3;

bool Cached(int fd, uint64_t offset) {
  char byte;
  const iovec vector{&byte, 1};
  // Where the file system can not tell, the kernel's own read-ahead has to do.
  return preadv2(fd, &vector, 1, static_cast<off_t>(offset), RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

}  // namespace

bool ReadAhead::Ready(const Source& source, uint64_t begin, uint64_t end) {
  if (!options_.enabled || end - begin > kMostAheadBytes) return true;
  TakeAnswers();
  if (source_ != source.id) {
    source_ = source.id;
    cold_ = sent_ = false;
  }
  if (!cold_) {
    const int fd = source.fd.get();
    if (Cached(fd, begin) && Cached(fd, begin + (end - begin) / 2)) return true;
    cold_ = true;
    asked_ = read_ = begin;
  }
  if (!child_.has_value() && !Start()) return true;
  const uint64_t more = std::min(kMostAheadBytes, 4 * (end - begin));
  Ask(source, end, end + std::min(more, source.end - end));
  return read_ >= end;
}

// Up to `need` now, up to `ahead` as far as that makes whole ranges.
void ReadAhead::Ask(const Source& source, uint64_t need, uint64_t ahead) {
  if (!std::exchange(sent_, true)) {
    const int fd = source.fd.get();
    // A reader that died just now shows as such in the next round.
    if (!SendSource(lane_->parent_socket(), source.id, {&fd, 1}, {}).ok()) return;
  }
  while (asked_ < ahead && under_way_ < ReaderLane::kCapacity) {
    const uint64_t end = std::min(ahead, asked_ + kRangeBytes);
    if (asked_ >= need && end - asked_ < kRangeBytes && end < source.end) break;
    lane_->SendToChild({.source = source.id, .begin = asked_, .end = end});
    asked_ = end;
    ++under_way_;
  }
}

void ReadAhead::TakeAnswers() {
  if (!child_.has_value()) return;
  RangeRead answer;
  while (under_way_ > 0 && lane_->TakeFromChild(&answer)) {
    --under_way_;
    if (answer.source == source_) read_ = std::max(read_, std::min(answer.end, asked_));
  }
}

bool ReadAhead::Start() {
  if (stats_.has_value() && stats_->deaths >= kMostDeaths) return false;
  const uint64_t deaths = stats_.has_value() ? stats_->deaths : 0;
  auto lane = ReaderLane::Create();
  if (!lane.ok()) return false;
  confinement_->Prepare(Confinement::Role::kReader);
  absl::StatusOr<Child> child = Child::Fork([&] {
    (*lane)->BecomeChild();
    CloseDescriptorsBut({(*lane)->child_socket()});
    if (options_.cpu >= 0) PinTo(options_.cpu);
    confinement_->Enter(Confinement::Role::kReader, (*lane)->child_socket(), -1,
                        &(*lane)->counters().in_force);
    RunReader(lane->get(), hook_, static_cast<uint32_t>(deaths));
  });
  if (!child.ok()) return false;
  lane_ = *std::move(lane);
  lane_->BecomeParent();
  child_.emplace(*std::move(child));
  if (!stats_.has_value()) stats_.emplace(ProcessStats{.name = "reader"});
  // What another one was asked for is asked for again.
  sent_ = false;
  asked_ = read_;
  under_way_ = 0;
  return true;
}

void ReadAhead::Abandon(const Source& source) {
  TakeAnswers();
  // To end it is the only way to end what it is at; whoever needs one forks another.
  if (source_ == source.id && under_way_ > 0) Stop();
}

bool ReadAhead::PrepareToSleep() {
  if (!child_.has_value()) return true;
  lane_->AnnounceParentSleep();
  return !lane_->HasFromChild();
}

void ReadAhead::AddPollFds(std::vector<pollfd>* fds) const {
  if (!child_.has_value()) return;
  fds->push_back({.fd = lane_->parent_socket(), .events = POLLIN, .revents = 0});
  fds->push_back({.fd = child_->pidfd(), .events = POLLIN, .revents = 0});
}

const pollfd* ReadAhead::Awake(const pollfd* fds) {
  if (!child_.has_value()) return fds;
  lane_->ParentAwake();
  if (fds[0].revents != 0) TakeWake(lane_->parent_socket());
  if (fds[1].revents != 0) {
    TakeAnswers();
    ++stats_->deaths;
    Reap();
  }
  return fds + 2;
}

void ReadAhead::Reap() {
  stats_->AddUsage(child_->Reap().usage);
  stats_->AddCounters(lane_->counters());
  child_.reset();
}

void ReadAhead::Stop() {
  if (!child_.has_value()) return;
  child_->Kill();
  Reap();
}

}  // namespace bigscan
