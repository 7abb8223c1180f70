#include "jobs/group_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/group_key.h"
#include "lib/thread_team.h"

namespace bigscan {
namespace {

constexpr size_t kPartBytes = 256 << 10;
// For each thread: some hundred kilobytes, beside which it costs nothing to start one.
constexpr size_t kPartGroups = 16 << 10;
constexpr size_t kMostThreads = 16;

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

}  // namespace

GroupReport::GroupReport(const GroupSpec& spec, const GroupTable& layout,
                         std::unique_ptr<SortedGroups> groups, TableFormat format)
    : spec_(spec),
      layout_(layout),
      groups_(std::move(groups)),
      writer_(format, ColumnsOf(spec), spec.bar_line_width) {
  if (writer_.NeedsWidths()) MeasureAll();
}

// The next groups, as many for each thread, if they lie in memory.
void GroupReport::TakePlaces() {
  places_.clear();
  while (places_.size() < std::min<size_t>(spec_.threads, kMostThreads)) {
    const SortedGroups::Places places = groups_->NextPlaces(kPartGroups);
    if (places.empty()) return;
    places_.push_back(places);
  }
}

// Calls `row` with the cells of each group, and with the group.
template <typename Row>
void GroupReport::ForEach(SortedGroups::Places places, Row row) const {
  constexpr size_t kFetched = 16;
  std::vector<Cell> cells;
  for (size_t i = 0; i < places.size(); ++i) {
    // They lie anywhere in memory.
    if (i + kFetched < places.size()) GroupTable::Fetch(*places[i + kFetched].group);
    Fill(*places[i].group, &cells);
    row(cells, *places[i].group);
  }
}

void GroupReport::MeasureAll() {
  for (TakePlaces(); !places_.empty(); TakePlaces()) {
    std::vector<TableWriter> measured(places_.size(), writer_);
    ForEachOnThreads(spec_.threads, places_.size(), [&](size_t i) {
      ForEach(places_[i], [&](const std::vector<Cell>& cells, const GroupTable::Group& group) {
        measured[i].Measure(cells, SizeOf(group));
      });
    });
    for (const TableWriter& writer : measured) writer_.TakeWidths(writer);
  }
  std::vector<Cell> cells;
  while (const GroupTable::Group* group = groups_->Next()) {
    Fill(*group, &cells);
    writer_.Measure(cells, SizeOf(*group));
  }
  groups_->Restart();
}

void GroupReport::Fill(const GroupTable::Group& group, std::vector<Cell>* cells) const {
  cells->resize(spec_.keys.size() + spec_.columns.size());
  absl::string_view key = layout_.Key(group);
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
      shown = column.column->Show(layout_.State(group, column.state));
    }
  }
}

// What a bar shows: the first column.
double GroupReport::SizeOf(const GroupTable::Group& group) const {
  const GroupSpec::Column& column = spec_.columns.front();
  return column.column == nullptr ? static_cast<double>(group.count)
                                  : column.column->Rank(layout_.State(group, column.state));
}

bool GroupReport::Next(std::string* text) {
  if (!begun_) writer_.AppendHeader(text);
  begun_ = true;
  TakePlaces();
  texts_.resize(places_.size());
  ForEachOnThreads(spec_.threads, places_.size(), [this](size_t i) {
    texts_[i].clear();
    ForEach(places_[i], [&](const std::vector<Cell>& cells, const GroupTable::Group& group) {
      writer_.AppendRow(cells, &texts_[i], SizeOf(group));
    });
  });
  for (const std::string& part : texts_) *text += part;
  if (!places_.empty()) return true;
  std::vector<Cell> cells;
  while (text->size() < kPartBytes) {
    const GroupTable::Group* const group = groups_->Next();
    if (group == nullptr) break;
    Fill(*group, &cells);
    writer_.AppendRow(cells, text, SizeOf(*group));
  }
  return !text->empty();
}

}  // namespace bigscan
