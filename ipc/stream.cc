#include "ipc/stream.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace bigscan {
namespace {

// Feeders in a row that a stream may cost without a block between. By SIGKILL and SIGTERM others end one,
// who do not mean the stream.
constexpr uint32_t kMostFaults = 2;
constexpr uint32_t kMostDeaths = 8;

}  // namespace

absl::StatusOr<std::unique_ptr<Stream>> Stream::Start(const Source& source, const Options& options,
                                                      const BlockPool& pool,
                                                      std::set<uint32_t> blocks,
                                                      Confinement* confinement,
                                                      const TestHook& hook) {
  auto stream = std::unique_ptr<Stream>(new Stream(source, options, pool, confinement, hook));
  stream->position_ = source.begin;
  stream->blocks_ = std::move(blocks);
  if (absl::Status status = stream->Spawn(); !status.ok()) return status;
  return stream;
}

absl::Status Stream::Spawn() {
  auto lane = FeederLane::Create();
  if (!lane.ok()) return lane.status();
  confinement_->Prepare(Confinement::Role::kFeeder);
  absl::StatusOr<Child> child = Child::Fork([&] {
    (*lane)->BecomeChild();
    CloseDescriptorsBut({(*lane)->child_socket(), source_.fd.get()});
    if (options_.cpu >= 0) PinTo(options_.cpu);
    GrowPipe(source_.fd.get());
    confinement_->Enter(Confinement::Role::kFeeder, (*lane)->child_socket(), source_.fd.get(),
                        &(*lane)->counters().in_force);
    RunFeeder(lane->get(), pool_,
              {.stream = {.fd = source_.fd.get(),
                          .seekable = source_.seekable,
                          .begin = source_.begin,
                          .end = source_.end,
                          .position = position_},
               .decoders = options_.decoders,
               .delimiter = options_.delimiter,
               .patience_us = options_.patience_us,
               .attempt = deaths_},
              hook_);
  });
  if (!child.ok()) return child.status();
  lane_ = *std::move(lane);
  lane_->BecomeParent();
  child_.emplace(*std::move(child));
  for (const uint32_t block : blocks_) {
    if (!under_way_.contains(block)) lane_->SendToChild({block});
  }
  return absl::OkStatus();
}

bool Stream::TakeBlock(FilledBlock* block) {
  if (at_end_ || !lane_->TakeFromChild(block)) return false;
  if (!blocks_.contains(block->block) || block->size > pool_.capacity() ||
      block->after > pool_.capacity() - block->size || !under_way_.insert(block->block).second) {
    if (child_.has_value())
      child_->Kill();  // what it writes into its lane can no longer be trusted
    return false;
  }
  position_ = block->lost_end != 0 ? block->lost_end : block->begin + block->size;
  deaths_ = 0;
  faults_ = 0;
  at_end_ = block->at_end != 0;
  return true;
}

void Stream::Free(uint32_t block) {
  if (under_way_.erase(block) == 1 && child_.has_value()) lane_->SendToChild({block});
}

void Stream::Grant(uint32_t block) {
  blocks_.insert(block);
  if (child_.has_value()) lane_->SendToChild({block});
}

absl::StatusOr<std::optional<Stream::End>> Stream::Recover() {
  if (child_.has_value() || at_end_ || lane_->HasFromChild()) return std::optional<End>();
  ++stats_.deaths;
  ++deaths_;
  if (end_.signal != SIGKILL && end_.signal != SIGTERM) ++faults_;
  if (source_.seekable && faults_ < kMostFaults && deaths_ < kMostDeaths) {
    if (absl::Status status = Spawn(); !status.ok()) return status;
    return std::optional<End>();
  }
  at_end_ = true;
  return std::optional<End>({position_, end_.Describe()});
}

bool Stream::PrepareToSleep() {
  lane_->AnnounceParentSleep();
  if (at_end_) return true;
  return child_.has_value() && !lane_->HasFromChild();
}

void Stream::AddPollFds(std::vector<pollfd>* fds) const {
  if (!child_.has_value()) return;
  fds->push_back({.fd = lane_->parent_socket(), .events = POLLIN, .revents = 0});
  fds->push_back({.fd = child_->pidfd(), .events = POLLIN, .revents = 0});
}

const pollfd* Stream::Awake(const pollfd* fds) {
  lane_->ParentAwake();
  if (!child_.has_value()) return fds;
  if (fds[0].revents != 0) TakeWake(lane_->parent_socket());
  if (fds[1].revents != 0) Reap();
  return fds + 2;
}

void Stream::Reap() {
  end_ = child_->Reap();
  child_.reset();
  stats_.AddUsage(end_.usage);
  stats_.AddCounters(lane_->counters());
}

void Stream::Stop() {
  at_end_ = true;
  if (!child_.has_value()) return;
  child_->Kill();
  Reap();
}

}  // namespace bigscan
