// The coordinator's side of the reader: what is to be read ahead, and what has been.
//
// A chunk of a file that is not in the page cache is not handed out before the reader has read it, and the
// reader is always asked for more than that: a few chunks at first, 64 MiB later. While all is cached
// there is no reader.
#ifndef BIGSCAN_IPC_READ_AHEAD_H_
#define BIGSCAN_IPC_READ_AHEAD_H_

#include <poll.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "ipc/child.h"
#include "ipc/confinement.h"
#include "ipc/process_stats.h"
#include "ipc/reader.h"
#include "ipc/scan_client.h"
#include "ipc/test_hook.h"

namespace bigscan {

class ReadAhead {
 public:
  struct Options {
    bool enabled = true;  // otherwise all is always ready
    int cpu = -1;         // to pin the reader to, or -1
  };
  // `confinement` and `hook` must outlive it.
  ReadAhead(const Options& options, Confinement* confinement, const TestHook& hook)
      : options_(options), confinement_(confinement), hook_(hook) {}
  ~ReadAhead() { Stop(); }

  // Whether the bytes [begin, end) of a mapped source can be handed out. Costs two system calls when they
  // are cached. Otherwise asks for them and more, and forks the reader if need be. A range that is too
  // long to be read ahead is ready. To be called with ascending ranges and sources, and again for one
  // that was not ready.
  bool Ready(const Source& source, uint64_t begin, uint64_t end);

  // No more of a source is needed: what has been asked for is not read any more.
  void Abandon(const Source& source);

  // Around poll(2): false when there is something to do at once.
  bool PrepareToSleep();
  void AddPollFds(std::vector<pollfd>* fds) const;
  // `fds`: what AddPollFds added, after the poll. Returns what comes after these.
  const pollfd* Awake(const pollfd* fds);

  // Kills and reaps the reader.
  void Stop();
  // Nothing if there was none.
  const std::optional<ProcessStats>& stats() const { return stats_; }

 private:
  bool Start();
  void Ask(const Source& source, uint64_t need, uint64_t ahead);
  void TakeAnswers();
  void Reap();

  const Options options_;
  Confinement* const confinement_;
  const TestHook& hook_;
  std::shared_ptr<ReaderLane> lane_;
  std::optional<Child> child_;
  std::optional<uint32_t> source_;  // that is being read
  bool cold_ = false;               // a part of it was not cached
  bool sent_ = false;               // the reader has its descriptor
  uint64_t asked_ = 0;              // up to here the reader has been asked for it
  uint64_t read_ = 0;               // and has read it
  size_t under_way_ = 0;            // questions without an answer
  std::optional<ProcessStats> stats_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_READ_AHEAD_H_
