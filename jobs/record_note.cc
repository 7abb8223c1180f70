#include "jobs/record_note.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr size_t kExampleBytes = 120;  // of a record that is shown

}  // namespace

void RecordNote::Add(absl::string_view record, uint64_t records) {
  if (records_ == 0 && records > 0) example_ = std::string(record.substr(0, kExampleBytes));
  records_ += records;
}

void RecordNote::AddOf(uint32_t shard, absl::string_view record, uint64_t records) {
  if (records == 0) return;
  if (records_ == 0 || shard < shard_) {
    example_ = std::string(record.substr(0, kExampleBytes));
    shard_ = shard;
  }
  records_ += records;
}

void RecordNote::AppendTo(std::string* bytes) const {
  AppendVarint(records_, bytes);
  AppendVarint(example_.size(), bytes);
  absl::StrAppend(bytes, example_);
}

bool RecordNote::TakeFrom(absl::string_view* bytes) {
  uint64_t records = 0;
  uint64_t size = 0;
  if (!TakeVarint(bytes, &records) || !TakeVarint(bytes, &size)) return false;
  size = std::min<uint64_t>(size, bytes->size());
  Add(bytes->substr(0, size), records);
  bytes->remove_prefix(size);
  return true;
}

Job::Remark RecordNote::ToRemark(absl::string_view one, absl::string_view several,
                                 bool is_error) const {
  return {.text = absl::StrCat(records_, " ", records_ == 1 ? one : several,
                               records_ == 1 ? ": \"" : ", the first one: \"",
                               absl::Utf8SafeCHexEscape(example_), "\""),
          .is_error = is_error};
}

}  // namespace bigscan
