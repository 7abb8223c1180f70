// What one process of a scan has done, for --stats.
#ifndef BIGSCAN_IPC_PROCESS_STATS_H_
#define BIGSCAN_IPC_PROCESS_STATS_H_

#include <sys/resource.h>

#include <cstdint>
#include <string>
#include <utility>

#include "ipc/lane.h"

namespace bigscan {

struct ProcessStats {
  std::string name;         // "coordinator", "worker 0", "feeder", "reader"
  uint64_t chunks = 0;      // chunks mapped, blocks filled, or ranges read
  uint64_t cpu_us = 0;      // user and system
  uint64_t blocked_us = 0;  // waiting for data: see ChildCounters
  uint64_t waited_us = 0;   // waiting for work
  uint64_t voluntary = 0;   // context switches
  uint64_t involuntary = 0;
  uint64_t deaths = 0;    // how often it had to be replaced
  uint32_t in_force = 0;  // Confinement's bits that held all the time; 0 if not known

  // Of the calling process.
  static ProcessStats OfThisProcess(std::string name) {
    ProcessStats stats;
    stats.name = std::move(name);
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    stats.AddUsage(usage);
    return stats;
  }

  void AddCounters(const ChildCounters& counters) {
    chunks += counters.done.load();
    blocked_us += counters.blocked_us.load();
    waited_us += counters.waited_us.load();
    const uint32_t bits = counters.in_force.load();
    if (bits != 0) in_force = in_force == 0 ? bits : in_force & bits;
  }

  void AddUsage(const rusage& usage) {
    const auto micros = [](const timeval& time) {
      return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_usec);
    };
    cpu_us += micros(usage.ru_utime) + micros(usage.ru_stime);
    voluntary += static_cast<uint64_t>(usage.ru_nvcsw);
    involuntary += static_cast<uint64_t>(usage.ru_nivcsw);
  }
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_PROCESS_STATS_H_
