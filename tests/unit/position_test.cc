#include "jobs/position.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/jobs.h"

namespace bigscan {
namespace {

// It decides nothing; here nobody else asks for more.
class AskingJob : public PositionJob {
 public:
  using PositionJob::PositionJob;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override {
    PositionJob::Map(selected, partial);
    return true;
  }
};

SourceInfo Info(uint32_t id) {
  SourceInfo info;
  info.id = id;
  return info;
}

// Where the record ends that is selected as number `max_count`, of a text in chunks of whole records.
std::optional<uint64_t> EndOf(uint64_t max_count, const std::string& text, size_t chunk_size) {
  AskingJob job(max_count, '\n');
  JobRunner runner(&job, "a");
  const SourceInfo info = Info(7);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = RecordEnd(text, std::min(text.size(), begin + chunk_size) - 1, '\n');
    const std::vector<std::string> parts =
        runner.Map(absl::string_view(text).substr(begin, end - begin), begin);
    for (const std::string& part : parts) {
      // Parts of other jobs hold nothing of this one.
      job.Merge(info, {.bytes = "", .begin = begin, .end = end, .more = true});
      job.Merge(info, {.bytes = part, .begin = begin, .end = end, .more = &part != &parts.back()});
    }
    begin = end;
  }
  job.EndSource(info);
  const auto found = job.ends().find(7);
  return found == job.ends().end() ? std::nullopt : std::optional<uint64_t>(found->second);
}

TEST(PositionJob, IsBehindTheLastRecordThatCounts) {
  const std::string text = "a\nb\naa\nb\n\nca";
  for (size_t chunk_size = 1; chunk_size <= text.size(); ++chunk_size) {
    EXPECT_EQ(EndOf(1, text, chunk_size), 2u);
    EXPECT_EQ(EndOf(2, text, chunk_size), 7u);
    EXPECT_EQ(EndOf(3, text, chunk_size), text.size()) << "its delimiter is missing";
    EXPECT_EQ(EndOf(4, text, chunk_size), std::nullopt) << "there are not so many";
  }
}

TEST(PositionJob, OfAChunkThatComesInParts) {
  std::string text;
  for (int i = 0; i < 1'500'000; ++i) text += "a\n";
  EXPECT_EQ(EndOf(1'400'000, text, text.size()), 2'800'000u);
  EXPECT_EQ(EndOf(1'500'000, text, 1 << 20), text.size());
}

TEST(PositionJob, SourcesStandForThemselves) {
  PositionJob job(1, '\n');
  JobRunner runner(&job, "a");
  for (uint32_t id = 0; id < 3; ++id) {
    const SourceInfo info = Info(id);
    const std::string text = id == 1 ? "b\n" : "b\na\n";
    for (const std::string& part : runner.Map(text, 0)) job.Merge(info, {.bytes = part});
    job.EndSource(info);
  }
  EXPECT_EQ(job.ends(), (std::map<uint32_t, uint64_t>{{0, 4}, {2, 4}}));
}

}  // namespace
}  // namespace bigscan
