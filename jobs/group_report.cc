#include "jobs/group_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/group_key.h"

namespace bigscan {
namespace {

constexpr size_t kPartBytes = 256 << 10;

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
  if (!writer_.NeedsWidths()) return;
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
