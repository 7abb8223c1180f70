#include "lib/engine_trial.h"

#include <algorithm>
#include <limits>

namespace bigscan {
namespace {

// Smaller blocks tell too little.
constexpr size_t kLeastTimedBytes = 128 << 10;
constexpr size_t kTrialBlocks = 9;  // of each engine
// An engine that was slower by so much on its first blocks is tried no further.
constexpr size_t kFirstBlocks = 3;
constexpr double kHopeless = 1.5;
constexpr int kBlocksBetweenTrials = 4096;
// The engine in use stays unless another one is faster than this share of its time.
constexpr double kClearlyFaster = 0.95;

// What a block takes when nothing disturbs it: whatever disturbs, from page faults to other processes,
// only ever makes it slower, so that the median of a few says more of them than of the engine.
double LowerQuartile(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::max();
  const auto quartile = values.begin() + static_cast<ptrdiff_t>(values.size() / 4);
  std::nth_element(values.begin(), quartile, values.end());
  return *quartile;
}

}  // namespace

size_t EngineTrial::Choose(size_t bytes) {
  timed_ = false;
  chosen_ = best_;
  if (engines_ == 1 || bytes < kLeastTimedBytes) return best_;
  if (blocks_to_trial_ > 0) {
    --blocks_to_trial_;
    return best_;
  }
  // In turn, so that a change of the machine's speed meets all of them.
  double fastest = std::numeric_limits<double>::max();
  for (const std::vector<double>& times : times_) {
    if (times.size() >= kFirstBlocks) fastest = std::min(fastest, LowerQuartile(times));
  }
  size_t fewest = kTrialBlocks;
  for (size_t engine = 0; engine < engines_; ++engine) {
    const std::vector<double>& times = times_[engine];
    const bool hopeless =
        times.size() >= kFirstBlocks && LowerQuartile(times) > kHopeless * fastest;
    if (hopeless || times.size() >= fewest) continue;
    fewest = times.size();
    chosen_ = engine;
    timed_ = true;
  }
  if (timed_) {
    bytes_ = bytes;
    return chosen_;
  }
  const size_t used = best_;
  for (size_t engine = 0; engine < engines_; ++engine) {
    const double limit = LowerQuartile(times_[best_]) * (best_ == used ? kClearlyFaster : 1);
    if (LowerQuartile(times_[engine]) < limit) best_ = engine;
  }
  for (std::vector<double>& times : times_) times.clear();
  blocks_to_trial_ = kBlocksBetweenTrials;
  return chosen_ = best_;
}

void EngineTrial::Took(double seconds) {
  timed_ = false;
  times_[chosen_].push_back(seconds / static_cast<double>(bytes_));
}

}  // namespace bigscan
