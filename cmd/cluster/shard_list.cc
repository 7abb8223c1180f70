#include "cmd/cluster/shard_list.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "cmd/snapshot_file.h"

namespace bigscan {

std::string Ranges(const std::vector<uint32_t>& shards, const char* separator) {
  std::string text;
  for (size_t i = 0; i < shards.size(); ++i) {
    const size_t first = i;
    while (i + 1 < shards.size() && shards[i + 1] == shards[i] + 1) ++i;
    absl::StrAppend(&text, first == 0 ? "" : separator, shards[first]);
    if (i > first) absl::StrAppend(&text, "-", shards[i]);
  }
  return text;
}

namespace {

// What the snapshots of a run have in common.
class RunHeader {
 public:
  static absl::StatusOr<RunHeader> Of(const WorkDirectory& directory, uint32_t shards) {
    const absl::StatusOr<std::unique_ptr<SnapshotReader>> manifest =
        SnapshotReader::Open(directory.manifest());
    if (!manifest.ok()) return manifest.status();
    RunHeader run;
    run.header_ = (*manifest)->header();
    run.header_.set_shards(shards);
    return run;
  }

  bool HasShard(const std::string& path, uint32_t shard) {
    header_.clear_merged();
    header_.set_shard(shard);
    return Has(path);
  }
  bool HasMerged(const std::string& path, uint32_t first, uint32_t last) {
    header_.clear_shard();
    header_.clear_merged();
    auto* const merged = header_.add_merged();
    merged->set_first(first);
    merged->set_last(last);
    return Has(path);
  }

 private:
  bool Has(const std::string& path) const {
    const absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(path);
    if (!reader.ok()) return false;
    snapshot::Header header = (*reader)->header();
    header.clear_covered();  // follows from all else
    return header.SerializeAsString() == header_.SerializeAsString();
  }

  snapshot::Header header_;
};

void AddShards(const WorkDirectory& directory, uint32_t first, uint32_t last, RunHeader* run,
               Missing* missing) {
  for (uint32_t shard = first; shard <= last; ++shard) {
    if (!run->HasShard(directory.part(shard), shard)) missing->shards.push_back(shard);
  }
}

void AddGroup(const WorkDirectory& directory, const MergeGroups& groups, uint32_t group,
              RunHeader* run, Missing* missing) {
  const uint32_t first = groups.first(group);
  const uint32_t last = groups.last(group);
  if (run->HasMerged(directory.merged(group), first, last)) return;
  missing->groups.push_back(group);
  AddShards(directory, first, last, run, missing);
}

}  // namespace

absl::StatusOr<Missing> FindMissing(const WorkDirectory& directory, const MergeGroups& groups,
                                    uint32_t shards) {
  absl::StatusOr<RunHeader> run = RunHeader::Of(directory, shards);
  if (!run.ok()) return run.status();
  Missing missing;
  if (groups.size() == 0) AddShards(directory, 1, shards, &*run, &missing);
  for (uint32_t group = 1; group <= groups.size(); ++group) {
    AddGroup(directory, groups, group, &*run, &missing);
  }
  return missing;
}

absl::StatusOr<Missing> FindMissingOf(uint32_t group, const WorkDirectory& directory,
                                      const MergeGroups& groups, uint32_t shards) {
  absl::StatusOr<RunHeader> run = RunHeader::Of(directory, shards);
  if (!run.ok()) return run.status();
  Missing missing;
  AddGroup(directory, groups, group, &*run, &missing);
  return missing;
}

}  // namespace bigscan
