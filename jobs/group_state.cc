// The group-by job's result on disk. Who makes a job to save it gives it no order but that of the keys.
#include <utility>

#include "jobs/group_by.h"
#include "jobs/group_key.h"
#include "jobs/snapshot.pb.h"
#include "lib/varint.h"

namespace bigscan {

absl::Status GroupByJob::SaveState(const PutState& put) {
  const std::unique_ptr<SortedGroups> groups = all_.Sort([] { return false; });
  if (groups == nullptr) return all_.status();
  snapshot::Snapshot piece;
  snapshot::Group* const saved = piece.add_group();
  while (const GroupTable::Group* group = groups->Next()) {
    const absl::string_view key = all_.layout().Key(*group);
    saved->set_key(key.data(), key.size());
    saved->set_records(group->count);
    saved->clear_state();
    for (size_t i = 0; i < spec_.aggregates.size(); ++i) {
      spec_.aggregates[i]->Append(all_.layout().State(*group, i), saved->add_state());
    }
    if (absl::Status status = put(piece); !status.ok()) return status;
  }
  if (absl::Status status = groups->status(); !status.ok()) return status;
  piece.Clear();
  piece.mutable_groups()->set_selected(selected_in_all_);
  for (const RecordNote& note : all_notes_) {
    snapshot::Note* const to = piece.mutable_groups()->add_note();
    to->set_records(note.records());
    to->set_example(note.example());
    to->set_shard(note.shard());
  }
  return put(piece);
}

bool GroupByJob::LoadState(const snapshot::Snapshot& piece) {
  for (const snapshot::Group& group : piece.group()) {
    if (!LoadGroup(group)) return false;
  }
  if (!piece.has_groups()) return piece.group_size() > 0;
  const auto& notes = piece.groups().note();
  if (static_cast<size_t>(notes.size()) != all_notes_.size()) return false;
  // Where there is no format, no record can fail to fit it.
  if (spec_.values.format == nullptr && notes[kUnfit].records() > 0) return false;
  for (size_t i = 0; i < all_notes_.size(); ++i) {
    const snapshot::Note& more = notes[static_cast<int>(i)];
    all_notes_[i].AddOf(more.shard(), more.example(), more.records());
  }
  selected_in_all_ += piece.groups().selected();
  return true;
}

bool GroupByJob::LoadGroup(const snapshot::Group& group) {
  if (static_cast<size_t>(group.state_size()) != spec_.aggregates.size()) return false;
  if (!IsKey(group.key())) return false;
  std::string values;
  AppendVarint(group.records(), &values);
  for (const std::string& state : group.state()) values += state;
  std::string entry;
  AppendVarint(group.key().size(), &entry);
  entry += group.key();
  AppendVarint(values.size(), &entry);
  entry += values;
  return all_.Add(entry);
}

// Whether `key` has the components that the specification asks for.
bool GroupByJob::IsKey(absl::string_view key) const {
  for (const GroupSpec::Key& part : spec_.keys) {
    const bool is_time = part.kind == GroupSpec::Key::Kind::kTime;
    const size_t size = is_time ? sizeof(int64_t) : KeyTextBytes(key);
    if (size == 0 || size > key.size()) return false;
    key.remove_prefix(size);
  }
  return key.empty();
}

}  // namespace bigscan
