// Chooses the fastest of several engines that find the same, by trying them on the data at hand.
//
// Now and then each engine in turn scans a few blocks, and the times per byte of the quicker ones are
// compared: on blocks as they come, from memory, where another engine may be the best than in the cache.
#ifndef BIGSCAN_LIB_ENGINE_TRIAL_H_
#define BIGSCAN_LIB_ENGINE_TRIAL_H_

#include <cstddef>
#include <vector>

namespace bigscan {

class EngineTrial {
 public:
  explicit EngineTrial(size_t engines) : engines_(engines), times_(engines) {}

  // The engine for the next block, of `bytes`.
  size_t Choose(size_t bytes);
  // Whether a trial is on: the time that the chosen engine takes is then to be told.
  bool timed() const { return timed_; }
  void Took(double seconds);

  size_t best() const { return best_; }

 private:
  const size_t engines_;
  std::vector<std::vector<double>> times_;  // seconds a byte, by engine; while a trial is on
  size_t best_ = 0;
  size_t chosen_ = 0;
  size_t bytes_ = 0;
  bool timed_ = false;
  int blocks_to_trial_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_ENGINE_TRIAL_H_
