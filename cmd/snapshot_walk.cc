#include "cmd/snapshot_walk.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

// The snapshot of one shard need not tell which one that is in each field.
void TellShard(uint32_t shard, snapshot::Snapshot* piece) {
  for (snapshot::Source& source : *piece->mutable_source()) source.set_shard(shard);
  if (!piece->has_groups()) return;
  for (snapshot::Note& note : *piece->mutable_groups()->mutable_note()) note.set_shard(shard);
}

}  // namespace

absl::Status SnapshotWalk::Broken() const {
  return absl::DataLossError(absl::StrCat(path(), ": holds what is none of its job's"));
}

absl::StatusOr<SnapshotWalk::File*> SnapshotWalk::Open(size_t file) {
  File& opened = files_[file];
  if (opened.reader != nullptr) return &opened;
  absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = set_.Reader(file);
  if (!reader.ok()) return reader.status();
  opened.reader = *std::move(reader);
  opened.parts_left = static_cast<size_t>((*opened.reader).header().merged_size() +
                                          (set_.IsOfOneShard(file) ? 1 : 0));
  return &opened;
}

void SnapshotWalk::EndPart() {
  const size_t file = set_.parts()[part_].file;
  if (--files_[file].parts_left == 0) files_.erase(file);
  ++part_;
}

absl::StatusOr<bool> SnapshotWalk::Next(snapshot::Snapshot* piece) {
  while (part_ < set_.parts().size()) {
    const size_t index = set_.parts()[part_].file;
    const absl::StatusOr<File*> file = Open(index);
    if (!file.ok()) return file.status();
    if ((*file)->ahead.has_value()) {
      *piece = *std::move((*file)->ahead);
      (*file)->ahead.reset();
    } else {
      const absl::StatusOr<bool> more = (*file)->reader->Next(piece);
      if (!more.ok()) return more.status();
      if (!*more) {
        EndPart();
        continue;
      }
      if (set_.IsOfOneShard(index)) TellShard(run().first, piece);
    }
    const bool is_last = (*file)->parts_left == 1;
    const bool is_source = piece->source_size() > 0;
    if (is_source && piece->source(0).shard() == run().first) return true;
    if (is_last) return is_source ? absl::StatusOr<bool>(Broken()) : true;
    (*file)->ahead = std::move(*piece);
    EndPart();
  }
  return false;
}

}  // namespace bigscan
