#include "ipc/test_hook.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace bigscan {

TestHook TestHook::FromEnvironment() {
  TestHook hook;
  const char* value = getenv("BIGSCAN_TEST_DIE");
  if (value == nullptr) return hook;
  for (absl::string_view entry : absl::StrSplit(value, ',')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(entry, ':');
    Death death{};
    if (fields.size() != 4) continue;
    if (fields[0] == "map") {
      death.stage = Stage::kMap;
    } else if (fields[0] == "send") {
      death.stage = Stage::kSend;
    } else if (fields[0] == "part") {
      death.stage = Stage::kPart;
    } else if (fields[0] == "feed") {
      death.stage = Stage::kFeed;
    } else if (fields[0] == "read") {
      death.stage = Stage::kRead;
    } else if (fields[0] == "commit") {
      death.stage = Stage::kCommit;
    } else if (fields[0] == "committed") {
      death.stage = Stage::kCommitted;
    } else {
      continue;
    }
    death.any_number = fields[1] == "*";
    if ((!death.any_number && !absl::SimpleAtoi(fields[1], &death.number)) ||
        !absl::SimpleAtoi(fields[3], &death.times)) {
      continue;
    }
    death.attack = FindTestAttack(fields[2]);
    if (death.attack == nullptr && (!absl::SimpleAtoi(fields[2], &death.signal) ||
                                    death.signal <= 0 || death.signal >= NSIG)) {
      continue;
    }
    hook.deaths_.push_back(death);
  }
  return hook;
}

void TestHook::MaybeDie(Stage stage, uint64_t number, uint32_t attempt) const {
  for (const Death& death : deaths_) {
    if (death.stage == stage && (death.any_number || death.number == number) &&
        attempt < death.times) {
      if (death.attack != nullptr) _exit(death.attack() ? kAttackSucceeded : kAttackRefused);
      ::signal(death.signal, SIG_DFL);
      kill(getpid(), death.signal);
      if (death.signal != SIGSTOP) pause();
    }
  }
}

}  // namespace bigscan
