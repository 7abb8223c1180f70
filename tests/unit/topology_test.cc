#include "ipc/topology.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bigscan {
namespace {

std::vector<int> AllowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof(set), &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

TEST(Topology, CpusByCoreAreThoseThatThisProcessMayUse) {
  absl::StatusOr<std::vector<int>> cpus = CpusByCore();
  if (absl::IsUnavailable(cpus.status())) FAIL() << cpus.status();
  ASSERT_TRUE(cpus.ok()) << cpus.status();
  std::sort(cpus->begin(), cpus->end());
  EXPECT_EQ(*cpus, AllowedCpus());
}

TEST(Topology, CpusByCoreKeepToAReducedSet) {
  cpu_set_t before;
  sched_getaffinity(0, sizeof(before), &before);
  const int last = AllowedCpus().back();
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(last), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  const absl::StatusOr<std::vector<int>> cpus = CpusByCore();
  sched_setaffinity(0, sizeof(before), &before);
  if (absl::IsUnavailable(cpus.status())) FAIL() << cpus.status();
  EXPECT_EQ(cpus.value(), std::vector<int>{last});
}

TEST(Topology, AllowedCpusPass) {
  EXPECT_TRUE(CheckCpusAllowed(AllowedCpus()).ok());
  EXPECT_TRUE(CheckCpusAllowed({}).ok());
}

TEST(Topology, CpuThatIsNotThereIsNamed) {
  for (int cpu : {CPU_SETSIZE - 1, CPU_SETSIZE, 1'000'000}) {
    const absl::Status status = CheckCpusAllowed({AllowedCpus().front(), cpu});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find(std::to_string(cpu)), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace bigscan
