// Records as JSON Lines: the messages of ripgrep's --json (its documentation: the crate grep-printer,
// `struct JSON`), with the same keys in the same order.
#ifndef BIGSCAN_JOBS_JSON_FORMAT_H_
#define BIGSCAN_JOBS_JSON_FORMAT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "jobs/record_format.h"

namespace bigscan {

struct JsonOptions {
  bool invert = false;  // the selected records are those that do not match
  char delimiter = '\n';
  bool crlf = false;
};

class JsonFormat : public RecordFormat {
 public:
  // `locator` must outlive the format, and find empty matches too.
  JsonFormat(const JsonOptions& options, MatchLocator* locator);

  LineLayout layout() const override { return {.numbers = true}; }
  AsContext as_context() const override { return AsContext::kSame; }
  void Compose(bool selected, const RecordRef& record, LineWriter* writer) override;
  std::vector<RecordFailure> TakeFailures() override { return matches_.TakeFailures(); }

  void StartSource(const SourceInfo& source) override;
  void PutBegin(std::string* to) override;
  void PutLineHead(bool selected, uint64_t number, uint64_t offset, std::string* to) override;
  void PutNumber(uint64_t number, uint64_t offset, std::string* to) override;
  void PutEnd(const PrintStats& stats, std::string* to) override;
  void PutSummary(const PrintStats& stats, std::string* to) override;

 private:
  const JsonOptions options_;
  RecordMatches matches_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

  // Of the current source.
  std::chrono::steady_clock::time_point source_start_;
  std::string path_;
  std::string head_[2];  // of context and match messages
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_JSON_FORMAT_H_
