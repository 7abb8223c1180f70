// Puts what snapshots tell of inputs together: of an input, what its shards in a row have found becomes what one shard of
// all of these would have.
#ifndef BIGSCAN_CMD_SOURCE_MERGER_H_
#define BIGSCAN_CMD_SOURCE_MERGER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "jobs/number_shift.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

class SourceMerger {
 public:
  using Put = std::function<absl::Status(const snapshot::Snapshot& piece)>;
  // Begins the output of a source whose records are numbered, from 1 in each shard; null if they are not.
  using NewShift = std::function<NumberShift(uint32_t input)>;

  // What is made goes to `put`, in fields as PartialWriter makes them, however the sources came in.
  SourceMerger(Put put, NewShift new_shift)
      : put_(std::move(put)), new_shift_(std::move(new_shift)) {}

  // The next source, by shard, which is of the shards in a row that begin with `shard`: those of all that is merged.
  absl::Status Add(uint32_t shard, const snapshot::Source& source);
  // Behind the last one.
  absl::Status End();

 private:
  absl::Status PutOutput(size_t size);

  const Put put_;
  const NewShift new_shift_;
  std::optional<snapshot::Source> source_;  // without its output
  std::optional<NumberShift> shift_;        // of it
  std::string output_;                      // that has not been put
  bool has_output_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_SOURCE_MERGER_H_
