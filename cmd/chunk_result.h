// The result of one chunk for all jobs of a scan, as it lies in a worker's arena.
//
//   result  := flags:u8 partials [failures size:u32]
//   flags   := 1 if there are failures
//   partials:= partial                        of a single job
//            | (size:varint partial){jobs}    of several
//   failures:= (begin:varint end:varint size:varint message)*
#ifndef BIGSCAN_CMD_CHUNK_RESULT_H_
#define BIGSCAN_CMD_CHUNK_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bigscan {

// A record that could not be matched.
struct RecordFailure {
  uint64_t begin;  // in the source
  uint64_t end;
  std::string reason;
};

class ChunkResultWriter {
 public:
  // Writes to `result`, which is empty.
  ChunkResultWriter(size_t jobs, std::string* result);

  // Where job `index` appends its partial.
  std::string* partial(size_t index) { return jobs_ == 1 ? result_ : &partials_[index]; }

  // Once, when all partials are complete.
  void Finish(const std::vector<RecordFailure>& failures);

 private:
  const size_t jobs_;
  std::string* const result_;
  std::vector<std::string> partials_;  // when there are several jobs
};

struct ChunkResult {
  std::vector<absl::string_view> partials;  // by job
  std::vector<RecordFailure> failures;
};

// Nothing if `bytes` can not have been written by a ChunkResultWriter for `jobs` jobs: they come from a
// process that has read what anybody may have written.
std::optional<ChunkResult> ReadChunkResult(size_t jobs, absl::string_view bytes);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CHUNK_RESULT_H_
