#include "cmd/job_mapper.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/chunk_result.h"
#include "cmd/decoded_bytes.h"
#include "cmd/decoded_records.h"
#include "cmd/lost_bytes.h"
#include "cmd/make_jobs.h"
#include "cmd/pack.h"
#include "cmd/result_part.h"
#include "cmd/segments.h"
#include "lib/decompressor.h"
#include "lib/members.h"
#include "lib/record.h"
#include "lib/segment_reader.h"

namespace bigscan {
namespace {

static_assert(kSightBytes == BlockSplitter::kBufferBytes, "a block comes with what it is cut by");

constexpr uint64_t kSlack = 512 << 10;  // also for the failures of a chunk

absl::StatusOr<uint64_t> FileSize(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, "fstat");
  return static_cast<uint64_t>(info.st_size);
}

ResultPart Truncated(uint64_t begin, uint64_t end) {
  return {.status = ResultPart::Status::kLost, .begin = begin, .end = end, .bytes = kTruncated};
}

}  // namespace

// Puts parts behind one another, and sends what has come together.
class JobMapper::ResultWriter {
 public:
  ResultWriter(SendPart send_part, std::string* result) : send_part_(send_part), result_(result) {}

  void Append(const ResultPart& part) {
    AppendResultPart(part, result_);
    if (result_->size() < ChunkMapper::kPartBytes) return;
    send_part_();
    sent_ = true;
  }
  // Whether anything has gone out.
  bool sent() const { return sent_; }

 private:
  const SendPart send_part_;
  std::string* const result_;
  bool sent_ = false;
};

namespace {

// How many selected records of a chunk can matter.
std::optional<uint64_t> MostToSelect(const Options& options) {
  // One that is selected may not count, as its matches can not be told, or for its time.
  const bool shows_matches =
      options.only_matching || options.color || options.mode == OutputMode::kJson;
  const std::optional<uint64_t> most = MostSelected(options);
  if (!most.has_value() || shows_matches || options.mode == OutputMode::kTally) return std::nullopt;
  if (options.times.has_value()) return std::nullopt;
  // The one behind the last ends its context.
  return options.after_context.value_or(0) > 0 ? *most + 1 : *most;
}

}  // namespace

absl::StatusOr<std::unique_ptr<JobMapper>> JobMapper::Create(const Options& options,
                                                             const ScanPlan& plan, const Jobs& jobs,
                                                             const Settings& settings) {
  absl::StatusOr<std::unique_ptr<RecordScanner>> scanner =
      RecordScanner::Create(plan, {.invert = options.invert,
                                   .find_binary = options.binary_files != BinaryFiles::kText,
                                   .max_selected = MostToSelect(options),
                                   .count_records = options.mode != OutputMode::kGroups});
  if (!scanner.ok()) return scanner.status();
  return std::unique_ptr<JobMapper>(new JobMapper(options, jobs, settings, *std::move(scanner)));
}

void JobMapper::Map(const Task& task, int fd, absl::string_view block, SendPart send_part,
                    std::string* result) {
  ResultWriter writer(send_part, result);
  if (fd < 0) {
    const size_t size = task.end - task.begin;
    ScanPiece({{block.substr(0, size), task.begin, block.substr(size)}, {task.begin, task.end}},
              &writer);
  } else if (task.how == static_cast<uint32_t>(ReadHow::kDecode)) {
    MapDecoded({task.begin, task.end}, fd, &writer);
  } else if (task.how == static_cast<uint32_t>(ReadHow::kSegment)) {
    MapSegment(task, fd, &writer);
  } else {
    MapRange(task, fd, &writer, result);
  }
}

void JobMapper::MapRange(const Task& task, int fd, ResultWriter* writer, std::string* result) {
  ByteRange file{task.file_begin, task.file_end};
  uint64_t end = task.end;  // of what there is of the chunk
  const auto look = [&] {   // whether the file has become shorter
    file.end = std::min(file.end, FileSize(fd).value_or(file.end));
    end = std::max(task.begin, std::min(end, file.end));
  };
  for (look(); end > task.begin;) {
    absl::StatusOr<OwnedRecords> owned =
        MapRecords(&window_, task.source, fd, file, {task.begin, end}, options_.delimiter,
                   BlockSplitter::kBufferBytes);
    if (!owned.ok()) {
      writer->Append({.status = ResultPart::Status::kLost,
                      .begin = task.begin,
                      .end = end,
                      .bytes = owned.status().message()});
      break;
    }
    result->clear();
    ScanPiece({{owned->records, owned->begin, owned->after}, {task.begin, end}}, writer);
    look();
    // A page at the end of a file that was truncated meanwhile is filled with zeros. But what has
    // gone out can not be taken back.
    if (writer->sent() || file.end >= owned->begin + owned->records.size()) break;
  }
  if (end == task.begin) result->clear();
  if (end < task.end) writer->Append(Truncated(end, task.end));
  if (options_.drop_cache) window_.Unmap();
}

void JobMapper::MapDecoded(ByteRange file, int fd, ResultWriter* writer) {
  FileBytes bytes(
      {.fd = fd, .seekable = true, .begin = file.begin, .end = file.end, .position = file.begin},
      *settings_.decoders);
  DecodedRecords records(&bytes, {.delimiter = options_.delimiter,
                                  .most_record_bytes = settings_.most_record_bytes,
                                  .base = file.begin});
  if (!ScanDecoded(&records, writer) || bytes.error().empty()) return;
  writer->Append({.status = ResultPart::Status::kFailed, .bytes = bytes.error()});
}

void JobMapper::MapSegment(const Task& task, int fd, ResultWriter* writer) {
  const SegmentNote note = SegmentNote::FromNote(task.note);
  char head[kMemberHeadBytes] = {};
  const ssize_t got = pread(fd, head, sizeof(head), static_cast<off_t>(task.file_begin));
  const Compression compression =
      CompressionOf({head, static_cast<size_t>(std::max<ssize_t>(got, 0))});
  const std::unique_ptr<SegmentReader> reader = SegmentReader::Open(
      compression,
      {.fd = fd, .file = {task.file_begin, task.file_end}, .cut = {task.begin, task.end}},
      note.start);
  writer->Append({.status = ResultPart::Status::kSegment,
                  .begin = reader->start().value_or(UINT64_MAX),
                  .end = note.base.has_value() ? uint64_t{1} : 0});
  if (!reader->start().has_value()) return;
  if (note.whole) {
    MapDecoded({task.file_begin, task.file_end}, fd, writer);
    writer->Append({.status = ResultPart::Status::kSegmentEnd, .begin = 8 * task.file_end});
    return;
  }
  SegmentBytes bytes(reader.get());
  if (note.first && options_.encoding != "none" && bytes.StartsWithMark()) {
    writer->Append({.status = ResultPart::Status::kNeedsWhole});
    return;
  }
  DecodedRecords records(&bytes, {.delimiter = options_.delimiter,
                                  .most_record_bytes = settings_.most_record_bytes,
                                  .base = note.base,
                                  .binary = note.binary,
                                  .starts_inside = !note.first,
                                  .skip = note.skip});
  if (!ScanDecoded(&records, writer)) return;
  if (!bytes.status().ok()) {
    writer->Append({.status = ResultPart::Status::kDamaged,
                    .begin = reader->failed_at(),
                    .end = note.base.value_or(0) + bytes.size(),
                    .bytes = bytes.status().message()});
  } else {
    writer->Append({.status = ResultPart::Status::kSegmentEnd,
                    .begin = reader->end(),
                    .end = reader->own_bytes().value_or(0)});
  }
}

// False when what follows can not change the result, or can not be scanned.
bool JobMapper::ScanDecoded(DecodedRecords* records, ResultWriter* writer) {
  DecodedRecords::Piece piece;
  while (records->Next(&piece)) {
    if (piece.kind == DecodedRecords::Piece::Kind::kNeedsBase) {
      writer->Append({.status = ResultPart::Status::kNeedsBase, .begin = piece.range.begin});
      return false;
    }
    if (piece.kind == DecodedRecords::Piece::Kind::kLost) {
      const std::string reason =
          absl::StrCat("record longer than ", settings_.most_record_bytes, " bytes");
      writer->Append({.status = ResultPart::Status::kLost,
                      .begin = piece.range.begin,
                      .end = piece.range.end,
                      .bytes = reason});
    } else if (!ScanPiece({piece.records, piece.range, false}, writer)) {
      return false;
    }
  }
  return true;
}

void JobMapper::MapPack(std::span<const PackedFile> files, SendPart send_part,
                        std::string* result) {
  ResultWriter writer(send_part, result);
  for (const PackedFile& file : files) {
    const absl::StatusOr<PackedBytes> read = ReadPackedFile(file, &packed_);
    if (read.ok()) {
      ScanPiece({{read->bytes}, {0, read->bytes.size()}}, &writer);
      if (read->truncated) writer.Append(Truncated(read->bytes.size(), file.size));
    } else {
      writer.Append({.status = ResultPart::Status::kFailed, .bytes = read.status().message()});
    }
    writer.Append({.status = ResultPart::Status::kFileEnd});
  }
}

// Where in the last, binary block all became clear: the records from there on had not to be matched.
size_t JobMapper::DecidedAt(const RecordScanner::Selected& selected) const {
  const bool by_data = options_.binary_files == BinaryFiles::kWithoutMatch || selected.runs.empty();
  return selected.block_begin + (by_data ? 0 : selected.runs.front().begin);
}

// Has a piece scanned for all jobs. False when nothing behind it in its chunk can change the result.
bool JobMapper::ScanPiece(const Piece& piece, ResultWriter* writer) {
  part_.clear();
  ChunkResultWriter chunk(jobs_.size(), &part_);
  std::vector<Partial> partials;
  partials.reserve(jobs_.size());
  for (size_t i = 0; i < jobs_.size(); ++i) {
    const auto send = [this, range = piece.range, i, &chunk, writer] {
      chunk.FinishPart(i);
      writer->Append({.status = ResultPart::Status::kMore,
                      .begin = range.begin,
                      .end = range.end,
                      .bytes = part_});
      part_.clear();
      chunk.StartPart();
    };
    partials.emplace_back(chunk.partial(i), send, piece.has_source);
  }
  const uint64_t begin = piece.records.begin;
  for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i]->StartChunk(begin, &partials[i]);
  uint64_t count = 0;
  bool more = true;
  size_t decided = std::numeric_limits<size_t>::max();
  scanner_->Scan(piece.records, [&](const RecordScanner::Selected& scanned) {
    const RecordScanner::Selected selected =
        settings_.filter == nullptr ? scanned : settings_.filter->Filter(scanned);
    more = false;
    for (size_t i = 0; i < jobs_.size(); ++i) more |= jobs_[i]->Map(selected, &partials[i]);
    if (!more && selected.binary) decided = DecidedAt(selected);
    if (options_.stats) count += CountRecords(selected.block, options_.delimiter);
    return more;
  });
  for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i]->EndChunk(&partials[i]);
  chunk.Finish({.failures = Failures(begin, decided),
                .engines = options_.stats ? scanner_->engines() : std::string()});
  writer->Append(
      {.begin = piece.range.begin, .end = piece.range.end, .records = count, .bytes = part_});
  return more;
}

// Those of the last scan, whose bytes begin at `begin`, before what is `decided`; neighbours make
// one, and there are not so many that the result would outgrow its arena.
std::vector<RecordFailure> JobMapper::Failures(uint64_t begin, size_t decided) {
  constexpr size_t kMost = 1000;
  std::vector<RecordFailure> all;
  for (const RecordFault& failure : scanner_->failures()) {
    if (failure.record.begin >= decided) continue;
    all.push_back({begin + failure.record.begin, begin + failure.record.end,
                   std::string(failure.reason.message())});
  }
  for (const std::unique_ptr<Job>& job : jobs_) {
    for (RecordFailure& failure : job->TakeFailures()) all.push_back(std::move(failure));
  }
  std::stable_sort(all.begin(), all.end(), [](const RecordFailure& a, const RecordFailure& b) {
    return a.begin < b.begin;
  });
  std::vector<RecordFailure> failures;
  for (const RecordFailure& next : all) {
    if (!failures.empty() && failures.back().begin == next.begin) continue;
    const bool joins = !failures.empty() && failures.back().end == next.begin &&
                       failures.back().reason == next.reason;
    if (!joins && failures.size() < kMost) {
      failures.push_back(next);
      continue;
    }
    failures.back().end = next.end;
    if (!joins) failures.back().reason = "some of these records could not be matched";
  }
  return failures;
}

// A job sends its part as soon as it is full, and leaves no more than 64 KiB beside it.
uint64_t JobMapper::MostResultBytes() const {
  // They follow what there is of other pieces.
  return ChunkMapper::kPartBytes + jobs_.size() * (Partial::kPartBytes + kSlack);
}

}  // namespace bigscan
