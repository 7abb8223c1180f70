#include "jobs/table_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/json_text.h"

namespace bigscan {
namespace {

constexpr absl::string_view kGap = "  ";
constexpr absl::string_view kMissing = "-";

bool IsControl(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }

// As it is shown to a person.
std::string Shown(const Cell& cell) {
  if (cell.kind == Cell::Kind::kMissing) return std::string(kMissing);
  std::string shown;
  for (const char byte : cell.text) {
    if (IsControl(byte)) {
      absl::StrAppend(&shown, "\\x", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    } else {
      shown += byte;
    }
  }
  return shown;
}

size_t Characters(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & '\xc0') != '\x80'; }));
}

// Cells are short: a loop beats a search.
bool IsPlain(absl::string_view text) {
  bool plain = true;
  for (const char byte : text)
    plain &= !IsControl(byte) && byte != '\\' && byte != '"' && byte != ',';
  return plain;
}

void AppendTsv(absl::string_view text, std::string* line) {
  if (IsPlain(text)) {
    line->append(text.data(), text.size());
    return;
  }
  for (const char byte : text) {
    switch (byte) {
      case '\t':
        *line += "\\t";
        break;
      case '\n':
        *line += "\\n";
        break;
      case '\r':
        *line += "\\r";
        break;
      case '\\':
        *line += "\\\\";
        break;
      default:
        *line += byte;
    }
  }
}

void AppendCsv(absl::string_view text, std::string* line) {
  if (IsPlain(text) || text.find_first_of(",\"\r\n") == absl::string_view::npos) {
    line->append(text.data(), text.size());
    return;
  }
  *line += '"';
  for (const char byte : text) line->append(byte == '"' ? 2 : 1, byte);
  *line += '"';
}

}  // namespace

TableWriter::TableWriter(TableFormat format, std::vector<Column> columns, size_t line_width)
    : format_(format), columns_(std::move(columns)), line_width_(line_width) {
  for (const Column& column : columns_) widths_.push_back(Characters(column.title));
}

void TableWriter::Measure(std::span<const Cell> row, double size) {
  greatest_ = std::max(greatest_, size);
  for (size_t i = 0; i < row.size(); ++i) {
    widths_[i] = std::max(widths_[i], Characters(Shown(row[i])));
  }
}

void TableWriter::TakeWidths(const TableWriter& other) {
  greatest_ = std::max(greatest_, other.greatest_);
  for (size_t i = 0; i < widths_.size(); ++i) {
    widths_[i] = std::max(widths_[i], other.widths_[i]);
  }
}

void TableWriter::AppendHeader(std::string* text) const {
  if (format_ == TableFormat::kJson) return;
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({Cell::Kind::kText, column.title});
  AppendRow(titles, text);
}

void TableWriter::AppendRow(std::span<const Cell> row, std::string* text, double size) const {
  if (format_ == TableFormat::kText) {
    AppendAligned(row, text);
    AppendBar(size, text);
    *text += '\n';
    return;
  }
  if (format_ == TableFormat::kJson) return AppendJson(row, text);
  const bool tsv = format_ == TableFormat::kTsv;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) *text += tsv ? '\t' : ',';
    (tsv ? AppendTsv : AppendCsv)(row[i].text, text);
  }
  *text += '\n';
}

void TableWriter::AppendAligned(std::span<const Cell> row, std::string* text) const {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) absl::StrAppend(text, kGap);
    const std::string shown = Shown(row[i]);
    const size_t padding = widths_[i] - std::min(widths_[i], Characters(shown));
    if (columns_[i].is_number) text->append(padding, ' ');
    *text += shown;
    const bool last = i + 1 == row.size();
    if (!columns_[i].is_number && !last) text->append(padding, ' ');
  }
}

void TableWriter::AppendBar(double size, std::string* text) const {
  size_t used = 0;
  for (const size_t width : widths_) used += width + kGap.size();
  if (size <= 0 || greatest_ <= 0 || used >= line_width_) return;
  const double share = std::min(size / greatest_, 1.0);
  const auto length = static_cast<size_t>(share * static_cast<double>(line_width_ - used));
  absl::StrAppend(text, kGap, std::string(length, '#'));
}

void TableWriter::AppendJson(std::span<const Cell> row, std::string* text) const {
  for (size_t i = 0; i < row.size(); ++i) {
    *text += i == 0 ? '{' : ',';
    AppendJsonString(columns_[i].title, text);
    *text += ':';
    switch (row[i].kind) {
      case Cell::Kind::kText:
        AppendJsonString(row[i].text, text);
        break;
      case Cell::Kind::kNumber:
        *text += row[i].text;
        break;
      case Cell::Kind::kMissing:
        *text += "null";
        break;
    }
  }
  *text += "}\n";
}

}  // namespace bigscan
