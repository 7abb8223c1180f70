#include "jobs/table_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bigscan {
namespace {

using Kind = Cell::Kind;

std::string Written(TableFormat format, const std::vector<std::vector<Cell>>& rows) {
  TableWriter writer(format, {{"name", false}, {"n", true}});
  for (const auto& row : rows) writer.Measure(row);
  std::string text;
  writer.AppendHeader(&text);
  for (const auto& row : rows) writer.AppendRow(row, &text);
  return text;
}

const std::vector<std::vector<Cell>> kRows = {{{Kind::kText, "a"}, {Kind::kNumber, "1000"}},
                                              {{Kind::kMissing}, {Kind::kNumber, "-1.5"}},
                                              {{Kind::kText, "höhe"}, {Kind::kMissing}}};

TEST(TableWriter, AlignsText) {
  EXPECT_EQ(Written(TableFormat::kText, kRows),
            "name     n\n"
            "a     1000\n"
            "-     -1.5\n"
            "höhe     -\n");
}

TEST(TableWriter, WritesForPrograms) {
  EXPECT_EQ(Written(TableFormat::kTsv, kRows), "name\tn\na\t1000\n\t-1.5\nhöhe\t\n");
  EXPECT_EQ(Written(TableFormat::kCsv, kRows), "name,n\na,1000\n,-1.5\nhöhe,\n");
  EXPECT_EQ(
      Written(TableFormat::kJson, kRows),
      "{\"name\":\"a\",\"n\":1000}\n{\"name\":null,\"n\":-1.5}\n{\"name\":\"höhe\",\"n\":null}\n");
}

TEST(TableWriter, DrawsBarsAsLongAsTheirShare) {
  TableWriter writer(TableFormat::kText, {{"k", false}, {"n", true}}, 16);
  const std::vector<Cell> rows[] = {{{Kind::kText, "a"}, {Kind::kNumber, "10"}},
                                    {{Kind::kText, "b"}, {Kind::kNumber, "5"}},
                                    {{Kind::kText, "c"}, {Kind::kNumber, "0"}}};
  const double sizes[] = {10, 5, 0};
  for (size_t i = 0; i < 3; ++i) writer.Measure(rows[i], sizes[i]);
  std::string text;
  for (size_t i = 0; i < 3; ++i) writer.AppendRow(rows[i], &text, sizes[i]);
  EXPECT_EQ(text, "a  10  #########\nb   5  ####\nc   0\n");
}

TEST(TableWriter, QuotesCells) {
  const std::vector<std::vector<Cell>> rows = {
      {{Kind::kText, "a\"b,\t\\\n\r\x01"}, {Kind::kNumber, "1"}}};
  EXPECT_EQ(Written(TableFormat::kText, rows),
            "name                   n\na\"b,\\x09\\\\x0a\\x0d\\x01  1\n");
  EXPECT_EQ(Written(TableFormat::kTsv, rows), "name\tn\na\"b,\\t\\\\\\n\\r\x01\t1\n");
  EXPECT_EQ(Written(TableFormat::kCsv, rows), "name,n\n\"a\"\"b,\t\\\n\r\x01\",1\n");
  EXPECT_EQ(Written(TableFormat::kJson, rows),
            "{\"name\":\"a\\\"b,\\t\\\\\\n\\r\\u0001\",\"n\":1}\n");
}

}  // namespace
}  // namespace bigscan
