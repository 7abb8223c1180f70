// Runs a job over a text in chunks, as a scan would, in one process.
#ifndef BIGSCAN_TESTS_UNIT_JOBS_H_
#define BIGSCAN_TESTS_UNIT_JOBS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jobs/job.h"
#include "lib/record.h"
#include "lib/scan_plan.h"
#include "tests/unit/testing.h"

namespace bigscan {

class JobRunner {
 public:
  JobRunner(Job* job, const std::string& pattern, bool invert = false)
      : JobRunner(job, std::vector<Pattern>{{.text = pattern}}, invert) {}
  // Tells the job which of several patterns match.
  JobRunner(Job* job, const std::vector<Pattern>& patterns, bool invert = false)
      : job_(*job),
        plan_(ScanPlan::Compile(patterns, {.tell_patterns = patterns.size() > 1}).value()),
        scanner_(RecordScanner::Create(*plan_, {.invert = invert}).value()) {}

  // The parts of a chunk's partial result. `chunk` begins at `begin` in its source.
  std::vector<std::string> Map(absl::string_view chunk, size_t begin) {
    std::vector<std::string> parts;
    std::string bytes;
    const auto send = [&] {
      EXPECT_GE(bytes.size(), Partial::kPartBytes);
      EXPECT_LE(bytes.size(), Partial::kPartBytes + (64 << 10)) << "a part too large";
      parts.push_back(std::exchange(bytes, ""));
    };
    Partial partial(&bytes, send);
    job_.StartChunk(begin, &partial);
    scanner_->Scan(chunk, [&](const RecordScanner::Selected& selected) {
      return job_.Map(selected, &partial);
    });
    job_.EndChunk(&partial);
    parts.push_back(bytes);
    return parts;
  }

  // Scans one source in chunks of whole records, at least `chunk_size` bytes each. From a file the
  // job prints ranges; from a stream it prints from the chunks.
  void Source(const std::string& name, const std::string& text, size_t chunk_size,
              bool stream = false) {
    const UniqueFd file = FileHolding(text);
    const SourceInfo info{.id = next_id_++,
                          .name = name,
                          .file_fd = stream ? -1 : file.get(),
                          .show_name = true,
                          .size = text.size()};
    for (size_t begin = 0; begin < text.size() && !job_.SourceDecided() && !job_.AllDecided();) {
      const size_t end = RecordEnd(text, std::min(text.size(), begin + chunk_size) - 1, '\n');
      const absl::string_view chunk = absl::string_view(text).substr(begin, end - begin);
      const std::vector<std::string> parts = Map(chunk, begin);
      for (const std::string& part : parts) {
        job_.Merge(info, {.bytes = part,
                          .block = stream ? chunk : absl::string_view(),
                          .begin = begin,
                          .end = end,
                          .more = &part != &parts.back()});
        Report();
      }
      begin = end;
    }
    job_.EndSource(info);
    Report();
  }

  // After the last source.
  void End() {
    job_.EndScan();
    Report();
  }

  std::string Printed() const { return Contents(file_.get()); }

 private:
  void Report() {
    while (job_.Report(&output_)) {
      ASSERT_EQ(output_.Flush(), Output::State::kDone) << output_.status();
      ASSERT_TRUE(output_.empty());
    }
    ASSERT_TRUE(output_.empty());
  }

  Job& job_;
  const std::unique_ptr<ScanPlan> plan_;
  const std::unique_ptr<RecordScanner> scanner_;
  const UniqueFd file_ = FileHolding("");
  Output output_{file_.get(), '\n'};
  uint32_t next_id_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_JOBS_H_
