#include "cmd/snapshot_set.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/input_list.h"

namespace bigscan {
namespace {

absl::Status Refused(const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

// What the first different item is in `a` and in `b`; nothing if there is none.
template <typename Items>
std::string Difference(const Items& a, const Items& b) {
  for (int i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string in_a = i < a.size() ? absl::StrCat("'", a[i], "'") : "nothing";
    const std::string in_b = i < b.size() ? absl::StrCat("'", b[i], "'") : "nothing";
    if (in_a != in_b) return absl::StrCat(in_a, ", not ", in_b);
  }
  return "";
}

std::string InputDifference(const snapshot::Header& a, const snapshot::Header& b) {
  for (int i = 0; i < std::max(a.input_size(), b.input_size()); ++i) {
    if (i >= a.input_size()) return absl::StrCat("it lacks ", b.input(i).name());
    if (i >= b.input_size()) return absl::StrCat("it has ", a.input(i).name(), ", too");
    const snapshot::Input& in_a = a.input(i);
    const snapshot::Input& in_b = b.input(i);
    if (in_a.name() != in_b.name()) return absl::StrCat(in_a.name(), ", not ", in_b.name());
    if (in_a.size() != in_b.size()) {
      return absl::StrCat(in_a.name(), " with ", in_a.size(), " bytes, not ", in_b.size());
    }
    if (in_a.modified_ns() != in_b.modified_ns()) {
      return absl::StrCat(in_a.name(), " as it was modified at another time");
    }
    if (in_a.ends_digest() != in_b.ends_digest()) {
      return absl::StrCat(in_a.name(), " of another manifest");
    }
    if (in_a.whole() != in_b.whole()) return absl::StrCat(in_a.name(), " read in another way");
  }
  return "";
}

}  // namespace

std::string WhyOtherResult(const snapshot::Header& a, const snapshot::Header& b) {
  if (a.job() != b.job()) return absl::StrCat("another job: ", a.job(), ", not ", b.job());
  if (const std::string options = Difference(a.option(), b.option()); !options.empty()) {
    return absl::StrCat("other options: ", options);
  }
  if (const std::string patterns = Difference(a.pattern(), b.pattern()); !patterns.empty()) {
    return absl::StrCat("other patterns: ", patterns);
  }
  if (a.pattern_digest() != b.pattern_digest()) return "other patterns";
  if (a.header_record() != b.header_record()) return "another first record";
  return "";
}

namespace {

// Why `a` is none of the same run as `b`; nothing if it is.
std::string WhyForeign(const snapshot::Header& a, const snapshot::Header& b) {
  if (const std::string why = WhyOtherResult(a, b); !why.empty()) return why;
  if (const std::string inputs = InputDifference(a, b); !inputs.empty()) {
    return absl::StrCat("other inputs: ", inputs);
  }
  if (a.shards() != b.shards()) {
    return absl::StrCat("another division: into ", a.shards(), " shards, not ", b.shards());
  }
  return "";
}

// The shards that it holds, in ascending order. None if that is not what a header can have.
std::vector<ShardRun> RunsOf(const snapshot::Header& header) {
  constexpr uint32_t kMostShards = 100'000;
  if (header.shards() > kMostShards) return {};
  std::vector<ShardRun> runs;
  if (header.merged_size() == 0) runs.push_back({header.shard(), header.shard()});
  if (header.merged_size() > 0 && header.shard() != 0) return {};
  for (const snapshot::Shards& merged : header.merged()) {
    runs.push_back({merged.first(), merged.last()});
  }
  uint32_t next = 1;
  for (const ShardRun& run : runs) {
    if (run.first < next || run.last < run.first || run.last > header.shards()) return {};
    next = run.last + 2;  // what is adjacent is one run
  }
  return runs;
}

// Whether the header's ranges are those of its shards.
bool CoversItsShards(const snapshot::Header& header, const std::vector<ShardRun>& runs) {
  snapshot::Header wanted;
  *wanted.mutable_input() = header.input();
  wanted.set_shards(header.shards());
  FillCovered(runs, &wanted);
  return std::equal(header.covered().begin(), header.covered().end(), wanted.covered().begin(),
                    wanted.covered().end(),
                    [](const snapshot::Range& range, const snapshot::Range& other) {
                      return range.SerializeAsString() == other.SerializeAsString();
                    });
}

std::string Name(const ShardRun& run) {
  if (run.first == run.last) return absl::StrCat(run.first);
  return absl::StrCat(run.first, run.last == run.first + 1 ? ", " : "-", run.last);
}

}  // namespace

void FillCovered(const std::vector<ShardRun>& runs, snapshot::Header* header) {
  InputList list;
  for (const snapshot::Input& input : header->input()) {
    list.inputs.push_back({.size = input.size(), .whole = input.whole()});
  }
  for (const ShardRun& run : runs) {
    list.TakeShares(run.first, run.last, header->shards());
    AddCovered(list, header);
  }
}

absl::StatusOr<SnapshotSet> SnapshotSet::Open(const std::vector<std::string>& files) {
  SnapshotSet set;
  for (const std::string& path : files) {
    if (absl::Status status = set.Add(path); !status.ok()) return status;
  }
  std::sort(set.parts_.begin(), set.parts_.end(),
            [](const Part& a, const Part& b) { return a.run.first < b.run.first; });
  return set;
}

absl::Status SnapshotSet::Add(const std::string& path) {
  absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(path);
  if (!reader.ok()) return reader.status();
  const snapshot::Header& header = (*reader)->header();
  if (header.shards() == 0) return Refused(path, "a manifest, and no snapshot");
  if (header.has_state() && !header.state().has_result()) {
    return Refused(path, "tells only how far logs were read, and holds no result");
  }
  const std::vector<ShardRun> runs = RunsOf(header);
  if (runs.empty() || (!header.has_state() && !CoversItsShards(header, runs))) {
    return Refused(path, "the snapshot is damaged: it does not cover its share of the inputs");
  }
  if (files_.empty()) {
    header_ = header;
    header_.clear_shard();
    header_.clear_merged();
    header_.clear_covered();
    holders_.resize(header.shards());
  } else if (const std::string why = WhyForeign(header, header_); !why.empty()) {
    return Refused(path, absl::StrCat("not of the same run as ", files_.front().path, ": ", why));
  }
  files_.push_back({path, (*reader)->checksum(), header.merged_size() == 0});
  for (const ShardRun& run : runs) {
    for (uint32_t shard = run.first; shard <= run.last; ++shard) {
      size_t& holder = holders_[shard - 1];
      if (holder != 0) {
        return Refused(path, absl::StrCat("holds shard ", shard, " of ", header.shards(), ", as ",
                                          files_[holder - 1].path, " does"));
      }
      holder = files_.size();
    }
    parts_.push_back({files_.size() - 1, run});
  }
  return absl::OkStatus();
}

std::vector<ShardRun> SnapshotSet::Runs(bool held) const {
  std::vector<ShardRun> runs;
  for (uint32_t shard = 1; shard <= holders_.size(); ++shard) {
    if ((holders_[shard - 1] != 0) != held) continue;
    if (runs.empty() || runs.back().last + 1 != shard) runs.push_back({shard, shard});
    runs.back().last = shard;
  }
  return runs;
}

absl::Status SnapshotSet::CheckComplete() const {
  const std::vector<ShardRun> missing = Runs(false);
  if (missing.empty()) return absl::OkStatus();
  const bool is_one = missing.size() == 1 && missing[0].first == missing[0].last;
  return absl::InvalidArgumentError(absl::StrCat(
      is_one ? "shard " : "shards ",
      absl::StrJoin(missing, ", ",
                    [](std::string* to, const ShardRun& run) { absl::StrAppend(to, Name(run)); }),
      " of ", holders_.size(), is_one ? " is" : " are", " missing"));
}

absl::StatusOr<std::unique_ptr<SnapshotReader>> SnapshotSet::Reader(size_t file) const {
  absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(files_[file].path);
  if (reader.ok() && (*reader)->checksum() != files_[file].checksum) {
    return Refused(files_[file].path, "changed while it was read");
  }
  return reader;
}

}  // namespace bigscan
