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

// Whether the header's ranges are those of its share.
bool CoversItsShare(const snapshot::Header& header) {
  InputList list;
  for (const snapshot::Input& input : header.input()) {
    list.inputs.push_back({.size = input.size(), .whole = input.whole()});
  }
  list.TakeShare(header.shard(), header.shards());
  int next = 0;
  for (size_t i = list.first; i < list.last; ++i) {
    if (list.parts[i].empty()) continue;
    if (next == header.covered_size()) return false;
    const snapshot::Range& range = header.covered(next++);
    if (range.input() != i || range.begin() != list.parts[i].begin ||
        range.end() != list.parts[i].end) {
      return false;
    }
  }
  return next == header.covered_size();
}

}  // namespace

absl::StatusOr<SnapshotSet> SnapshotSet::Open(const std::vector<std::string>& files) {
  SnapshotSet set;
  for (const std::string& path : files) {
    if (absl::Status status = set.Add(path); !status.ok()) return status;
  }
  if (absl::Status status = set.CheckComplete(); !status.ok()) return status;
  return set;
}

absl::Status SnapshotSet::Add(const std::string& path) {
  absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(path);
  if (!reader.ok()) return reader.status();
  const snapshot::Header& header = (*reader)->header();
  if (header.shards() == 0) return Refused(path, "a manifest, and no snapshot");
  constexpr uint32_t kMostShards = 100'000;
  if (header.has_state() && !header.state().has_result()) {
    return Refused(path, "tells only how far logs were read, and holds no result");
  }
  if (header.shard() == 0 || header.shard() > header.shards() || header.shards() > kMostShards ||
      (!header.has_state() && !CoversItsShare(header))) {
    return Refused(path, "the snapshot is damaged: it does not cover its share of the inputs");
  }
  if (first_.empty()) {
    first_ = path;
    header_ = header;
    files_.resize(header.shards());
  } else if (const std::string why = WhyForeign(header, header_); !why.empty()) {
    return Refused(path, absl::StrCat("not of the same run as ", first_, ": ", why));
  }
  File& file = files_[header.shard() - 1];
  if (!file.path.empty()) {
    return Refused(path, absl::StrCat("holds shard ", header.shard(), " of ", header.shards(),
                                      ", as ", file.path, " does"));
  }
  file = {path, (*reader)->checksum()};
  return absl::OkStatus();
}

absl::Status SnapshotSet::CheckComplete() const {
  std::vector<std::string> missing;  // ranges
  size_t count = 0;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i].path.empty()) continue;
    const size_t first = i;
    while (i + 1 < files_.size() && files_[i + 1].path.empty()) ++i;
    count += i - first + 1;
    missing.push_back(i == first       ? absl::StrCat(first + 1)
                      : i == first + 1 ? absl::StrCat(first + 1, ", ", i + 1)
                                       : absl::StrCat(first + 1, "-", i + 1));
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(count == 1 ? "shard " : "shards ", absl::StrJoin(missing, ", "), " of ",
                   files_.size(), count == 1 ? " is" : " are", " missing"));
}

absl::StatusOr<std::unique_ptr<SnapshotReader>> SnapshotSet::Reader(size_t index) const {
  absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(files_[index].path);
  if (reader.ok() && (*reader)->checksum() != files_[index].checksum) {
    return Refused(files_[index].path, "changed while it was read");
  }
  return reader;
}

}  // namespace bigscan
