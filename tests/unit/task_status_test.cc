#include "cmd/cluster/task_status.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cmd/cluster/work_directory.h"

namespace bigscan {
namespace {

class TaskStatusTest : public testing::Test {
 protected:
  TaskStatusTest() { std::filesystem::remove(path_); }
  void Put(const std::string& bytes) { ASSERT_TRUE(ReplaceFile(path_, bytes).ok()); }

  const std::string path_ = testing::TempDir() + "/task_status_test";
};

TEST_F(TaskStatusTest, IsReadAsItWasWritten) {
  const TaskStatus status{.state = TaskStatus::State::kRetrying,
                          .job = "12",
                          .failures = 3,
                          .exit_status = 137,
                          .host = "n1",
                          .message = "two\nlines\n"};
  ASSERT_TRUE(WriteTaskStatus(path_, status).ok());
  const std::optional<TaskStatus> read = ReadTaskStatus(path_);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->state, status.state);
  EXPECT_EQ(read->job, status.job);
  EXPECT_EQ(read->failures, status.failures);
  EXPECT_EQ(read->exit_status, status.exit_status);
  EXPECT_EQ(read->host, status.host);
  EXPECT_EQ(read->message, status.message);
}

TEST_F(TaskStatusTest, EachStateIsKnown) {
  using State = TaskStatus::State;
  for (const State state : {State::kRunning, State::kRetrying, State::kDone, State::kFailed}) {
    ASSERT_TRUE(WriteTaskStatus(path_, {.state = state}).ok());
    EXPECT_EQ(ReadTaskStatus(path_).value().state, state);
  }
}

TEST_F(TaskStatusTest, NothingIsThereBeforeATaskHasBegun) {
  EXPECT_FALSE(ReadTaskStatus(path_).has_value());
}

TEST_F(TaskStatusTest, AnythingElseIsNoStatus) {
  for (const char* bytes : {"", "done", "done\n1\n0\n0\nn1", "gone\n1\n0\n0\nn1\n",
                            "done\n1\nx\n0\nn1\n", "done\n1\n0\nx\nn1\n", "\n\n\n\n\n"}) {
    Put(bytes);
    EXPECT_FALSE(ReadTaskStatus(path_).has_value()) << bytes;
  }
  Put("done\n1\n0\n0\nn1\n");
  EXPECT_TRUE(ReadTaskStatus(path_).has_value());
}

TEST_F(TaskStatusTest, AFileThatCanNotBeWrittenIsNamed) {
  const std::string path = path_ + "/nowhere/status";
  EXPECT_NE(WriteTaskStatus(path, {}).message().find(path), std::string::npos);
}

}  // namespace
}  // namespace bigscan
