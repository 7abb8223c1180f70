#include "jobs/group_by.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/group_key.h"
#include "lib/record.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

// So many of a chunk that it is worth while to have them by partition.
constexpr size_t kManyGroups = 4096;
// What a piece is cut at.
constexpr size_t kPieceBytes = 32 << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<GroupByJob>> GroupByJob::Create(const GroupSpec& spec) {
  std::shared_ptr<SharedValues> values = spec.shared_values;
  if (values == nullptr) {
    absl::StatusOr<std::shared_ptr<SharedValues>> own = SharedValues::Create(spec.values);
    if (!own.ok()) return own.status();
    values = *std::move(own);
  }
  return std::unique_ptr<GroupByJob>(new GroupByJob(spec, std::move(values)));
}

GroupByJob::GroupByJob(const GroupSpec& spec, std::shared_ptr<SharedValues> values)
    : spec_(spec),
      values_(std::move(values)),
      time_reader_(spec.time_formats, spec.time),
      table_(spec.aggregates),
      batch_(spec_),
      notes_(kNumbers + spec.numbers.size()),
      all_(spec_),
      of_source_(spec.aggregates),
      has_file_key_(std::any_of(
          spec.keys.begin(), spec.keys.end(),
          [](const GroupSpec::Key& key) { return key.kind == GroupSpec::Key::Kind::kFile; })),
      all_notes_(notes_.size()) {}

// --- Worker ---

void GroupByJob::StartChunk(uint64_t begin, Partial* partial) {
  begin_ = begin;
  partial_ = partial;
  table_.Clear();
  selected_ = 0;
  binary_ = false;
  notes_.assign(notes_.size(), {});
  failures_.clear();
}

bool GroupByJob::Map(const RecordScanner::Selected& selected, Partial* /*partial*/) {
  values_.StartBlock();
  binary_ |= selected.binary;
  if (binary_ && spec_.binary == BinaryData::kVoid) return false;
  const auto add = [&](size_t begin, std::optional<uint32_t> pattern) {
    const size_t end = RecordEnd(selected.block, begin, spec_.delimiter);
    absl::string_view record =
        WithoutDelimiter(selected.block.substr(begin, end - begin), spec_.delimiter);
    if (spec_.crlf && !record.empty() && record.back() == '\r') record.remove_suffix(1);
    AddRecord(record, selected.block_begin + begin, pattern);
    return end;
  };
  if (!selected.hits.empty()) {
    for (size_t i = 0; i < selected.hits.size(); ++i) {
      const PatternHit& hit = selected.hits[i];
      if (i == 0 || hit.record != selected.hits[i - 1].record) ++selected_;
      add(hit.record, hit.pattern);
    }
  } else {
    for (const Run& run : selected.runs) {
      for (size_t begin = run.begin; begin < run.end; ++selected_) {
        begin = add(begin, std::nullopt);
      }
    }
  }
  return true;
}

void GroupByJob::AddRecord(absl::string_view record, size_t at, std::optional<uint32_t> pattern) {
  const absl::StatusOr<RecordValues::Fit> fit = values_.Read(record, pattern);
  if (!fit.ok()) {
    const uint64_t begin = begin_ + at;
    failures_.push_back({begin, begin + record.size(), std::string(fit.status().message())});
    return;
  }
  if (*fit == RecordValues::Fit::kUnfit) return notes_[kUnfit].Add(record);
  if (*fit == RecordValues::Fit::kHeader) {
    --selected_;
    return;
  }
  if (!AppendKey(record, pattern)) {
    batch_.DropKey();
    return notes_[kTimeless].Add(record);
  }
  batch_.Add();
  AddValues();
  if (!batch_.full()) return;
  batch_.AddTo(&table_);
  // By what the chunk holds alone: if another worker has to do it again, it makes the same parts.
  if (table_.content_bytes() > spec_.worker_bytes) AppendGroups(partial_);
}

// Appends the record's key to those of the batch. False if it has no time.
bool GroupByJob::AppendKey(absl::string_view record, std::optional<uint32_t> pattern) {
  std::string* const to = &batch_.key();
  for (const GroupSpec::Key& key : spec_.keys) {
    switch (key.kind) {
      case GroupSpec::Key::Kind::kValue:
        AppendKeyText(values_.value(key.value), to);
        break;
      case GroupSpec::Key::Kind::kPattern:
        AppendKeyText(spec_.pattern_texts[pattern.value_or(0)], to);
        break;
      case GroupSpec::Key::Kind::kTime: {
        const std::optional<int64_t> time = TimeOf(record);
        if (!time.has_value()) return false;
        const int64_t into = *time % spec_.every_us;
        AppendKeyTime(*time - (into < 0 ? into + spec_.every_us : into), to);
        break;
      }
      case GroupSpec::Key::Kind::kFile:
        break;
    }
  }
  return true;
}

std::optional<int64_t> GroupByJob::TimeOf(absl::string_view record) {
  if (!spec_.time_value.has_value()) return time_reader_.Find(record);
  return time_reader_.Read(values_.value(*spec_.time_value));
}

// What the aggregates look at of the record.
void GroupByJob::AddValues() {
  for (size_t i = 0; i < spec_.numbers.size(); ++i) {
    const absl::string_view text = values_.value(spec_.numbers[i].value);
    if (!batch_.SetNumber(i, text)) notes_[kNumbers + i].Add(text);
  }
  for (size_t i = 0; i < spec_.states.size(); ++i) {
    const GroupSpec::State& state = spec_.states[i];
    if (!state.number.has_value()) batch_.SetValue(i, values_.value(state.value));
  }
}

void GroupByJob::AppendGroups(Partial* partial) {
  batch_.AddTo(&table_);
  const std::vector<GroupTable::Group*>& groups = table_.groups();
  // What has the file's name in its key has another hash in the end.
  if (groups.size() < kManyGroups || has_file_key_ || spec_.binary == BinaryData::kVoid) {
    AppendPieces(kGroupPartitions, groups, partial);
  } else {
    by_partition_.Sort(table_);
    const std::span<const GroupTable::Group* const> sorted = by_partition_.groups();
    for (size_t i = 0; i < kGroupPartitions; ++i) {
      const size_t begin = by_partition_.begin(i);
      AppendPieces(i, sorted.subspan(begin, by_partition_.begin(i + 1) - begin), partial);
    }
  }
  table_.Clear();
}

void GroupByJob::AppendPieces(size_t partition, std::span<const GroupTable::Group* const> groups,
                              Partial* partial) {
  constexpr size_t kFetched = 8;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (i + kFetched < groups.size()) GroupTable::Fetch(*groups[i + kFetched]);
    AppendGroupEntry(table_, *groups[i], &piece_);
    if (piece_.size() >= kPieceBytes) AppendPiece(partition, partial);
  }
  if (!piece_.empty()) AppendPiece(partition, partial);
}

void GroupByJob::AppendPiece(size_t partition, Partial* partial) {
  std::string& bytes = partial->bytes();
  AppendVarint(partition + 1, &bytes);
  AppendVarint(piece_.size(), &bytes);
  bytes += piece_;
  piece_.clear();
  if (partial->full()) partial->Send();
}

void GroupByJob::EndChunk(Partial* partial) {
  AppendGroups(partial);
  std::string& bytes = partial->bytes();
  AppendVarint(0, &bytes);
  AppendVarint(selected_, &bytes);
  AppendVarint(static_cast<uint64_t>(binary_), &bytes);
  for (const RecordNote& note : notes_) note.AppendTo(&bytes);
}

std::vector<RecordFailure> GroupByJob::TakeFailures() { return std::exchange(failures_, {}); }

// --- Coordinator ---

void GroupByJob::Merge(const SourceInfo& source, const PartialResult& partial) {
  if (void_) return;
  if (file_id_ != source.id + 1) {
    file_id_ = source.id + 1;
    file_.clear();
    AppendKeyText(source.name, &file_);
  }
  absl::string_view bytes = partial.bytes;
  if (MergePieces(&bytes) && !partial.more) MergeEnd(bytes);
}

// Takes in all pieces at the front of `bytes`, and the 0 that ends them if it is there. False if they are broken.
bool GroupByJob::MergePieces(absl::string_view* bytes) {
  while (!bytes->empty()) {
    uint64_t partition = 0;
    uint64_t size = 0;
    if (!TakeVarint(bytes, &partition)) return false;
    if (partition == 0) return true;
    if (partition > kGroupPartitions + 1) return false;
    if (!TakeVarint(bytes, &size) || size > bytes->size()) return false;
    if (!MergePiece(partition - 1, bytes->substr(0, size))) return false;
    bytes->remove_prefix(size);
  }
  return true;
}

bool GroupByJob::MergePiece(size_t partition, absl::string_view entries) {
  if (partition < kGroupPartitions) return all_.AddPartition(partition, entries);
  if (has_file_key_) {
    whole_.clear();
    std::string key;
    while (!entries.empty()) {
      GroupEntry entry;
      key.clear();
      if (!TakeGroupEntry(&entries, &entry) || !AppendWholeKey(entry.key, &key)) return false;
      AppendVarint(key.size(), &whole_);
      absl::StrAppend(&whole_, key);
      AppendVarint(entry.values.size(), &whole_);
      absl::StrAppend(&whole_, entry.values);
    }
    entries = whole_;
  }
  return spec_.binary == BinaryData::kVoid ? MergeGroupEntries(entries, &of_source_)
                                           : all_.Add(entries);
}

// Appends `key`, with the file's name where that belongs.
bool GroupByJob::AppendWholeKey(absl::string_view key, std::string* whole) const {
  if (!has_file_key_) {
    absl::StrAppend(whole, key);
    return true;
  }
  for (const GroupSpec::Key& part : spec_.keys) {
    if (part.kind == GroupSpec::Key::Kind::kFile) {
      *whole += file_;
      continue;
    }
    const size_t size =
        part.kind == GroupSpec::Key::Kind::kTime ? sizeof(int64_t) : KeyTextBytes(key);
    if (size == 0 || size > key.size()) return false;
    absl::StrAppend(whole, key.substr(0, size));
    key.remove_prefix(size);
  }
  return true;
}

bool GroupByJob::MergeEnd(absl::string_view bytes) {
  uint64_t selected = 0;
  uint64_t binary = 0;
  if (!TakeVarint(&bytes, &selected) || !TakeVarint(&bytes, &binary)) return false;
  if (binary != 0 && spec_.binary == BinaryData::kVoid) {
    void_ = true;
    in_source_ = 0;
    of_source_.Clear();
    return true;
  }
  in_source_ += selected;
  for (RecordNote& note : all_notes_) {
    if (!note.TakeFrom(&bytes)) return false;
  }
  return true;
}

void GroupByJob::EndSource(const SourceInfo& /*source*/) {
  std::string entries;
  for (const GroupTable::Group* group : of_source_.groups()) {
    AppendGroupEntry(of_source_, *group, &entries);
    if (entries.size() < kPieceBytes) continue;
    all_.Add(entries);
    entries.clear();
  }
  all_.Add(entries);
  of_source_.Clear();
  selected_in_all_ += in_source_;
  in_source_ = 0;
  void_ = false;
}

void GroupByJob::EndScan() {
  if (spec_.keys.empty()) all_.Get("");
  std::unique_ptr<SortedGroups> groups = all_.Sort(spec_.must_stop);
  if (groups != nullptr) report_.emplace(spec_, all_.layout(), std::move(groups));
}

bool GroupByJob::Report(Output* output) {
  std::string text;
  if (!report_.has_value() || !report_status_.ok()) return false;
  const bool more = report_->Next(&text);
  report_status_ = report_->status();
  if (more) output->Copy(text);
  return more;
}

std::vector<Job::Remark> GroupByJob::TakeRemarks() {
  std::vector<Remark> remarks;
  if (absl::IsCancelled(all_.status())) return remarks;
  if (!all_.status().ok()) {
    remarks.push_back({.text = std::string(all_.status().message()), .is_error = true});
  } else if (!report_status_.ok()) {
    remarks.push_back({.text = std::string(report_status_.message()), .is_error = true});
  }
  for (size_t i = 0; i < all_notes_.size(); ++i) {
    const RecordNote& note = all_notes_[i];
    if (note.records() == 0) continue;
    if (i >= kNumbers && spec_.numbers[i - kNumbers].is_counted) continue;
    std::string one = "record has no time";
    std::string several = "records have no time";
    if (i >= kNumbers) {
      const std::string& name = spec_.numbers[i - kNumbers].name;
      one = absl::StrCat("value of ", name, " is no number");
      several = absl::StrCat("values of ", name, " are no numbers");
    } else if (i == kUnfit) {
      const absl::string_view format = spec_.values.format->name;
      one = absl::StrCat("record does not fit the format ", format);
      several = absl::StrCat("records do not fit the format ", format);
    }
    remarks.push_back(note.ToRemark(one, several, spec_.strict));
  }
  return remarks;
}

}  // namespace bigscan
