#include "jobs/group_spill.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/group_entry.h"
#include "lib/file_input.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kRunReadBytes = 16 << 10;  // of each run, while they are merged
constexpr size_t kMostSizeBytes = 10;       // of a varint

// `entry` is memory to be used.
absl::Status AppendEntry(const GroupTable& table, const GroupTable::Group& group,
                         std::string* entry, TemporaryFile* file) {
  entry->clear();
  AppendGroupEntry(table, group, entry);
  return file->Append(*entry);
}

// Reads entries one after the other.
class EntryReader {
 public:
  EntryReader(int fd, ByteRange bytes, size_t buffer_bytes)
      : input_(fd, bytes.begin, bytes.end, buffer_bytes) {}

  // Adds the next entry to `table`. False at the end.
  absl::StatusOr<bool> Take(GroupTable* table) {
    input_.Drop(std::exchange(taken_, 0));
    absl::StatusOr<bool> more = Fill(1);
    if (!more.ok() || !*more) return more;
    absl::string_view key;
    absl::string_view values;
    for (size_t needed = kMostSizeBytes;;) {
      more = Fill(needed);
      if (!more.ok()) return more;
      absl::string_view bytes = input_.bytes();
      uint64_t size = 0;
      if (!TakeVarint(&bytes, &size)) return Broken();
      const size_t head = input_.bytes().size() - bytes.size();
      if (bytes.size() < size + kMostSizeBytes && needed < head + size + kMostSizeBytes) {
        needed = head + size + kMostSizeBytes;
        continue;
      }
      if (bytes.size() < size) return Broken();
      key = bytes.substr(0, size);
      bytes.remove_prefix(size);
      uint64_t values_size = 0;
      if (!TakeVarint(&bytes, &values_size)) return Broken();
      const size_t all = input_.bytes().size() - bytes.size() + values_size;
      if (bytes.size() < values_size) {
        if (needed >= all) return Broken();
        needed = all;
        continue;
      }
      values = bytes.substr(0, values_size);
      taken_ = all;
      break;
    }
    if (!table->TakeValues(key, GroupTable::HashOf(key), &values)) return Broken();
    return true;
  }

 private:
  static absl::Status Broken() { return absl::DataLossError("temporary file: damaged"); }

  // Reads until `size` bytes are there, or no more come. False if there are none.
  absl::StatusOr<bool> Fill(size_t size) {
    while (input_.bytes().size() < size && !input_.at_end()) {
      if (absl::Status status = input_.More(); !status.ok()) {
        return absl::Status(status.code(), absl::StrCat("temporary file: ", status.message()));
      }
    }
    return !input_.bytes().empty();
  }

  FileInput input_;
  size_t taken_ = 0;  // of the last entry, whose bytes are looked at until the next call
};

// Sorted runs, merged as they are read.
class MergedRuns final : public SortedGroups {
 public:
  MergedRuns(Aggregates aggregates, const GroupOrder& order, uint64_t most, TemporaryFile file,
             std::vector<ByteRange> runs)
      : aggregates_(std::move(aggregates)),
        order_(order),
        most_(most),
        file_(std::move(file)),
        runs_(std::move(runs)) {
    Restart();
  }

  const GroupTable::Group* Next() override {
    if (advance_) {
      advance_ = false;
      Push(Pop());
    }
    if (!status_.ok() || heap_.empty() || given_ == most_) return nullptr;
    advance_ = true;
    ++given_;
    return heap_.front().place.group;
  }

  absl::Status status() const override { return status_; }

  void Restart() override {
    heap_.clear();
    heads_.clear();
    given_ = 0;
    advance_ = false;
    for (const ByteRange& run : runs_) {
      heads_.push_back(std::make_unique<Head>(aggregates_, file_.fd(), run));
      Push(heads_.size() - 1);
    }
  }

 private:
  // The group of a run that comes next.
  struct Head {
    Head(const Aggregates& aggregates, int fd, ByteRange run)
        : reader(fd, run, kRunReadBytes), table(aggregates) {}
    EntryReader reader;
    GroupTable table;
  };
  struct Item {
    GroupOrder::Place place;
    size_t run;
  };

  auto After() const {
    return [this](const Item& a, const Item& b) { return order_.Before(b.place, a.place); };
  }
  size_t Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), After());
    const size_t run = heap_.back().run;
    heap_.pop_back();
    return run;
  }
  void Push(size_t run) {
    Head& head = *heads_[run];
    head.table.Clear();
    const absl::StatusOr<bool> more = head.reader.Take(&head.table);
    if (!more.ok()) {  // The others are of no use without those that would come between them.
      status_ = more.status();
      heap_.clear();
      return;
    }
    if (!*more) return;
    heap_.push_back({order_.PlaceOf(*head.table.groups().front()), run});
    std::push_heap(heap_.begin(), heap_.end(), After());
  }

  const Aggregates aggregates_;
  const GroupOrder& order_;
  const uint64_t most_;  // groups that are wanted
  const TemporaryFile file_;
  const std::vector<ByteRange> runs_;
  std::vector<std::unique_ptr<Head>> heads_;  // by run
  std::vector<Item> heap_;
  absl::Status status_;
  uint64_t given_ = 0;
  bool advance_ = false;  // the first of the heap has been given out
};

}  // namespace

absl::Status GroupSpill::Add(const GroupTable& table) {
  GroupsByPartition groups;
  groups.Sort(table);
  Segments& segments = segments_.emplace_back();
  std::string entry;
  for (size_t i = 0; i < kGroupPartitions; ++i) {
    segments[i].begin = file_.size();
    for (size_t j = groups.begin(i); j < groups.begin(i + 1); ++j) {
      absl::Status status = AppendEntry(table, *groups.groups()[j], &entry, &file_);
      if (!status.ok()) return status;
    }
    segments[i].end = file_.size();
  }
  return file_.Flush();
}

absl::Status GroupSpill::Add(const GroupPartitions& partitions) {
  Segments& segments = segments_.emplace_back();
  std::string entry;
  for (size_t i = 0; i < kGroupPartitions; ++i) {
    segments[i].begin = file_.size();
    if (const GroupTable* const table = partitions.table(i); table != nullptr) {
      for (const GroupTable::Group* group : table->groups()) {
        absl::Status status = AppendEntry(*table, *group, &entry, &file_);
        if (!status.ok()) return status;
      }
    }
    for (const absl::string_view piece : partitions.pieces(i)) {
      if (absl::Status status = file_.Append(piece); !status.ok()) return status;
    }
    segments[i].end = file_.size();
  }
  return file_.Flush();
}

absl::Status GroupSpill::ReadPartition(size_t partition, GroupTable* table) const {
  for (const Segments& segments : segments_) {
    EntryReader reader(file_.fd(), segments[partition], kReadBytes);
    while (true) {
      const absl::StatusOr<bool> more = reader.Take(table);
      if (!more.ok()) return more.status();
      if (!*more) break;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SortedGroups>> GroupSpill::Merge(
    const GroupOrder& order, const std::function<bool()>& must_stop) {
  TemporaryFile sorted;
  std::vector<ByteRange> runs;
  std::string entry;
  for (size_t partition = 0; partition < kGroupPartitions; ++partition) {
    if (must_stop()) return absl::CancelledError("stopped");
    GroupTable table(aggregates_);
    absl::Status status = ReadPartition(partition, &table);
    if (!status.ok()) return status;
    const uint64_t begin = sorted.size();
    for (const GroupOrder::Place& place : order.Sorted(table)) {
      status = AppendEntry(table, *place.group, &entry, &sorted);
      if (!status.ok()) return status;
    }
    if (sorted.size() > begin) runs.push_back({begin, sorted.size()});
  }
  if (absl::Status status = sorted.Flush(); !status.ok()) return status;
  file_ = TemporaryFile();
  return std::make_unique<MergedRuns>(aggregates_, order, order.most(), std::move(sorted),
                                      std::move(runs));
}

}  // namespace bigscan
