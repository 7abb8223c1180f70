#include "jobs/group_report.h"

#include <string.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/group_key.h"

namespace bigscan {
namespace {

// Groups lie anywhere in memory: so many rows before it is printed, one's is fetched.
constexpr size_t kFetched = 16;
constexpr size_t kPartBytes = 256 << 10;

// A number of the same order.
uint64_t Ordered(double value) {
  const auto bits = std::bit_cast<uint64_t>(value + 0.0);
  constexpr uint64_t kSign = uint64_t{1} << 63;
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

// The first bytes of a key, as a number of their order.
uint64_t Beginning(absl::string_view key) {
  char bytes[sizeof(uint64_t)] = {};
  memcpy(bytes, key.data(), std::min(sizeof(bytes), key.size()));
  return __builtin_bswap64(std::bit_cast<uint64_t>(bytes));
}

std::vector<TableWriter::Column> ColumnsOf(const GroupSpec& spec) {
  std::vector<TableWriter::Column> columns;
  for (const GroupSpec::Key& key : spec.keys) columns.push_back({key.title, false});
  for (const GroupSpec::Column& column : spec.columns) columns.push_back({column.title, true});
  return columns;
}

bool TakeComponent(const GroupSpec::Key& key, absl::string_view* bytes, Cell* cell) {
  cell->kind = Cell::Kind::kText;
  if (key.kind == GroupSpec::Key::Kind::kTime) {
    int64_t micros = 0;
    if (!TakeKeyTime(bytes, &micros)) return false;
    cell->text = FormatTime(micros);
    return true;
  }
  std::string memory;
  absl::string_view value;
  if (!TakeKeyText(bytes, &memory, &value)) return false;
  if (value.data() == nullptr) cell->kind = Cell::Kind::kMissing;
  cell->text.assign(value.data(), value.size());
  return true;
}

// The component `index` of a key, as it stands there.
absl::string_view Component(const GroupSpec& spec, absl::string_view key, size_t index) {
  for (size_t i = 0;; ++i) {
    const bool is_time = spec.keys[i].kind == GroupSpec::Key::Kind::kTime;
    const size_t size = is_time ? std::min(sizeof(int64_t), key.size()) : KeyTextBytes(key);
    if (i == index) return key.substr(0, size);
    key.remove_prefix(size);
  }
}

}  // namespace

GroupReport::GroupReport(const GroupSpec& spec, const GroupTable& table)
    : spec_(spec), table_(table), writer_(spec.format, ColumnsOf(spec)) {
  Sort();
  if (!writer_.NeedsWidths()) return;
  std::vector<Cell> cells;
  for (const Row& row : rows_) {
    Fill(*row.group, &cells);
    writer_.Measure(cells);
  }
}

uint64_t GroupReport::RankOf(const GroupTable::Group& group) const {
  const size_t column = spec_.sort->column;
  if (column < spec_.keys.size()) return Beginning(Component(spec_, table_.Key(group), column));
  const GroupSpec::Column& shown = spec_.columns[column - spec_.keys.size()];
  if (shown.column == nullptr) return group.count;
  return Ordered(shown.column->Rank(table_.State(group, shown.state)));
}

// Of two groups of the same rank: how they compare by the column that is sorted by.
std::strong_ordering GroupReport::Compare(const GroupTable::Group& a,
                                          const GroupTable::Group& b) const {
  const size_t column = spec_.sort->column;
  if (column < spec_.keys.size()) {
    return Component(spec_, table_.Key(a), column)
               .compare(Component(spec_, table_.Key(b), column)) <=> 0;
  }
  const GroupSpec::Column& shown = spec_.columns[column - spec_.keys.size()];
  return shown.column->Compare(table_.State(a, shown.state), table_.State(b, shown.state));
}

bool GroupReport::Before(const Row& a, const Row& b) const {
  if (a.first != b.first) return a.first < b.first;
  if (!rank_decides_) {
    const std::strong_ordering order = Compare(*a.group, *b.group);
    if (order != 0) return spec_.sort->descending ? order > 0 : order < 0;
  }
  for (size_t i = 0; i < std::size(a.second); ++i) {
    if (a.second[i] != b.second[i]) return a.second[i] < b.second[i];
  }
  return table_.Key(*a.group) < table_.Key(*b.group);
}

void GroupReport::Sort() {
  const size_t keys = spec_.keys.size();
  rank_decides_ =
      !spec_.sort.has_value() ||
      (spec_.sort->column >= keys && spec_.columns[spec_.sort->column - keys].column == nullptr);
  rows_.reserve(table_.size());
  for (const GroupTable::Group* group : table_.groups()) {
    uint64_t rank = 0;
    if (spec_.sort.has_value()) {
      rank = RankOf(*group);
      if (spec_.sort->descending) rank = ~rank;
    }
    const absl::string_view key = table_.Key(*group);
    const absl::string_view rest = key.substr(std::min(sizeof(uint64_t), key.size()));
    rows_.push_back({rank, {Beginning(key), Beginning(rest)}, group});
  }
  const auto before = [this](const Row& a, const Row& b) { return Before(a, b); };
  if (spec_.top.has_value() && *spec_.top < rows_.size()) {
    const auto end = rows_.begin() + static_cast<ptrdiff_t>(*spec_.top);
    std::partial_sort(rows_.begin(), end, rows_.end(), before);
    rows_.erase(end, rows_.end());
  } else {
    std::sort(rows_.begin(), rows_.end(), before);
  }
}

void GroupReport::Fill(const GroupTable::Group& group, std::vector<Cell>* cells) const {
  cells->resize(spec_.keys.size() + spec_.columns.size());
  absl::string_view key = table_.Key(group);
  size_t cell = 0;
  for (const GroupSpec::Key& part : spec_.keys) {
    if (!TakeComponent(part, &key, &(*cells)[cell])) key = absl::string_view();
    ++cell;
  }
  for (const GroupSpec::Column& column : spec_.columns) {
    Cell& shown = (*cells)[cell++];
    if (column.column == nullptr) {
      shown.kind = Cell::Kind::kNumber;
      shown.text.clear();
      absl::StrAppend(&shown.text, group.count);
    } else {
      shown = column.column->Show(table_.State(group, column.state));
    }
  }
}

bool GroupReport::Next(std::string* text) {
  if (begun_ && next_ == rows_.size()) return false;
  if (!begun_) writer_.AppendHeader(text);
  begun_ = true;
  std::vector<Cell> cells;
  for (; next_ < rows_.size() && text->size() < kPartBytes; ++next_) {
    if (next_ + kFetched < rows_.size()) table_.Fetch(*rows_[next_ + kFetched].group);
    Fill(*rows_[next_].group, &cells);
    writer_.AppendRow(cells, text);
  }
  return !text->empty();
}

}  // namespace bigscan
