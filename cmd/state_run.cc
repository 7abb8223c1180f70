#include "cmd/state_run.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/partial_writer.h"
#include "cmd/position_check.h"
#include "cmd/snapshot_options.h"
#include "cmd/snapshot_set.h"
#include "cmd/state_options.h"
#include "lib/replacement_file.h"

namespace bigscan {
namespace {

// Whose records were printed is no matter, but what a record is.
constexpr const char* kRecordWords[] = {"--null-data", "--no-decompress"};

void KeepRecordWords(snapshot::Header* header) {
  std::vector<std::string> words;
  for (const std::string& word : header->option()) {
    if (std::find(std::begin(kRecordWords), std::end(kRecordWords), word) !=
        std::end(kRecordWords)) {
      words.push_back(word);
    }
  }
  header->clear_option();
  for (const std::string& word : words) header->add_option(word);
  header->clear_pattern();
  header->clear_pattern_digest();
}

bool ShowsNames(const snapshot::Header& header) {
  return std::find(header.option().begin(), header.option().end(), "--with-filename") !=
         header.option().end();
}

// What the state is called until it takes the place of the old one.
std::string NewStateOf(const std::string& state) { return absl::StrCat(state, ".new"); }

absl::StatusOr<std::unique_ptr<StateLock>> AcquireInTime(const Options& options) {
  const auto timeout_us = static_cast<int64_t>(options.timeout_us);
  if (timeout_us == 0 || options.wait_us < timeout_us) {
    return StateLock::Acquire(options.state, options.wait_us);
  }
  absl::StatusOr<std::unique_ptr<StateLock>> lock = StateLock::Acquire(options.state, timeout_us);
  if (absl::IsUnavailable(lock.status())) {
    return absl::DeadlineExceededError(lock.status().message());
  }
  return lock;
}

}  // namespace

StateRun::StateRun(const Options& options)
    : options_(options),
      accumulates_(Accumulates(options)),
      has_rows_(options.mode == OutputMode::kCount || options.mode == OutputMode::kTotal) {}

absl::StatusOr<std::unique_ptr<StateRun>> StateRun::Create(const Options& options) {
  auto run = std::unique_ptr<StateRun>(new StateRun(options));
  absl::StatusOr<std::unique_ptr<StateLock>> lock = AcquireInTime(options);
  if (!lock.ok()) return lock.status();
  run->lock_ = *std::move(lock);
  run->nowhere_ = UniqueFd(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!run->nowhere_.valid()) return absl::ErrnoToStatus(errno, "/dev/null");
  absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(options.state);
  if (!reader.ok() && !absl::IsNotFound(reader.status())) return reader.status();
  // Else all would be printed, and again in each run, as it could never be kept.
  for (const std::string& place : {options.state, NewStateOf(options.state)}) {
    if (absl::Status status = ReplacementFile::CheckPlace(place); !status.ok()) return status;
  }
  if (!reader.ok()) return run;
  run->reader_ = *std::move(reader);
  run->old_ = run->reader_->header();
  if (absl::Status status = run->CheckKind(); !status.ok()) return status;
  return run;
}

absl::Status StateRun::CheckKind() const {
  const auto refused = [this](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(options_.state, ": ", why));
  };
  if (!old_.has_state()) return refused("is a partial result, and not a state to go on from");
  snapshot::Header old = old_;
  snapshot::Header now;
  FillOptions(options_, ShowsNames(old), &now);
  if (!accumulates_) {
    KeepRecordWords(&old);
    KeepRecordWords(&now);
  }
  const std::string why = WhyOtherResult(old, now);
  if (!why.empty()) return refused(absl::StrCat("is the state of another command: ", why));
  for (const snapshot::Position& position : old_.state().position()) {
    const std::string wrong = WhyImpossible(position);
    if (!wrong.empty()) return refused(absl::StrCat("the state is damaged: ", wrong));
  }
  return absl::OkStatus();
}

InputList StateRun::List(const DecoderFactory& decoders) {
  std::set<LogFile::Id> own;
  for (const std::string& path : {options_.state, lock_->path()}) {
    struct stat info;
    if (stat(path.c_str(), &info) == 0) own.emplace(info.st_dev, info.st_ino);
  }
  resumed_ = Resume(options_, decoders, old_.state().position(), std::move(own), has_rows_);
  scanned_.resize(resumed_.list.inputs.size());
  ended_.resize(resumed_.list.inputs.size());
  for (const ListedInput& input : resumed_.list.inputs) labels_.push_back(input.label);
  return std::move(resumed_.list);
}

absl::Status StateRun::Load(Job* job) {
  if (!resumed_.status.ok()) return resumed_.status;
  if (!accumulates_) return absl::OkStatus();
  for (const snapshot::Input& input : old_.input()) {
    rows_.push_back({.name = input.name(), .source = {}});
  }
  // Those that are new come behind, as operands that are added would.
  for (const std::string& label : labels_) {
    if (has_rows_) Row(label);
  }
  if (reader_ == nullptr) return absl::OkStatus();
  const auto broken = [this] {
    return absl::DataLossError(absl::StrCat(options_.state, ": holds what is none of its job's"));
  };
  snapshot::Snapshot piece;
  while (true) {
    const absl::StatusOr<bool> more = reader_->Next(&piece);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    for (const snapshot::Source& source : piece.source()) {
      if (source.input() >= static_cast<uint32_t>(old_.input_size())) return broken();
      snapshot::Source& row = rows_[source.input()].source;
      row.set_selected(row.selected() + source.selected());
    }
    if (piece.source_size() == 0 && !job->LoadState(piece)) return broken();
  }
}

snapshot::Source& StateRun::Row(const std::string& name) {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&name](const Named& row) { return row.name == name; });
  if (found != rows_.end()) return found->source;
  return rows_.emplace_back(Named{.name = name, .source = {}}).source;
}

void StateRun::Scanned(uint32_t id, uint64_t end) { scanned_[id] = std::max(scanned_[id], end); }

void StateRun::EndSource(uint32_t id, const Job& job) {
  ended_[id] = true;
  StopSource(id, job);
}

void StateRun::StopSource(uint32_t id, const Job& job) {
  if (!has_rows_ || !accumulates_) return;
  snapshot::Source source;
  job.SaveSource(&source);
  snapshot::Source& row = Row(labels_[id]);
  row.set_selected(row.selected() + source.selected());
}

// The position behind the records that begin before `scanned`, in a file of which no more than `end` was to be.
absl::StatusOr<snapshot::Position> StateRun::PositionIn(const ListedInput& input, uint64_t end,
                                                        uint64_t scanned) const {
  absl::StatusOr<LogFile> file = LogFile::Open(input.name, options_.decompress);
  if (!file.ok()) return file.status();
  if (file->id() != input.id) {
    return absl::AbortedError(absl::StrCat(input.name, ": another file has taken its place"));
  }
  if (file->is_compressed()) return file->PositionAt(input.label, scanned);
  const absl::StatusOr<uint64_t> offset = file->EndOfRecord(scanned, end, options_.delimiter);
  return offset.ok() ? file->PositionAt(input.label, *offset) : offset.status();
}

// What could not be read of an input has been said, and is not tried for ever: only one that could not be opened stays
// where it was, or one that the scan has not come to.
absl::Status StateRun::FillState(const InputList& list, snapshot::State* state) const {
  state->set_has_result(accumulates_);
  for (const ResumedLog& log : resumed_.logs) {
    const bool was_listed = log.input.has_value();
    const bool is_whole = !was_listed || (ended_[*log.input] && !list.inputs[*log.input].missed);
    if (was_listed && !is_whole && scanned_[*log.input] > 0) {
      absl::StatusOr<snapshot::Position> position =
          PositionIn(list.inputs[*log.input], list.parts[*log.input].end, scanned_[*log.input]);
      if (!position.ok()) return position.status();
      position->set_stopped(position->compressed());
      *state->add_position() = *std::move(position);
      continue;
    }
    const std::optional<snapshot::Position>& position = is_whole ? log.after : log.before;
    if (!position.has_value()) continue;
    snapshot::Position* const to = state->add_position();
    *to = *position;
    if (!is_whole || !was_listed || !position->compressed()) continue;
    to->set_offset(std::max(position->offset(), scanned_[*log.input]));
    if (to->offset() != position->offset()) to->clear_tail();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> StateRun::Write(const InputList& list, Job* job) {
  absl::StatusOr<std::unique_ptr<SnapshotWriter>> writer =
      SnapshotWriter::CreateAs(options_.state, NewStateOf(options_.state));
  if (!writer.ok()) return writer.status();
  writer_ = *std::move(writer);
  snapshot::Snapshot head;
  snapshot::Header* const header = head.mutable_header();
  FillOptions(options_, list.show_names, header);
  for (const Named& row : rows_) header->add_input()->set_name(row.name);
  header->set_shard(1);
  header->set_shards(1);
  absl::Status status = FillState(list, header->mutable_state());
  if (status.ok()) status = writer_->Append(head);
  for (size_t i = 0; i < rows_.size() && status.ok(); ++i) {
    if (rows_[i].source.selected() == 0) continue;
    snapshot::Snapshot piece;
    *piece.add_source() = rows_[i].source;
    piece.mutable_source(0)->set_input(static_cast<uint32_t>(i));
    status = writer_->Append(piece);
  }
  if (status.ok() && accumulates_) {
    status =
        job->SaveState([this](const snapshot::Snapshot& piece) { return writer_->Append(piece); });
  }
  if (!status.ok()) return status;
  return writer_->Complete();
}

}  // namespace bigscan
