#include "cmd/chunk_result.h"

#include <string.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

void AppendString(absl::string_view bytes, std::string* to) {
  AppendVarint(bytes.size(), to);
  absl::StrAppend(to, bytes);
}

std::optional<absl::string_view> TakeString(absl::string_view* from) {
  uint64_t size = 0;
  if (!TakeVarint(from, &size) || size > from->size()) return std::nullopt;
  const absl::string_view bytes = from->substr(0, size);
  from->remove_prefix(size);
  return bytes;
}

// From the end of `bytes`.
bool TakeFooter(absl::string_view* bytes, ChunkFooter* footer) {
  uint32_t size = 0;
  if (bytes->size() < sizeof(size)) return false;
  memcpy(&size, bytes->data() + bytes->size() - sizeof(size), sizeof(size));
  bytes->remove_suffix(sizeof(size));
  if (size > bytes->size()) return false;
  absl::string_view rest = bytes->substr(bytes->size() - size);
  bytes->remove_suffix(size);
  const std::optional<absl::string_view> engines = TakeString(&rest);
  if (!engines.has_value()) return false;
  footer->engines = std::string(*engines);
  while (!rest.empty()) {
    RecordFailure failure{};
    if (!TakeVarint(&rest, &failure.begin) || !TakeVarint(&rest, &failure.end)) return false;
    const std::optional<absl::string_view> reason = TakeString(&rest);
    if (!reason.has_value()) return false;
    failure.reason = std::string(*reason);
    footer->failures.push_back(std::move(failure));
  }
  return true;
}

}  // namespace

ChunkResultWriter::ChunkResultWriter(size_t jobs, std::string* result)
    : jobs_(jobs), result_(result), partials_(jobs == 1 ? 0 : jobs) {
  result_->push_back(0);
}

void ChunkResultWriter::FinishPart(size_t index) {
  if (jobs_ == 1) return;
  for (size_t i = 0; i < jobs_; ++i) AppendString(i == index ? partials_[i] : "", result_);
  partials_[index].clear();
}

void ChunkResultWriter::StartPart() { result_->push_back(0); }

void ChunkResultWriter::Finish(const ChunkFooter& footer) {
  for (const std::string& partial : partials_) AppendString(partial, result_);
  if (footer.empty()) return;
  (*result_)[0] = 1;
  const size_t start = result_->size();
  AppendString(footer.engines, result_);
  for (const RecordFailure& failure : footer.failures) {
    AppendVarint(failure.begin, result_);
    AppendVarint(failure.end, result_);
    AppendString(failure.reason, result_);
  }
  const auto size = static_cast<uint32_t>(result_->size() - start);
  result_->append(reinterpret_cast<const char*>(&size), sizeof(size));
}

std::optional<ChunkResult> ReadChunkResult(size_t jobs, absl::string_view bytes) {
  ChunkResult result;
  if (bytes.empty()) return std::nullopt;
  const bool has_footer = bytes[0] != 0;
  bytes.remove_prefix(1);
  if (has_footer && !TakeFooter(&bytes, &result.footer)) return std::nullopt;
  if (jobs == 1) {
    result.partials.push_back(bytes);
    return result;
  }
  for (size_t i = 0; i < jobs; ++i) {
    const std::optional<absl::string_view> partial = TakeString(&bytes);
    if (!partial.has_value()) return std::nullopt;
    result.partials.push_back(*partial);
  }
  return result;
}

}  // namespace bigscan
