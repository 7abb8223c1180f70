// A job: what is computed from the records of a scan. Adding one touches its own files and the
// place in cmd/ that makes it.
//
// `Map` runs in a worker, for one chunk after another, and leaves a partial result as bytes;
// `Merge` and `Report` run in the coordinator, which gets the partials in the order of the chunks,
// each exactly once, whichever worker made it. One scan serves a list of jobs.
#ifndef BIGSCAN_JOBS_JOB_H_
#define BIGSCAN_JOBS_JOB_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/output.h"
#include "lib/record_scanner.h"

namespace bigscan {

// A source as the coordinator knows it. Lives from its first chunk until Job::EndSource.
struct SourceInfo {
  uint32_t id = 0;   // its place among the inputs, from 0
  std::string name;  // as in messages and prefixes
  int file_fd = -1;  // the file that offsets refer to, or -1 for a stream
};

// One chunk's partial result, as it comes back to the coordinator.
struct PartialResult {
  absl::string_view bytes;
  // For a stream, the chunk's own bytes, which begin at `begin` in the source.
  absl::string_view block = {};
  uint64_t begin = 0;
};

class Job {
 public:
  virtual ~Job() = default;

  // In a worker. The partial result of a chunk is what these append to `partial` between StartChunk
  // and EndChunk; they depend on nothing but the chunk.
  // `begin`: where the chunk's first record begins in the source.
  virtual void StartChunk(uint64_t begin, std::string* partial) = 0;
  virtual void Map(const RecordScanner::Selected& selected, std::string* partial) = 0;
  virtual void EndChunk(std::string* partial) = 0;

  // In the coordinator. Takes in one chunk's partial, whose bytes live until Report has returned
  // false and all that is in the output has been written.
  virtual void Merge(const SourceInfo& source, const PartialResult& partial) = 0;

  // Puts a bounded part of what is to be written now into `output`, which is empty. False when
  // there is nothing left to write for what has been merged.
  virtual bool Report(Output* output) = 0;

  // All chunks of `source` are merged.
  virtual void EndSource(const SourceInfo& source) = 0;

  // True when no further chunk of the current source, or of any source, can change the result.
  virtual bool SourceDecided() const { return false; }
  virtual bool AllDecided() const { return false; }

  // How many records have been selected so far, as far as the job had to look.
  virtual uint64_t selected() const = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_JOB_H_
