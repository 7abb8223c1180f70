// The result of one chunk, or a part of it, for all jobs of a scan, as it lies in a worker's arena.
//
//   result  := flags:u8 partials [footer size:u32]
//   flags   := 1 if there is a footer
//   partials:= partial                        of a single job
//            | (size:varint partial){jobs}    of several
//   footer  := size:varint engines (begin:varint end:varint size:varint message)*
//
// A part of a result that further ones follow has no footer.
#ifndef BIGSCAN_CMD_CHUNK_RESULT_H_
#define BIGSCAN_CMD_CHUNK_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/job.h"

namespace bigscan {

// What there is to tell of a chunk besides the partials; most often nothing.
struct ChunkFooter {
  std::vector<RecordFailure> failures = {};
  std::string engines = {};  // that scanned it: only if statistics are asked for

  bool empty() const { return failures.empty() && engines.empty(); }
};

class ChunkResultWriter {
 public:
  // Writes to `result`, which is empty.
  ChunkResultWriter(size_t jobs, std::string* result);

  // Ends a part of the result that holds no more than the partial of job `index`.
  void FinishPart(size_t index);
  // Begins the next one, in `result`, which is empty again. What other jobs have is still to come.
  void StartPart();

  // Where job `index` appends its partial.
  std::string* partial(size_t index) { return jobs_ == 1 ? result_ : &partials_[index]; }

  // Once, when all partials are complete.
  void Finish(const ChunkFooter& footer);

 private:
  const size_t jobs_;
  std::string* const result_;
  std::vector<std::string> partials_;  // when there are several jobs
};

struct ChunkResult {
  std::vector<absl::string_view> partials;  // by job
  ChunkFooter footer;
};

// Nothing if `bytes` can not have been written by a ChunkResultWriter for `jobs` jobs: they come from a
// process that has read what anybody may have written.
std::optional<ChunkResult> ReadChunkResult(size_t jobs, absl::string_view bytes);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CHUNK_RESULT_H_
