#include "lib/engine_trial.h"

#include <gtest/gtest.h>

#include <vector>

namespace bigscan {
namespace {

constexpr size_t kBytes = 480 << 10;

// Engines of which each takes so many seconds a block, and how often each was chosen.
class Engines {
 public:
  explicit Engines(std::vector<double> seconds)
      : seconds_(std::move(seconds)), trial_(seconds_.size()), chosen_(seconds_.size()) {}

  void Run(int blocks, size_t bytes = kBytes) {
    for (int i = 0; i < blocks; ++i) {
      const size_t engine = trial_.Choose(bytes);
      ASSERT_LT(engine, seconds_.size());
      ++chosen_[engine];
      if (trial_.timed()) {
        ++timed_;
        trial_.Took(seconds_[engine] * static_cast<double>(bytes) / kBytes);
      }
    }
  }

  void set_seconds(std::vector<double> seconds) { seconds_ = std::move(seconds); }
  size_t best() const { return trial_.best(); }
  const std::vector<int>& chosen() const { return chosen_; }
  int timed() const { return timed_; }

 private:
  std::vector<double> seconds_;
  EngineTrial trial_;
  std::vector<int> chosen_;
  int timed_ = 0;
};

TEST(EngineTrial, ASingleEngineIsNotTimed) {
  Engines engines({1});
  engines.Run(1000);
  EXPECT_EQ(engines.timed(), 0);
  EXPECT_EQ(engines.best(), 0u);
}

TEST(EngineTrial, ChoosesTheFastest) {
  for (size_t fastest = 0; fastest < 3; ++fastest) {
    std::vector<double> seconds(3, 1.2);
    seconds[fastest] = 1;
    Engines engines(seconds);
    engines.Run(1000);
    EXPECT_EQ(engines.best(), fastest);
    EXPECT_GT(engines.chosen()[fastest], 900);
  }
}

TEST(EngineTrial, TriesTheHopelessOnlyAFewTimes) {
  Engines engines({1, 100, 1.1});
  engines.Run(500);
  EXPECT_LE(engines.chosen()[1], 4);
  EXPECT_GT(engines.chosen()[2], engines.chosen()[1]);
}

TEST(EngineTrial, OneOutlierDecidesNothing) {
  EngineTrial trial(2);
  for (int i = 0; i < 100; ++i) {
    const size_t engine = trial.Choose(kBytes);
    if (trial.timed()) trial.Took(engine == 1 ? (i < 2 ? 50 : 1) : 1.3);
  }
  EXPECT_EQ(trial.best(), 1u);
}

TEST(EngineTrial, TriesAgainAsTheDataMayHaveChanged) {
  Engines engines({1, 1.2});
  engines.Run(100);
  EXPECT_EQ(engines.best(), 0u);
  engines.set_seconds({1, 0.5});
  engines.Run(10'000);
  EXPECT_EQ(engines.best(), 1u);
}

TEST(EngineTrial, SmallBlocksTellNothing) {
  Engines engines({1, 0.1});
  engines.Run(1000, 1000);
  EXPECT_EQ(engines.timed(), 0);
  EXPECT_EQ(engines.chosen()[1], 0);
}

TEST(EngineTrial, TimeIsThatOfAByte) {
  EngineTrial trial(2);
  // The second engine takes less time, but of blocks that are smaller still.
  for (int i = 0; i < 100; ++i) {
    const size_t bytes = i % 2 == 0 ? 4 * kBytes : kBytes;
    const size_t engine = trial.Choose(bytes);
    if (trial.timed()) trial.Took((engine == 0 ? 1.0 : 1.2) * static_cast<double>(bytes));
  }
  EXPECT_EQ(trial.best(), 0u);
}

TEST(EngineTrial, IsTimedOnce) {
  EngineTrial trial(2);
  trial.Choose(kBytes);
  ASSERT_TRUE(trial.timed());
  trial.Took(1);
  EXPECT_FALSE(trial.timed());
}

}  // namespace
}  // namespace bigscan
