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

absl::StatusOr<std::vector<uint32_t>> MissingShards(const WorkDirectory& directory,
                                                    uint32_t shards) {
  const absl::StatusOr<std::unique_ptr<SnapshotReader>> manifest =
      SnapshotReader::Open(directory.manifest());
  if (!manifest.ok()) return manifest.status();
  snapshot::Header wanted = (*manifest)->header();
  std::vector<uint32_t> missing;
  for (uint32_t shard = 1; shard <= shards; ++shard) {
    const absl::StatusOr<std::unique_ptr<SnapshotReader>> part =
        SnapshotReader::Open(directory.part(shard));
    wanted.set_shard(shard);
    wanted.set_shards(shards);
    bool is_there = part.ok();
    if (is_there) {
      snapshot::Header header = (*part)->header();
      header.clear_covered();  // follows from all else
      is_there = header.SerializeAsString() == wanted.SerializeAsString();
    }
    if (!is_there) missing.push_back(shard);
  }
  return missing;
}

}  // namespace bigscan
