#include "cmd/partial_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/ending_signals.h"
#include "cmd/listed_input.h"
#include "cmd/open_file.h"
#include "cmd/snapshot_options.h"
#include "lib/replacement_file.h"
#include "lib/temporary_file.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

std::string DigestOf(const std::vector<Pattern>& patterns) {
  std::string bytes;
  for (const Pattern& pattern : patterns) {
    AppendVarint(pattern.text.size(), &bytes);
    bytes += pattern.text;
  }
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(digest.digest), sizeof(digest.digest)};
}

// Whether the inputs of the share are what was listed. Otherwise shares of different contents could be merged.
absl::Status CheckUnchanged(const InputList& list) {
  for (size_t i = list.first; i < list.last; ++i) {
    const ListedInput& input = list.inputs[i];
    const UniqueFd fd =
        input.is_stdin ? UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) : OpenFile(input.name);
    if (!fd.valid()) return absl::ErrnoToStatus(errno, input.name);
    if (!CheckListed(input, fd.get()).ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(input.name, ": changed while it was scanned"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

void FillOptions(const Options& options, bool show_names, snapshot::Header* header) {
  header->set_version(kSnapshotVersion);
  header->set_job(JobName(options.mode));
  for (const std::string& word : options.result_words) header->add_option(word);
  if (options.mode == OutputMode::kRecords || options.mode == OutputMode::kCount) {
    header->add_option(show_names ? "--with-filename" : "--no-filename");
  }
  header->set_pattern_digest(DigestOf(options.patterns));
  for (const Pattern& pattern : options.patterns) header->add_pattern(pattern.text);
  if (options.groups != nullptr) header->set_header_record(options.groups->values.header);
}

absl::StatusOr<std::unique_ptr<PartialWriter>> PartialWriter::Create(const Options& options) {
  const std::string directory = DirectoryOf(options.partial);
  UniqueFd output(OpenUnnamedFile(directory));
  if (!output.valid()) return absl::ErrnoToStatus(errno, options.partial);
  const absl::Status place = ReplacementFile::Create(options.partial).status();
  if (!place.ok()) return place;
  return std::unique_ptr<PartialWriter>(new PartialWriter(options, std::move(output)));
}

void PartialWriter::EndSource(uint32_t id, const Job& job) {
  if (options_.mode == OutputMode::kQuiet) return;
  const auto end = static_cast<uint64_t>(std::max<off_t>(lseek(output_.get(), 0, SEEK_CUR), 0));
  snapshot::Source state;
  job.SaveSource(&state);
  const uint64_t begin = ended_.empty() ? 0 : ended_.back().output_end;
  const bool prints = options_.mode == OutputMode::kRecords;
  if (state.ByteSizeLong() == 0 && (!prints || end == begin)) return;
  state.set_input(id);
  ended_.push_back({std::move(state), prints ? end : 0});
}

void FillHeader(const Options& options, const InputList& list, snapshot::Header* header) {
  FillOptions(options, list.show_names, header);
  for (const ListedInput& input : list.inputs) {
    snapshot::Input* const to = header->add_input();
    to->set_name(input.name);
    to->set_size(input.size);
    to->set_modified_ns(input.modified_ns);
    to->set_whole(input.whole);
    to->set_ends_digest(input.ends_digest);
  }
  header->set_shard(options.shard);
  header->set_shards(options.shards);
  AddCovered(list, header);
}

// The output up to `end`, as one of `input`.
absl::Status PartialWriter::WriteOutput(uint64_t end, uint32_t input, SnapshotWriter* writer,
                                        const EndingSignals& signals) {
  std::string bytes;
  while (written_ < end) {
    if (absl::Status status = signals.status(); !status.ok()) return status;
    bytes.resize(std::min<uint64_t>(kSnapshotPieceBytes, end - written_));
    const ssize_t got =
        pread(output_.get(), bytes.data(), bytes.size(), static_cast<off_t>(written_));
    if (got < 0) return absl::ErrnoToStatus(errno, options_.partial);
    if (static_cast<size_t>(got) < bytes.size()) {
      return absl::DataLossError(absl::StrCat(options_.partial, ": what was put out is lost"));
    }
    written_ += bytes.size();
    snapshot::Snapshot piece;
    snapshot::Source* const source = piece.add_source();
    source->set_input(input);
    source->set_output(bytes);
    if (absl::Status status = writer->Append(piece); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PartialWriter::WriteSources(SnapshotWriter* writer, const EndingSignals& signals) {
  for (Ended& ended : ended_) {
    absl::Status status = WriteOutput(ended.output_end, ended.state.input(), writer, signals);
    if (!status.ok()) return status;
    snapshot::Snapshot piece;
    *piece.add_source() = std::move(ended.state);
    if (status = writer->Append(piece); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PartialWriter::Write(const InputList& list, Job* job) {
  if (absl::Status status = CheckUnchanged(list); !status.ok()) return status;
  const EndingSignals signals;
  absl::StatusOr<std::unique_ptr<SnapshotWriter>> writer = SnapshotWriter::Create(options_.partial);
  if (!writer.ok()) return writer.status();
  snapshot::Snapshot head;
  FillHeader(options_, list, head.mutable_header());
  if (absl::Status status = (*writer)->Append(head); !status.ok()) return status;
  if (options_.mode == OutputMode::kQuiet && job->selected() > 0) {
    // The scan has ended within an input. Which one that was, nobody asks.
    Ended& found = ended_.emplace_back();
    found.state.set_input(static_cast<uint32_t>(list.first));
    found.state.set_selected(1);
  }
  if (absl::Status status = WriteSources(writer->get(), signals); !status.ok()) return status;
  absl::Status status = job->SaveState([&](const snapshot::Snapshot& piece) {
    const absl::Status going_on = signals.status();
    return going_on.ok() ? (*writer)->Append(piece) : going_on;
  });
  if (status.ok()) status = signals.status();
  return status.ok() ? (*writer)->Commit() : status;
}

}  // namespace bigscan
