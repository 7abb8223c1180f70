// Threads for a short piece of work.
#ifndef BIGSCAN_LIB_THREAD_TEAM_H_
#define BIGSCAN_LIB_THREAD_TEAM_H_

#include <cstddef>
#include <functional>

namespace bigscan {

// Calls `work` with each number below `count`, once, by at most `threads` threads at the same time; this one is among
// them, and the others are gone when it returns. The numbers are taken in ascending order. Where no more
// threads can be had, it is done with fewer.
void ForEachOnThreads(size_t threads, size_t count, const std::function<void(size_t)>& work);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_THREAD_TEAM_H_
