// A table as text: aligned for people, or as TSV, CSV or JSON for programs.
#ifndef BIGSCAN_JOBS_TABLE_WRITER_H_
#define BIGSCAN_JOBS_TABLE_WRITER_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobs/cell.h"

namespace bigscan {

enum class TableFormat {
  kText,  // columns are aligned, numbers to the right; control characters are shown as \xHH, what is missing as -
  kTsv,  // a tab, newline or backslash in a cell is \t, \n or \\, as in Miller; what is missing is empty
  kCsv,   // RFC 4180, with newlines for ends of lines; what is missing is empty
  kJson,  // an object on each line; what is missing is null, and bytes that are not UTF-8 are U+FFFD
};

class TableWriter {
 public:
  struct Column {
    std::string title;
    bool is_number;
  };
  // `line_width`: in characters, of a terminal on which each row of a text ends with a bar as long as its share of
  // the greatest `size` that was measured; 0 for none.
  TableWriter(TableFormat format, std::vector<Column> columns, size_t line_width = 0);

  // Whether all rows are to be measured before the first is written.
  bool NeedsWidths() const { return format_ == TableFormat::kText; }
  void Measure(std::span<const Cell> row, double size = 0);
  // As if the rows that `other` has measured had been measured by this. They have the same columns.
  void TakeWidths(const TableWriter& other);

  // Append to `text`. Each row has a cell for each column.
  void AppendHeader(std::string* text) const;
  void AppendRow(std::span<const Cell> row, std::string* text, double size = 0) const;

 private:
  void AppendBar(double size, std::string* text) const;
  void AppendAligned(std::span<const Cell> row, std::string* text) const;
  void AppendJson(std::span<const Cell> row, std::string* text) const;

  const TableFormat format_;
  const std::vector<Column> columns_;
  const size_t line_width_;
  std::vector<size_t> widths_;  // in characters
  double greatest_ = 0;         // size
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_TABLE_WRITER_H_
