#include "cmd/job_mapper.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// Where in the last block, if it is binary, all became clear: the records from there on had not to be matched.
size_t ClearAt(const RecordScanner::Selected& selected, BinaryFiles binary_files) {
  const bool by_data = binary_files == BinaryFiles::kWithoutMatch || selected.runs.empty();
  return selected.block_begin + (by_data ? 0 : selected.runs.front().begin);
}

// Of all that could not be matched, in order: neighbours make one, and there are not so many that the
// result would outgrow its arena.
std::vector<RecordFailure> Combined(std::vector<RecordFailure> all) {
  constexpr size_t kMost = 1000;
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

}  // namespace

absl::StatusOr<std::unique_ptr<JobMapper>> JobMapper::Create(
    const Options& options, std::span<const std::unique_ptr<ScanJob>> jobs,
    const Settings& settings) {
  auto mapper = std::unique_ptr<JobMapper>(new JobMapper(options, settings));
  std::vector<const ScanPlan*> plans;  // by pass
  for (const std::unique_ptr<ScanJob>& job : jobs) {
    const auto found = std::find(plans.begin(), plans.end(), &job->plan());
    const auto index = static_cast<size_t>(found - plans.begin());
    if (found == plans.end()) {
      plans.push_back(&job->plan());
      mapper->passes_.emplace_back();
    }
    mapper->passes_[index].members.push_back({job.get(), mapper->parts_});
    mapper->parts_ += job->parts().size();
  }
  for (size_t i = 0; i < plans.size(); ++i) {
    Pass& pass = mapper->passes_[i];
    const Options& first = pass.members.front().job->options();
    const bool counts =
        std::any_of(pass.members.begin(), pass.members.end(), [](const Pass::Member& member) {
          return member.job->options().mode != OutputMode::kGroups;
        });
    absl::StatusOr<std::unique_ptr<RecordScanner>> scanner =
        RecordScanner::Create(*plans[i], {.invert = first.invert,
                                          .find_binary = first.binary_files != BinaryFiles::kText,
                                          .max_selected = MostToSelect(first),
                                          .count_records = counts});
    if (!scanner.ok()) return scanner.status();
    pass.scanner = *std::move(scanner);
  }
  return mapper;
}

void JobMapper::Map(const Task& task, int fd, absl::string_view block, SendPart send_part,
                    std::string* result) {
  ResultWriter writer(send_part, result);
  if (fd < 0) {
    const size_t size = task.end - task.begin;
    ScanPiece({{block.substr(0, size), task.begin, block.substr(size)}, {task.begin, task.end}},
              &writer);
  } else if (task.how == static_cast<uint32_t>(ReadHow::kDecode)) {
    MapDecoded({task.begin, task.end}, task.note[0], fd, &writer);
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

// Those records that begin at `from` in the text, or behind.
void JobMapper::MapDecoded(ByteRange file, uint64_t from, int fd, ResultWriter* writer) {
  FileBytes bytes({.fd = fd,
                   .seekable = true,
                   .begin = file.begin,
                   .end = file.end,
                   .position = file.begin + from},
                  *settings_.decoders);
  DecodedRecords records(&bytes, {.delimiter = options_.delimiter,
                                  .most_record_bytes = settings_.most_record_bytes,
                                  .base = file.begin + from});
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
    MapDecoded({task.file_begin, task.file_end}, 0, fd, writer);
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

// Has a piece scanned for all jobs. False when nothing behind it in its chunk can change the result.
bool JobMapper::ScanPiece(const Piece& piece, ResultWriter* writer) {
  part_.clear();
  ChunkResultWriter chunk(parts_, &part_);
  std::vector<Partial> partials;
  partials.reserve(parts_);
  for (size_t i = 0; i < parts_; ++i) {
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
  uint64_t records = 0;
  std::vector<RecordFailure> failures;
  std::vector<std::string> engines;
  bool more = false;
  for (const Pass& pass : passes_) {
    more |=
        ScanFor(pass, piece, &partials, &pass == &passes_.front() ? &records : nullptr, &failures);
    if (options_.stats) engines.push_back(pass.scanner->engines());
  }
  chunk.Finish(
      {.failures = Combined(std::move(failures)), .engines = absl::StrJoin(engines, " + ")});
  writer->Append(
      {.begin = piece.range.begin, .end = piece.range.end, .records = records, .bytes = part_});
  return more;
}

// Scans a piece for the jobs of `pass`, and appends what can not be matched to `failures`. With --stats, counts
// its records in `records`, if not null. False as above.
bool JobMapper::ScanFor(const Pass& pass, const Piece& piece, std::vector<Partial>* partials,
                        uint64_t* records, std::vector<RecordFailure>* failures) {
  const uint64_t begin = piece.records.begin;
  const auto for_all_parts = [&pass, partials](auto action) {
    for (const Pass::Member& member : pass.members) {
      const ScanJob::Parts& parts = member.job->parts();
      for (size_t i = 0; i < parts.size(); ++i) {
        action(parts[i].get(), &(*partials)[member.first_part + i]);
      }
    }
  };
  for_all_parts([begin](Job* part, Partial* partial) { part->StartChunk(begin, partial); });
  bool more = true;
  size_t decided = std::numeric_limits<size_t>::max();
  pass.scanner->Scan(piece.records, [&](const RecordScanner::Selected& scanned) {
    more = false;
    size_t clear_at = 0;
    for (const Pass::Member& member : pass.members) {
      TimeFilter* const filter = member.job->filter();
      const RecordScanner::Selected selected =
          filter == nullptr ? scanned : filter->Filter(scanned);
      const ScanJob::Parts& parts = member.job->parts();
      for (size_t i = 0; i < parts.size(); ++i) {
        more |= parts[i]->Map(selected, &(*partials)[member.first_part + i]);
      }
      clear_at = std::max(clear_at, ClearAt(selected, member.job->options().binary_files));
    }
    if (!more && scanned.binary) decided = clear_at;
    if (options_.stats && records != nullptr) {
      *records += CountRecords(scanned.block, options_.delimiter);
    }
    return more;
  });
  for_all_parts([](Job* part, Partial* partial) { part->EndChunk(partial); });
  for (const RecordFault& failure : pass.scanner->failures()) {
    if (failure.record.begin >= decided) continue;
    failures->push_back({begin + failure.record.begin, begin + failure.record.end,
                         std::string(failure.reason.message())});
  }
  for_all_parts([failures](Job* part, Partial* /*partial*/) {
    for (RecordFailure& failure : part->TakeFailures()) failures->push_back(std::move(failure));
  });
  return more;
}

// A job sends its part as soon as it is full, and leaves no more than 64 KiB beside it.
uint64_t JobMapper::MostResultBytes() const {
  // They follow what there is of other pieces.
  return ChunkMapper::kPartBytes + parts_ * (Partial::kPartBytes + kSlack);
}

}  // namespace bigscan
