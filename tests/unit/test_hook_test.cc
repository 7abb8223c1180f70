#include "ipc/test_hook.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/child.h"

namespace bigscan {
namespace {

using Stage = TestHook::Stage;

// The end of a child with `value` in its environment at this point.
ChildEnd EndAt(const char* value, Stage stage, uint64_t number, uint32_t attempt) {
  if (value == nullptr) {
    unsetenv("BIGSCAN_TEST_DIE");
  } else {
    setenv("BIGSCAN_TEST_DIE", value, 1);
  }
  const TestHook hook = TestHook::FromEnvironment();
  unsetenv("BIGSCAN_TEST_DIE");
  Child child = Child::Fork([&] {
                  alarm(2);
                  hook.MaybeDie(stage, number, attempt);
                  _exit(0);
                }).value();
  return child.Reap();
}

// The signal that it is, or 0.
int SignalAt(const char* value, Stage stage, uint64_t number, uint32_t attempt) {
  return EndAt(value, stage, number, attempt).signal;
}

int ExitStatusAt(const char* value, Stage stage, uint64_t number, uint32_t attempt) {
  return EndAt(value, stage, number, attempt).exit_code;
}

TEST(TestHook, WithoutAVariableNobodyDies) {
  EXPECT_EQ(SignalAt(nullptr, Stage::kMap, 0, 0), 0);
  EXPECT_EQ(SignalAt("", Stage::kMap, 0, 0), 0);
}

TEST(TestHook, StagesByName) {
  EXPECT_EQ(SignalAt("map:0:9:1", Stage::kMap, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("send:0:9:1", Stage::kSend, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("part:0:9:1", Stage::kPart, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("feed:0:9:1", Stage::kFeed, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("read:0:9:1", Stage::kRead, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("commit:0:9:1", Stage::kCommit, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("committed:0:9:1", Stage::kCommitted, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("map:0:9:1", Stage::kSend, 0, 0), 0);
}

TEST(TestHook, NumberOrEachOne) {
  EXPECT_EQ(SignalAt("map:5:9:1", Stage::kMap, 5, 0), SIGKILL);
  EXPECT_EQ(SignalAt("map:5:9:1", Stage::kMap, 4, 0), 0);
  EXPECT_EQ(SignalAt("map:*:9:1", Stage::kMap, 4, 0), SIGKILL);
}

TEST(TestHook, SignalGiven) { EXPECT_EQ(SignalAt("map:0:11:1", Stage::kMap, 0, 0), SIGSEGV); }

TEST(TestHook, HaltedUntilItIsContinued) {
  setenv("BIGSCAN_TEST_DIE", "commit:3:19:1", 1);
  const TestHook hook = TestHook::FromEnvironment();
  unsetenv("BIGSCAN_TEST_DIE");
  Child child = Child::Fork([&] {
                  hook.MaybeDie(Stage::kCommit, 3, 0);
                  _exit(7);
                }).value();
  int status = 0;
  ASSERT_EQ(waitpid(child.pid(), &status, WUNTRACED), child.pid());
  ASSERT_TRUE(WIFSTOPPED(status));
  kill(child.pid(), SIGCONT);
  EXPECT_EQ(child.Reap().exit_code, 7);
}

TEST(TestHook, FirstAttemptsOnly) {
  EXPECT_EQ(SignalAt("map:0:9:2", Stage::kMap, 0, 1), SIGKILL);
  EXPECT_EQ(SignalAt("map:0:9:2", Stage::kMap, 0, 2), 0);
}

TEST(TestHook, ListOfDeaths) {
  EXPECT_EQ(SignalAt("map:0:9:1,send:1:11:1", Stage::kMap, 0, 0), SIGKILL);
  EXPECT_EQ(SignalAt("map:0:9:1,send:1:11:1", Stage::kSend, 1, 0), SIGSEGV);
}

TEST(TestHook, AttackInsteadOfADeath) {
  EXPECT_EQ(ExitStatusAt("map:0:open:1", Stage::kMap, 0, 0), kAttackSucceeded);
  EXPECT_EQ(ExitStatusAt("map:0:connect:1", Stage::kMap, 0, 0), kAttackRefused);
  EXPECT_EQ(ExitStatusAt("map:0:open:1", Stage::kMap, 0, 1), 0);
}

TEST(TestHook, MalformedEntriesAreIgnored) {
  for (const char* value : {"map", "map:0:9", "map:0:9:1:1", "eat:0:9:1", "map:x:9:1", "map:0:x:1",
                            "map:0:9:x", "map:-1:9:1", "map:0:9:-1", ":::", ","}) {
    EXPECT_EQ(SignalAt(value, Stage::kMap, 0, 0), 0) << value;
  }
  EXPECT_EQ(SignalAt("x,map:0:9:1", Stage::kMap, 0, 0), SIGKILL);
}

}  // namespace
}  // namespace bigscan
