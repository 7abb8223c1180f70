#include "jobs/json_format.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/json_text.h"

namespace bigscan {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void PutText(const char* key, absl::string_view value, Writer* writer) {
  writer->Key(key);
  writer->String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void PutCount(const char* key, uint64_t value, Writer* writer) {
  writer->Key(key);
  writer->Uint64(value);
}

struct Elapsed {
  uint64_t seconds;
  uint64_t nanos;
  std::string human;
};

Elapsed Since(std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  const auto nanos =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count());
  constexpr uint64_t kSecond = 1'000'000'000;
  return {nanos / kSecond, nanos % kSecond,
          absl::StrFormat("%.6fs", static_cast<double>(nanos) / kSecond)};
}

}  // namespace

JsonFormat::JsonFormat(const JsonOptions& options, MatchLocator* locator)
    : options_(options), matches_(locator, options.delimiter, options.crlf) {}

// --- Worker ---

void JsonFormat::Compose(bool selected, const RecordRef& record, LineWriter* writer) {
  const auto put = [writer](absl::string_view bytes) { writer->Append(bytes); };
  writer->OpenLine(record.offset);
  PutJsonBytes(record.bytes, put);
  writer->Close();

  std::span<const MatchLocator::Match> matches;
  if (selected != options_.invert) matches = matches_.In(record);
  // ripgrep finds no empty match at the very end of a file.
  if (!matches.empty() && matches.back().begin == record.bytes.size()) {
    matches = matches.first(matches.size() - 1);
  }
  writer->OpenNumber(matches.size(), {record.offset, record.offset + record.bytes.size()});
  put(",\"submatches\":[");
  bool first = true;
  for (const MatchLocator::Match& match : matches) {
    put(first ? "{\"match\":" : ",{\"match\":");
    first = false;
    PutJsonBytes(record.bytes.substr(match.begin, match.end - match.begin), put);
    put(",\"start\":");
    put(absl::AlphaNum(match.begin).Piece());
    put(",\"end\":");
    put(absl::AlphaNum(match.end).Piece());
    put("}");
  }
  put("]}}\n");
  writer->Close();
}

// --- Coordinator ---

void JsonFormat::StartSource(const SourceInfo& source) {
  source_start_ = std::chrono::steady_clock::now();
  path_.clear();
  AppendJsonBytes(source.name, &path_);
  for (const bool selected : {false, true}) {
    head_[selected ? 1 : 0] = absl::StrCat("{\"type\":\"", selected ? "match" : "context",
                                           "\",\"data\":{\"path\":", path_, ",\"lines\":");
  }
}

void JsonFormat::PutBegin(std::string* to) {
  absl::StrAppend(to, R"({"type":"begin","data":{"path":)", path_, "}}\n");
}

void JsonFormat::PutLineHead(bool selected, uint64_t /*number*/, uint64_t /*offset*/,
                             std::string* to) {
  *to += head_[selected ? 1 : 0];
}

void JsonFormat::PutNumber(uint64_t number, uint64_t offset, std::string* to) {
  absl::StrAppend(to, ",\"line_number\":", number, ",\"absolute_offset\":", offset);
}

void JsonFormat::PutEnd(const PrintStats& stats, std::string* to) {
  rapidjson::StringBuffer line;
  Writer writer(line);
  writer.StartObject();
  PutText("type", "end", &writer);
  writer.Key("data");
  writer.StartObject();
  writer.Key("path");
  writer.RawValue(path_.data(), path_.size(), rapidjson::kObjectType);
  writer.Key("binary_offset");
  writer.Null();
  writer.Key("stats");
  writer.StartObject();
  const Elapsed elapsed = Since(source_start_);
  writer.Key("elapsed");
  writer.StartObject();
  PutCount("secs", elapsed.seconds, &writer);
  PutCount("nanos", elapsed.nanos, &writer);
  PutText("human", elapsed.human, &writer);
  writer.EndObject();
  PutCount("searches", stats.sources, &writer);
  PutCount("searches_with_match", stats.sources_with_match, &writer);
  PutCount("bytes_searched", stats.bytes_searched, &writer);
  PutCount("bytes_printed", stats.bytes_printed, &writer);
  PutCount("matched_lines", stats.selected, &writer);
  PutCount("matches", stats.matches, &writer);
  for (int open = 3; open > 0; --open) writer.EndObject();
  absl::StrAppend(to, line.GetString(), "\n");
}

// ripgrep makes this message in another way: its keys are in the order of the alphabet.
void JsonFormat::PutSummary(const PrintStats& stats, std::string* to) {
  rapidjson::StringBuffer line;
  Writer writer(line);
  const Elapsed elapsed = Since(start_);
  const auto put_elapsed = [&](const char* key) {
    writer.Key(key);
    writer.StartObject();
    PutText("human", elapsed.human, &writer);
    PutCount("nanos", elapsed.nanos, &writer);
    PutCount("secs", elapsed.seconds, &writer);
    writer.EndObject();
  };
  writer.StartObject();
  writer.Key("data");
  writer.StartObject();
  put_elapsed("elapsed_total");
  writer.Key("stats");
  writer.StartObject();
  PutCount("bytes_printed", stats.bytes_printed, &writer);
  PutCount("bytes_searched", stats.bytes_searched, &writer);
  put_elapsed("elapsed");
  PutCount("matched_lines", stats.selected, &writer);
  PutCount("matches", stats.matches, &writer);
  PutCount("searches", stats.sources, &writer);
  PutCount("searches_with_match", stats.sources_with_match, &writer);
  writer.EndObject();
  writer.EndObject();
  PutText("type", "summary", &writer);
  writer.EndObject();
  absl::StrAppend(to, line.GetString(), "\n");
}

}  // namespace bigscan
