// The timeless job: counts the records that a time filter leaves out as they have no time. Prints nothing.
//
//   partial := (records:varint kept:varint)* 0:varint kept:varint note
//
// For each row of such records: how many there are, and how many of the time range follow the last row or
// stand before the first one; last, how many of these follow. Without a limit to what may count, it is one
// row. The note (record_note.h) has the first of the records.
#ifndef BIGSCAN_JOBS_TIMELESS_H_
#define BIGSCAN_JOBS_TIMELESS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "jobs/job.h"
#include "jobs/record_note.h"
#include "lib/time_filter.h"

namespace bigscan {

struct TimelessOptions {
  // So many records of a source count; what is behind them is as if it had not been looked at.
  std::optional<uint64_t> max_count = {};
  bool in_binary = true;  // whether those in binary data count
  bool strict = false;    // they are an error
};

class TimelessJob : public Job {
 public:
  // `filter` must outlive it; what it leaves is mapped each time before the next call of it.
  TimelessJob(const TimeFilter& filter, const TimelessOptions& options)
      : filter_(filter), options_(options) {}

  void StartChunk(uint64_t begin, Partial* partial) override;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override;
  void EndChunk(Partial* partial) override;

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* /*output*/) override { return false; }
  void EndSource(const SourceInfo& source) override;
  std::vector<Remark> TakeRemarks() override;
  // Others decide.
  bool SourceDecided() const override { return true; }
  bool AllDecided() const override { return true; }
  uint64_t selected() const override { return 0; }

 private:
  const TimeFilter& filter_;
  const TimelessOptions options_;

  // Worker, for one chunk.
  uint64_t in_chunk_ = 0;  // records of the range
  uint64_t kept_ = 0;      // those since the last row
  RecordNote note_;

  // Coordinator.
  uint64_t in_source_ = 0;  // records of the range
  uint64_t counted_ = 0;    // records without a time, of the chunk that is being merged
  RecordNote all_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_TIMELESS_H_
