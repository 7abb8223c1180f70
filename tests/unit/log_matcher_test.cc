#include "cmd/log_matcher.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace bigscan {
namespace {

// A directory of logs, of which some were read in an earlier run.
class LogMatcherTest : public testing::Test {
 protected:
  LogMatcherTest() {
    std::string name = testing::TempDir() + "/log_matcher_XXXXXX";
    directory_ = std::string(mkdtemp(name.data())) + "/";
  }
  ~LogMatcherTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + name, std::ios::binary) << text;
  }
  void Rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(directory_ + from, directory_ + to);
  }
  LogFile File(const std::string& name) { return LogFile::Open(directory_ + name, true).value(); }
  void Read(const std::string& name) {
    const LogFile file = File(name);
    *old_.Add() = file.PositionAt(directory_ + name, file.size()).value();
  }

  // Of a run with `inputs`: each log as NAME, or NAME<FROM, where FROM is the place of an old position, or NAME=copy.
  std::vector<std::string> Match(const std::vector<std::string>& inputs) {
    LogMatcher matcher(old_, std::vector<bool>(static_cast<size_t>(old_.size()), true), {}, true);
    for (const std::string& name : inputs) matcher.AddInput(directory_ + name, File(name));
    matcher.Match();
    std::vector<std::string> found;
    for (const Log& log : matcher.logs()) {
      std::string text = BaseName(log.file.path());
      if (log.from.has_value()) text += "<" + std::to_string(*log.from);
      if (log.is_copy) text += "=copy";
      if (log.is_past) text += "=past";
      found.push_back(text);
    }
    return found;
  }

  using Found = std::vector<std::string>;
  const std::string long_ = std::string(5000, 'x') + "\n";
  std::string directory_;
  LogMatcher::Positions old_;
};

TEST_F(LogMatcherTest, FindsWhatHasGrown) {
  Write("log", "one\n");
  Read("log");
  Write("log", "one\ntwo\n");
  EXPECT_EQ(Match({"log"}), Found({"log<0"}));
}

TEST_F(LogMatcherTest, TakesTheSameFileBeforeTheSameText) {
  Write("log", "one\n");
  Read("log");
  Rename("log", "log.1");
  Write("log", "one\n");
  EXPECT_EQ(Match({"log"}), Found({"log", "log.1<0"}));
}

TEST_F(LogMatcherTest, FindsTheTextInACopy) {
  Write("log", "one\n");
  Read("log");
  Write("log.1", "one\ntwo\n");
  Write("log", "three\n");
  EXPECT_EQ(Match({"log"}), Found({"log", "log.1<0"}));
}

TEST_F(LogMatcherTest, ShortTextsAreNotEnoughForOtherNames) {
  Write("log", "one\n");
  Read("log");
  Write("log", "two\n");
  Write("log.old", "one\ntwo\n");
  EXPECT_EQ(Match({"log"}), Found({"log"}));
  Write("log", long_);
  Read("log");
  Write("log", "two\n");
  Write("log.old", long_);
  EXPECT_EQ(Match({"log"}), Found({"log", "log.old<1"}));
}

TEST_F(LogMatcherTest, WhatIsNotKnownHasComeSince) {
  Write("log", "one\n");
  Read("log");
  Rename("log", "log.3");
  Write("log.2", "two\n");
  Write("log.1", "three\n");
  Write("log", "four\n");
  EXPECT_EQ(Match({"log"}), Found({"log", "log.3<0", "log.2", "log.1"}));
}

TEST_F(LogMatcherTest, WhatWasRotatedBeforeTheFirstRunIsPast) {
  Write("log.1", "one\n");
  Write("log", "two\n");
  EXPECT_EQ(Match({"log"}), Found({"log", "log.1=past"}));
}

TEST_F(LogMatcherTest, ACopyIsTold) {
  Write("log", long_ + "one\n");
  Write("log.1", long_);
  Write("other.1", long_);
  EXPECT_EQ(Match({"log", "log.1", "other.1"}), Found({"log", "log.1=copy", "other.1"}));
}

TEST_F(LogMatcherTest, EqualFirstRecordsMakeNoCopy) {
  Write("log", "one\n");
  Write("log.1", "one\ntwo\n");
  EXPECT_EQ(Match({"log", "log.1"}), Found({"log", "log.1"}));
  Write("log", "one\ntwo\nthree\n");
  EXPECT_EQ(Match({"log", "log.1"}), Found({"log", "log.1"}));
}

TEST_F(LogMatcherTest, AFileIsThereOnce) {
  Write("log", "one\n");
  std::filesystem::create_hard_link(directory_ + "log", directory_ + "link");
  EXPECT_EQ(Match({"log", "link", "log"}), Found({"log"}));
}

TEST_F(LogMatcherTest, AReplacedFileGoesOnFromNothing) {
  Write("log", "one\n");
  Read("log");
  Write("log", "two and more\n");
  EXPECT_EQ(Match({"log"}), Found({"log"}));
}

}  // namespace
}  // namespace bigscan
