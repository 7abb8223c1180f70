#include "cmd/file_chunks.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "cmd/job_mapper.h"
#include "cmd/make_jobs.h"
#include "lib/members.h"
#include "lib/record_matcher.h"

namespace bigscan {
namespace {

// Chunks end at multiples of this.
constexpr uint64_t kChunkUnit = 96 << 10;
// Large enough that handing a chunk out costs nothing beside scanning it.
constexpr uint64_t kMostChunkBytes = 85 * kChunkUnit;
// Where there is much to print: so small that what comes of a chunk usually fits into a worker's
// arena, and no worker has to wait for its turn with half a chunk done.
constexpr uint64_t kMostDenseChunkBytes = 10 * kChunkUnit;
// Where what comes of a chunk is small beside what would come of its parts.
constexpr uint64_t kMostCombinedChunkBytes = 680 * kChunkUnit;
// Small enough that a file of a few megabytes is shared by all workers, and that the first results come
// soon.
constexpr uint64_t kLeastChunkBytes = 3 * kChunkUnit;
// The first one where that may be enough: it is scanned alone.
constexpr uint64_t kAloneChunkBytes = 11 * kChunkUnit;
constexpr uint64_t kChunksPerWorker = 4;

// Of a compressed file's bytes, a worker gets so many at once. As many times more come of them.
constexpr uint64_t kSegmentBytes = 1 << 20;
constexpr uint64_t kLeastSegmentBytes = 4 << 10;

// A group-by job combines the records of a chunk: whatever others there are beside it, large ones are its gain.
bool Combines(const Options& options) {
  const std::vector<const Options*> jobs = JobsOf(options);
  return std::any_of(jobs.begin(), jobs.end(),
                     [](const Options* job) { return job->mode == OutputMode::kGroups; });
}

uint64_t MostChunkBytes(const Options& options) {
  return Combines(options) ? kMostCombinedChunkBytes : kMostChunkBytes;
}

ChunkSizes MappedSizes(const Options& options, uint64_t bytes) {
  if (options.chunk_size.has_value()) return {*options.chunk_size, *options.chunk_size};
  const uint64_t share = bytes / (kChunksPerWorker * options.workers) / kChunkUnit * kChunkUnit;
  const uint64_t first = MayEndSoon(options) ? kAloneChunkBytes : kLeastChunkBytes;
  return {.first = first,
          .most = std::max(first, std::min(share, MostChunkBytes(options))),
          .unit = kChunkUnit};
}

uint64_t SegmentBytes(const Options& options, uint64_t bytes) {
  const uint64_t share = bytes / (2 * options.workers) + kLeastSegmentBytes;
  return std::max(options.chunk_size.value_or(std::min(kSegmentBytes, share)), kLeastSegmentBytes);
}

}  // namespace

bool IsDecoded(const Source& source) { return source.how != static_cast<uint32_t>(ReadHow::kMap); }

std::string Head(const Source& source) {
  std::string head(kMemberHeadBytes, '\0');
  const ssize_t got =
      pread(source.fd.get(), head.data(), head.size(), static_cast<off_t>(source.begin));
  head.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return head;
}

uint64_t FileChunks::MostBytes(const Options& options) {
  return options.chunk_size.value_or(MostChunkBytes(options));
}

void FileChunks::Start(const Source& source) {
  fd_ = source.fd.get();
  how_ = source.how;
  compression_ = IsDecoded(source) ? CompressionOf(Head(source)) : Compression::kNone;
  file_end_ = source.file_end;
  // The bounds of a part need not be those of an extent.
  extents_.emplace(
      fd_, ByteRange{source.begin, source.end},
      !IsDecoded(source) && !file_end_.has_value() && DataExtents::IsSparse(fd_) && SkipsHoles());
  splitter_ = std::monostate();
}

// Whether the holes of a file hold nothing that is selected, and end records.
bool FileChunks::SkipsHoles() {
  if (!skips_holes_.has_value()) {
    const std::vector<const Options*> jobs = JobsOf(options_);
    skips_holes_ = std::all_of(jobs.begin(), jobs.end(), [](const Options* job) {
      return !job->invert && job->delimiter != '\0' && job->binary_files != BinaryFiles::kText &&
             !MayMatchEmptyRecord(job->patterns);
    });
  }
  return *skips_holes_;
}

void FileChunks::StartExtent(ByteRange extent) {
  extent_ = extent;
  switch (static_cast<ReadHow>(how_)) {
    case ReadHow::kMap:
      splitter_.emplace<Splitter>(extent, MappedSizes(options_, extent.size()));
      break;
    case ReadHow::kDecode: {
      const uint64_t all = std::max<uint64_t>(extent.size(), 1);
      splitter_.emplace<Splitter>(extent, ChunkSizes{.first = all, .most = all});
      break;
    }
    case ReadHow::kSegment:
      splitter_.emplace<SegmentSplitter>(
          fd_, extent,
          SegmentSplitter::Options{.compression = compression_,
                                   .bytes = SegmentBytes(options_, extent.size()),
                                   .at_members = !options_.chunk_size.has_value()});
      break;
  }
}

std::optional<ScanClient::Range> FileChunks::Next(bool dense) {
  const auto* segments = std::get_if<SegmentSplitter>(&splitter_);
  const auto* chunks = std::get_if<Splitter>(&splitter_);
  if (segments != nullptr ? segments->done() : chunks == nullptr || chunks->done()) {
    const std::optional<ByteRange> next = extents_->Next();
    if (!next.has_value()) return std::nullopt;
    StartExtent(*next);
  }
  ByteRange chunk;
  if (auto* splitter = std::get_if<SegmentSplitter>(&splitter_); splitter != nullptr) {
    chunk = splitter->Next();
  } else {
    const bool short_ones = dense && !Combines(options_);
    chunk = std::get<Splitter>(splitter_).Next(short_ones ? kMostDenseChunkBytes
                                                          : MostChunkBytes(options_));
  }
  if (file_end_.has_value()) return ScanClient::Range{chunk.begin, chunk.end, 0, *file_end_};
  return ScanClient::Range{chunk.begin, chunk.end, extent_.begin, extent_.end};
}

}  // namespace bigscan
