// Something about some of the records that the user is to be told, once: how many, and the first of them.
#ifndef BIGSCAN_JOBS_RECORD_NOTE_H_
#define BIGSCAN_JOBS_RECORD_NOTE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "jobs/job.h"

namespace bigscan {

class RecordNote {
 public:
  uint64_t records() const { return records_; }
  const std::string& example() const { return example_; }
  // Of several `records`, `record` is the first one.
  void Add(absl::string_view record, uint64_t records = 1);
  // The same, of the share `shard`, where shares come in any order: the first record is that of the first of them.
  void AddOf(uint32_t shard, absl::string_view record, uint64_t records);
  // The share that the example is of, as AddOf was told; 0 if it was not.
  uint32_t shard() const { return shard_; }

  // As records:varint example_bytes:varint example.
  void AppendTo(std::string* bytes) const;
  // Adds what AppendTo has left in front of `bytes`. False if that is broken.
  bool TakeFrom(absl::string_view* bytes);

  // "1 record has no time: ..." by what follows the number: `one`, or `several`. REQUIRES: records() > 0.
  Job::Remark ToRemark(absl::string_view one, absl::string_view several, bool is_error) const;

 private:
  uint64_t records_ = 0;
  std::string example_;
  uint32_t shard_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_RECORD_NOTE_H_
