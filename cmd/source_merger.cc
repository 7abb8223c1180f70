#include "cmd/source_merger.h"

#include <algorithm>
#include <limits>

#include "cmd/snapshot_file.h"

namespace bigscan {

absl::Status SourceMerger::Add(uint32_t shard, const snapshot::Source& source) {
  if (source_.has_value() && (source_->input() != source.input() || source_->shard() != shard)) {
    if (absl::Status status = End(); !status.ok()) return status;
  }
  if (!source_.has_value()) {
    source_.emplace();
    source_->set_input(source.input());
    source_->set_shard(shard);
    if (new_shift_ != nullptr) shift_.emplace(new_shift_(source.input()));
  }
  // What is binary in one shard is so in those behind it, which could not know.
  if (!source_->binary() && shift_.has_value()) {
    shift_->Append(source.output(), source_->records(), &output_);
  } else if (!source_->binary()) {
    output_ += source.output();
  }
  source_->set_binary_match(source_->binary_match() || source.binary_match() ||
                            (source_->binary() && source.selected() > 0));
  source_->set_binary(source_->binary() || source.binary());
  const uint64_t room =
      std::numeric_limits<uint64_t>::max() - source_->selected();  // as jobs count
  source_->set_selected(source_->selected() + std::min(source.selected(), room));
  source_->set_records(source_->records() + source.records());
  while (output_.size() >= kSnapshotPieceBytes) {
    if (absl::Status status = PutOutput(kSnapshotPieceBytes); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SourceMerger::PutOutput(size_t size) {
  snapshot::Snapshot piece;
  snapshot::Source* const to = piece.add_source();
  to->set_input(source_->input());
  to->set_shard(source_->shard());
  to->set_output(output_.substr(0, size));
  output_.erase(0, size);
  has_output_ = true;
  return put_(piece);
}

absl::Status SourceMerger::End() {
  if (!source_.has_value()) return absl::OkStatus();
  if (!output_.empty()) {
    if (absl::Status status = PutOutput(output_.size()); !status.ok()) return status;
  }
  snapshot::Snapshot piece;
  *piece.add_source() = *std::move(source_);
  const snapshot::Source& source = piece.source(0);
  const bool found = has_output_ || source.selected() > 0 || source.records() > 0 ||
                     source.binary() || source.binary_match();
  source_.reset();
  shift_.reset();
  has_output_ = false;
  return found ? put_(piece) : absl::OkStatus();
}

}  // namespace bigscan
