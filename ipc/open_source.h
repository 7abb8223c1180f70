// A source from its first chunk until its last one is committed. In the coordinator: says what the
// next chunk is, and keeps those that have been handed out.
#ifndef BIGSCAN_IPC_OPEN_SOURCE_H_
#define BIGSCAN_IPC_OPEN_SOURCE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ipc/scan_client.h"
#include "ipc/stream.h"
#include "ipc/wire.h"
#include "ipc/worker_pool.h"

namespace bigscan {

// A chunk from the moment it is handed out until it is committed.
struct OpenChunk {
  // Of its result.
  struct Part {
    std::shared_ptr<WorkerProcess> worker;  // whose arena holds it
    TaskResult result;
  };

  Task task;
  bool done = false;             // all has come
  uint32_t faults = 0;           // deaths of workers that it caused itself
  std::string lost = {};         // why its bytes, or the rest of them, could not be scanned, if so
  std::vector<Part> parts = {};  // those that have come and are not committed
  bool merged = false;           // there was one that is

  bool ready() const { return done || !parts.empty(); }
};

class OpenSource {
 public:
  // Starts the feeder of a stream, or returns null if there are no blocks for it now.
  using StartStream =
      absl::FunctionRef<absl::StatusOr<std::unique_ptr<Stream>>(const Source& source)>;

  OpenSource(Source source, ScanClient* client) : source_(std::move(source)), client_(client) {}

  const Source& source() const { return source_; }
  // Whether its bytes come when they come, and only once.
  bool is_live() const { return source_.is_stream && !source_.seekable; }

  // What the next chunk is to be handed out as, in order. Nothing if there is none now, or, when
  // exhausted(), none any more.
  absl::StatusOr<std::optional<Task>> Next(StartStream start);
  bool exhausted() const { return exhausted_; }

  // Of a stream: starts its feeder, unless there are no blocks for it now, before its turn has come.
  absl::Status StartAhead(StartStream start);

  // A task that Next has returned is handed out.
  void HandOut(const Task& task) { chunks_.push_back({.task = task}); }

  // Those handed out and not committed.
  bool empty() const { return chunks_.empty(); }
  OpenChunk& front() { return chunks_.front(); }
  const OpenChunk& front() const { return chunks_.front(); }
  OpenChunk& chunk(uint64_t index) { return chunks_[index - first_index_]; }
  // The first one is committed.
  void PopFront();

  // Leaves the page cache as it was before. To be called when no child needs the source any more;
  // waits up to `patience_us` for what is still being read.
  void DropCache(uint64_t patience_us) const;

  // No further chunk is needed.
  void Decide();
  bool decided() const { return decided_; }

  // Tells the client of what could not be read. To be called at the end.
  void ReportErrors();

  // The feeder while there is one.
  Stream* stream() { return stream_.get(); }
  const Stream* stream() const { return stream_.get(); }
  void DropStream() { stream_.reset(); }

 private:
  Task NextTask(uint64_t begin, uint64_t end) const;
  std::optional<Task> NextRange();
  std::optional<Task> NextPack();
  absl::StatusOr<std::optional<Task>> NextBlock(StartStream start);
  void DropCacheBehind(uint64_t position);

  const Source source_;
  ScanClient* const client_;
  std::unique_ptr<Stream> stream_;
  std::deque<OpenChunk> chunks_;
  uint64_t first_index_ = 0;  // of chunks_.front() in the source
  uint64_t dropped_ = 0;      // from the page cache, up to here
  bool exhausted_ = false;
  bool decided_ = false;
  std::string read_error_;
  std::optional<Stream::End> feeder_end_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_OPEN_SOURCE_H_
