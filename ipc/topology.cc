#include "ipc/topology.h"

#include <dlfcn.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr char kHwloc[] = "libhwloc.so.15";

bool Allowed(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  return cpu < CPU_SETSIZE && sched_getaffinity(0, sizeof(set), &set) == 0 &&
         CPU_ISSET(static_cast<size_t>(cpu), &set);
}

template <typename Function>
Function* Load(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

absl::Status CheckCpusAllowed(const std::vector<int>& cpus) {
  for (int cpu : cpus) {
    if (!Allowed(cpu)) {
      return absl::InvalidArgumentError(absl::StrCat("CPU ", cpu, " is not available"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> CpusByCore() {
  void* library = dlopen(kHwloc, RTLD_NOW);
  if (library == nullptr) return absl::UnavailableError(dlerror());
  const auto init = Load<decltype(hwloc_topology_init)>(library, "hwloc_topology_init");
  const auto load = Load<decltype(hwloc_topology_load)>(library, "hwloc_topology_load");
  const auto destroy = Load<decltype(hwloc_topology_destroy)>(library, "hwloc_topology_destroy");
  const auto depth_of = Load<decltype(hwloc_get_type_depth)>(library, "hwloc_get_type_depth");
  const auto object_at = Load<decltype(hwloc_get_obj_by_depth)>(library, "hwloc_get_obj_by_depth");
  if (!init || !load || !destroy || !depth_of || !object_at) {
    return absl::UnavailableError(absl::StrCat(kHwloc, " lacks a function"));
  }
  // What hwloc cannot find out, it need not complain about: an order of the CPUs is all we want.
  setenv("HWLOC_HIDE_ERRORS", "2", /*overwrite=*/0);
  hwloc_topology_t topology;
  if (init(&topology) != 0) return absl::UnavailableError("hwloc_topology_init failed");
  const std::unique_ptr<hwloc_topology, decltype(destroy)> owned(topology, destroy);
  if (load(topology) != 0) {
    return absl::UnavailableError("hwloc cannot tell the topology");
  }
  // (place among the hardware threads of its core, order) for each CPU.
  std::vector<std::pair<int, int>> order;
  const int depth = depth_of(topology, HWLOC_OBJ_PU);
  const hwloc_obj* last_core = nullptr;
  int thread = 0;
  for (unsigned i = 0;; ++i) {
    const hwloc_obj* unit = object_at(topology, depth, i);
    if (unit == nullptr) break;
    const hwloc_obj* core = unit->parent;
    while (core != nullptr && core->type != HWLOC_OBJ_CORE) core = core->parent;
    thread = core != nullptr && core == last_core ? thread + 1 : 0;
    last_core = core;
    const int cpu = static_cast<int>(unit->os_index);
    if (Allowed(cpu)) order.emplace_back(thread, cpu);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int> cpus;
  for (const auto& [place, cpu] : order) cpus.push_back(cpu);
  if (cpus.empty()) return absl::UnavailableError("hwloc finds no CPU");
  return cpus;
}

}  // namespace bigscan
