// Makes a process die at a chosen moment, so that tests can prove that no death costs a record.
//
// BIGSCAN_TEST_DIE is a list of STAGE:N:SIGNAL:TIMES, separated by commas: at STAGE of chunk (or
// block) N, or of each one with `*`, the process sends SIGNAL to itself on the first TIMES
// attempts. SIGSTOP halts it there until SIGCONT, so that a test can do what it likes at that moment.
// Instead of SIGNAL, the name of a TestAttack has it attempt that.
#ifndef BIGSCAN_IPC_TEST_HOOK_H_
#define BIGSCAN_IPC_TEST_HOOK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/test_attack.h"

namespace bigscan {

class TestHook {
 public:
  enum class Stage {
    kMap,        // a worker has taken a task and not yet begun
    kSend,       // a worker has put the result into its arena, and not yet told so
    kPart,       // a worker has sent a part of a result, and not yet made the next one
    kFeed,       // a feeder has filled a block, and not yet told so
    kRead,       // the reader has begun to read a range
    kCommit,     // the coordinator is about to commit a result, or a part of one
    kCommitted,  // it has, and the output has taken what came of it; the memory is not yet free again
  };

  // From the environment. What is malformed there is ignored.
  static TestHook FromEnvironment();

  void MaybeDie(Stage stage, uint64_t number, uint32_t attempt) const;

 private:
  struct Death {
    Stage stage;
    bool any_number;
    uint64_t number;
    int signal;         // or 0, and
    TestAttack attack;  // this
    uint32_t times;
  };
  std::vector<Death> deaths_;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_TEST_HOOK_H_
