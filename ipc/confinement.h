// What a child may ask of the kernel once it is at work: next to nothing.
//
// Children parse hostile bytes. Whoever takes one over by them finds a process that can not open, connect,
// execute, trace or signal anything, and write to nothing but its lane, its arena and its blocks, and to
// stderr. As root, it also is another user's: see privileges.h. A seccomp(2) filter lists the calls that a
// child needs, and the kernel kills a child with SIGSYS that makes another one. libseccomp makes the
// filter in the coordinator, once for each role, so that a child only has to install it.
//
// What a child needs besides (libraries, converters of text, descriptors), it must have before.
#ifndef BIGSCAN_IPC_CONFINEMENT_H_
#define BIGSCAN_IPC_CONFINEMENT_H_

#include <linux/filter.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ipc/privileges.h"

namespace bigscan {

class Confinement {
 public:
  enum class Role {
    kWorker,  // maps files and reads them, makes code of patterns
    kFeeder,  // reads one descriptor
    kReader,  // reads files, and has the kernel read ahead
  };

  // What is in force in a child, as bits.
  static constexpr uint32_t kEntered = 1;    // it is known
  static constexpr uint32_t kFilter = 2;     // the list of calls
  static constexpr uint32_t kOtherUser = 4;  // it has become `user`

  // In the coordinator. The children become `user`, if there is one.
  explicit Confinement(std::optional<User> user);

  // In the coordinator, before it forks a child of this role.
  void Prepare(Role role);

  // In a child of the coordinator, before it looks at any input. From then on it can send and receive
  // over `lane_socket`, and as a feeder read from `input`. What could not be had is left out; tells in
  // `in_force` what is.
  void Enter(Role role, int lane_socket, int input, std::atomic<uint32_t>* in_force) const;

  const std::optional<User>& user() const { return user_; }

 private:
  const std::optional<User> user_;
  const pid_t coordinator_;
  std::map<Role, std::vector<sock_filter>> filters_;  // empty where none could be made
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_CONFINEMENT_H_
