// A lane: what joins the coordinator to one child process, and nobody else to either.
//
// Two single-producer single-consumer queues in anonymous shared memory carry messages, and a
// socket pair wakes the sleeper, passes descriptors, and shows by end-of-file that the other side
// is gone. No process ever holds a lock: a child that is killed between any two instructions leaves
// a lane that its coordinator can still drain and then drop. A replacement child gets a new lane.
//
// Waking follows Dekker's protocol: the consumer announces that it will sleep, then looks at the
// queue once more; the producer pushes, then looks for the announcement. So a wake costs a system
// call only when somebody sleeps.
#ifndef BIGSCAN_IPC_LANE_H_
#define BIGSCAN_IPC_LANE_H_

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ipc/packed_file.h"
#include "ipc/shared_memory.h"
#include "ipc/unique_fd.h"

namespace bigscan {

// What a child tells of itself. Written by the child alone.
struct ChildCounters {
  std::atomic<uint64_t> done{0};  // chunks mapped, blocks filled, or ranges read
  // Microseconds spent waiting for data: in a feeder or reader, for the input; in a worker, for these.
  std::atomic<uint64_t> blocked_us{0};
  // Microseconds spent waiting for something to do, or for room to put what was done.
  std::atomic<uint64_t> waited_us{0};
  // Of a worker: since when, by NowMicros, it has been waiting for one or the other, which is added to them
  // when it is over; 0: it is not.
  std::atomic<uint64_t> waiting_since_us{0};
  // Of a feeder that reads a file: up to where it has.
  std::atomic<uint64_t> read_end{0};
  std::atomic<uint32_t> in_force{0};  // of the confinement: see there
};

// The two ends of the socket pair. Each process must close the end that is not its own.
struct LaneSocket {
  static absl::StatusOr<LaneSocket> Create();

  UniqueFd parent;
  UniqueFd child;
};

// One byte over the socket; does nothing when the other side is gone or has wakes enough to read.
void SendWake(int socket);
// Tells a child about source `id`: its descriptor, or those of the files in a pack, with their sizes.
// kUnavailable if the child is gone. REQUIRES: 1 to kMostPackedFiles descriptors, and `sizes` as many or
// none.
absl::Status SendSource(int socket, uint32_t id, std::span<const int> fds,
                        std::span<const uint64_t> sizes);
// Reads a wake away, if one has come.
void TakeWake(int socket);

struct ReceivedSource {
  uint32_t id;
  std::vector<PackedFile> files;  // of size 0 if no sizes were sent; at least one
};
// Sleeps until a message comes. Returns nothing for a wake. Fails when the other side is gone.
absl::StatusOr<std::optional<ReceivedSource>> ReceiveMessage(int socket);

template <typename ToChild, typename FromChild>
class Lane {
 public:
  // Messages that fit in a queue. The coordinator never has more than this many under way in a
  // lane.
  static constexpr size_t kCapacity = 64;

  static absl::StatusOr<std::shared_ptr<Lane>> Create() {
    absl::StatusOr<SharedObject<Shared>> shared = SharedObject<Shared>::Create();
    if (!shared.ok()) return shared.status();
    absl::StatusOr<LaneSocket> socket = LaneSocket::Create();
    if (!socket.ok()) return socket.status();
    return std::shared_ptr<Lane>(new Lane(*std::move(shared), *std::move(socket)));
  }

  // After fork: each side gives up the end that belongs to the other. No child that is forked later has the
  // queues.
  void BecomeParent() {
    socket_.child.Reset();
    shared_.KeepFromFurtherChildren();
  }
  void BecomeChild() { socket_.parent.Reset(); }

  ChildCounters& counters() { return shared_->counters; }

  // --- Coordinator ---
  int parent_socket() const { return socket_.parent.get(); }

  // REQUIRES: fewer than kCapacity messages are in the queue.
  void SendToChild(const ToChild& message) {
    shared_->to_child.push(message);
    WakeChild();
  }
  void WakeChild() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (shared_->child_sleeps.exchange(0) != 0) SendWake(socket_.parent.get());
  }
  // Messages that the child has not taken. When it is dead, what it died of is not among them.
  size_t QueuedForChild() { return kCapacity - shared_->to_child.write_available(); }
  bool TakeFromChild(FromChild* message) { return shared_->from_child.pop(*message); }
  // The coordinator is about to sleep. It must look at the queue once more after this.
  void AnnounceParentSleep() {
    shared_->parent_sleeps.store(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  bool HasFromChild() { return shared_->from_child.read_available() > 0; }
  // Whether the child has nothing to do because there are no data for it yet.
  void SetStarved(bool starved) { shared_->starved.store(starved, std::memory_order_relaxed); }
  void ParentAwake() { shared_->parent_sleeps.store(0, std::memory_order_relaxed); }

  // --- Child ---
  int child_socket() const { return socket_.child.get(); }

  bool TakeFromParent(ToChild* message) { return shared_->to_child.pop(*message); }
  size_t WaitingForChild() { return shared_->to_child.read_available(); }
  void SendToParent(const FromChild& message) { shared_->from_child.push(message); }
  void WakeParent() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (shared_->parent_sleeps.exchange(0) != 0) SendWake(socket_.child.get());
  }
  // The child is about to sleep. It must look for what it waits for once more after this.
  void AnnounceChildSleep() {
    shared_->child_sleeps.store(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  bool starved() const { return shared_->starved.load(std::memory_order_relaxed); }
  void ChildAwake() { shared_->child_sleeps.store(0, std::memory_order_relaxed); }

 private:
  struct Shared {
    boost::lockfree::spsc_queue<ToChild, boost::lockfree::capacity<kCapacity>> to_child;
    boost::lockfree::spsc_queue<FromChild, boost::lockfree::capacity<kCapacity>> from_child;
    std::atomic<uint32_t> child_sleeps{0};
    std::atomic<uint32_t> parent_sleeps{0};
    std::atomic<bool> starved{false};
    ChildCounters counters;
  };

  Lane(SharedObject<Shared> shared, LaneSocket socket)
      : shared_(std::move(shared)), socket_(std::move(socket)) {}

  SharedObject<Shared> shared_;
  LaneSocket socket_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_LANE_H_
