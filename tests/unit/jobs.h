// Runs a job over a text in chunks, as a scan would, in one process.
#ifndef BIGSCAN_TESTS_UNIT_JOBS_H_
#define BIGSCAN_TESTS_UNIT_JOBS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "jobs/job.h"
#include "lib/record.h"
#include "lib/scan_plan.h"
#include "tests/unit/testing.h"

namespace bigscan {

class JobRunner {
 public:
  JobRunner(Job* job, const std::string& pattern)
      : job_(*job),
        plan_(ScanPlan::Compile(std::vector<Pattern>{{.text = pattern}}, '\n').value()),
        scanner_(RecordScanner::Create(*plan_, false).value()) {}

  // Scans one source in chunks of whole records, at least `chunk_size` bytes each. From a file the
  // job prints ranges; from a stream it prints from the chunks.
  void Source(const std::string& name, const std::string& text, size_t chunk_size,
              bool stream = false) {
    const UniqueFd file = FileHolding(text);
    const SourceInfo info{.id = next_id_++, .name = name, .file_fd = stream ? -1 : file.get()};
    for (size_t begin = 0; begin < text.size() && !job_.SourceDecided() && !job_.AllDecided();) {
      const size_t end = RecordEnd(text, std::min(text.size(), begin + chunk_size) - 1, '\n');
      const absl::string_view chunk = absl::string_view(text).substr(begin, end - begin);
      std::string partial;
      job_.StartChunk(begin, &partial);
      scanner_->Scan(
          chunk, [&](const RecordScanner::Selected& selected) { job_.Map(selected, &partial); });
      job_.EndChunk(&partial);
      job_.Merge(info,
                 {.bytes = partial, .block = stream ? chunk : absl::string_view(), .begin = begin});
      Report();
      begin = end;
    }
    job_.EndSource(info);
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
