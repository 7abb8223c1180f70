#include "cmd/result_part.h"

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {

void AppendResultPart(const ResultPart& part, std::string* result) {
  result->push_back(static_cast<char>(part.status));
  result->push_back(part.binary ? 1 : 0);
  AppendVarint(part.begin, result);
  AppendVarint(part.end, result);
  AppendVarint(part.records, result);
  AppendVarint(part.bytes.size(), result);
  absl::StrAppend(result, part.bytes);
}

std::optional<ResultPart> TakeResultPart(absl::string_view* result) {
  ResultPart part;
  if (result->size() < 2) return std::nullopt;
  const auto status = static_cast<uint8_t>((*result)[0]);
  part.binary = (*result)[1] != 0;
  result->remove_prefix(2);
  uint64_t size = 0;
  if (status > static_cast<uint8_t>(ResultPart::Status::kSegmentEnd) ||
      !TakeVarint(result, &part.begin) || !TakeVarint(result, &part.end) ||
      !TakeVarint(result, &part.records) || !TakeVarint(result, &size) || size > result->size()) {
    return std::nullopt;
  }
  part.status = static_cast<ResultPart::Status>(status);
  part.bytes = result->substr(0, size);
  result->remove_prefix(size);
  return part;
}

}  // namespace bigscan
