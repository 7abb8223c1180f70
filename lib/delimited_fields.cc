// Splits records into columns: csv, tsv, and the words of a line.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/byte_search.h"
#include "lib/field_splitters.h"

namespace bigscan {
namespace {

struct Column {
  size_t number;  // from 0
  size_t slot;    // which one of the wanted fields it is

  bool operator<(const Column& other) const { return number < other.number; }
};

// One that no record has stands for a number that is too large.
size_t ToNumber(absl::string_view digits) {
  uint64_t number = 0;
  return absl::SimpleAtoi(digits, &number) ? number : SIZE_MAX;
}

absl::string_view View(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

// Takes the columns of a record one by one. An empty record has none.
class ColumnReader {
 public:
  ColumnReader(absl::string_view record, char separator, bool has_quotes)
      : search_(record),
        at_(record.data()),
        end_(record.data() + record.size()),
        separator_(separator),
        has_quotes_(has_quotes),
        has_next_(!record.empty()) {}

  bool has_next() const { return has_next_; }
  // Whether the column that was taken last holds "" for quotes.
  bool is_escaped() const { return is_escaped_; }

  // The next column, without quotes around it; nothing if its quotes are not as they should be.
  // REQUIRES: has_next().
  std::optional<absl::string_view> Take() {
    is_escaped_ = false;
    const char* begin = at_;
    const char* end = nullptr;
    if (has_quotes_ && at_ != end_ && *at_ == '"') {
      ++begin;
      end = begin;
      while (true) {
        end = search_.Find(end, '"');
        if (end == end_) return std::nullopt;
        if (end_ - end == 1 || end[1] != '"') break;
        is_escaped_ = true;
        end += 2;
      }
      at_ = end + 1;
      if (at_ != end_ && *at_ != separator_) return std::nullopt;
    } else {
      end = at_ = search_.Find(at_, separator_);
    }
    has_next_ = at_ != end_;
    if (has_next_) ++at_;
    return View(begin, end);
  }

  // Whether the rest fits; it is only looked at as far as it has quotes.
  bool RestFits() {
    if (!has_quotes_) return true;
    while (has_next_ && search_.Find(at_, '"') != end_) {
      if (!Take()) return false;
    }
    return true;
  }

 private:
  const ByteSearch search_;
  const char* at_;
  const char* const end_;
  const char separator_;
  const bool has_quotes_;
  bool has_next_;
  bool is_escaped_ = false;
};

class DelimitedSplitter final : public FieldSplitter {
 public:
  DelimitedSplitter(std::vector<Column> columns, absl::string_view header, char separator,
                    bool has_quotes)
      : columns_(std::move(columns)),
        header_(header),
        separator_(separator),
        has_quotes_(has_quotes) {
    std::sort(columns_.begin(), columns_.end());
  }

  bool Split(absl::string_view record, std::span<absl::string_view> fields) override {
    std::fill(fields.begin(), fields.end(), absl::string_view());
    record = WithoutReturn(record);
    unescaped_.clear();
    unescaped_.reserve(record.size());  // so that what is in it stays where it is
    ColumnReader reader(record, separator_, has_quotes_);
    auto wanted = columns_.begin();
    for (size_t number = 0; wanted != columns_.end() && reader.has_next(); ++number) {
      const std::optional<absl::string_view> column = reader.Take();
      if (!column) return false;
      if (wanted->number != number) continue;
      const absl::string_view value = reader.is_escaped() ? Unescape(*column) : *column;
      for (; wanted != columns_.end() && wanted->number == number; ++wanted) {
        fields[wanted->slot] = value;
      }
    }
    return reader.RestFits();
  }

  bool IsHeader(absl::string_view record) const override {
    return !header_.empty() && WithoutReturn(record) == header_;
  }

 private:
  absl::string_view Unescape(absl::string_view column) {
    const size_t begin = unescaped_.size();
    for (size_t i = 0; i < column.size(); ++i) {
      unescaped_ += column[i];
      if (column[i] == '"') ++i;  // there are two of them
    }
    return absl::string_view(unescaped_).substr(begin);
  }

  std::vector<Column> columns_;  // in their order
  const std::string header_;
  const char separator_;
  const bool has_quotes_;
  std::string unescaped_;
};

absl::StatusOr<std::vector<std::string>> ColumnNames(absl::string_view header, char separator,
                                                     bool has_quotes) {
  absl::ConsumePrefix(&header, "\xef\xbb\xbf");  // the byte order mark that spreadsheets write
  std::vector<std::string> names;
  ColumnReader reader(header, separator, has_quotes);
  while (reader.has_next()) {
    const std::optional<absl::string_view> name = reader.Take();
    if (!name) return absl::InvalidArgumentError("the header's quotes are not those of csv");
    names.emplace_back();
    for (size_t i = 0; i < name->size(); ++i) {
      names.back() += (*name)[i];
      if (reader.is_escaped() && (*name)[i] == '"') ++i;
    }
  }
  return names;
}

FieldSplitterOr MakeDelimitedSplitter(absl::string_view format, FieldNames names,
                                      absl::string_view header, char separator, bool has_quotes) {
  header = WithoutReturn(header);
  const auto known = ColumnNames(header, separator, has_quotes);
  if (!known.ok()) return known.status();
  std::vector<Column> columns;
  for (const std::string& name : names) {
    if (IsNumber(name) && ToNumber(name) > 0) {
      columns.push_back({ToNumber(name) - 1, columns.size()});
      continue;
    }
    const auto found = std::find(known->begin(), known->end(), name);
    if (IsNumber(name) || found == known->end()) {
      return NoSuchField(format, name,
                         known->empty() ? "1 2 ..." : absl::StrJoin(*known, " ") + ", or 1 2 ...");
    }
    columns.push_back({static_cast<size_t>(found - known->begin()), columns.size()});
  }
  return std::make_unique<DelimitedSplitter>(std::move(columns), header, separator, has_quotes);
}

class SpaceSplitter final : public FieldSplitter {
 public:
  explicit SpaceSplitter(std::vector<Column> words) : words_(std::move(words)) {
    std::sort(words_.begin(), words_.end());
  }

  bool Split(absl::string_view record, std::span<absl::string_view> fields) override {
    std::fill(fields.begin(), fields.end(), absl::string_view());
    if (record.data() == nullptr) record = "";
    auto wanted = words_.begin();
    for (; wanted != words_.end() && wanted->number == 0; ++wanted) fields[wanted->slot] = record;
    const ByteSearch search(record);
    const char* const end = record.data() + record.size();
    const char* at = record.data();
    for (size_t number = 1; wanted != words_.end(); ++number) {
      while (at != end && (*at == ' ' || *at == '\t')) ++at;
      if (at == end) break;
      const char* const begin = at;
      at = search.Find(at, ' ', '\t');
      for (; wanted != words_.end() && wanted->number == number; ++wanted) {
        fields[wanted->slot] = View(begin, at);
      }
    }
    return true;
  }

 private:
  std::vector<Column> words_;  // in their order; number 0 is the record
};

}  // namespace

FieldSplitterOr MakeSpaceSplitter(FieldNames names, absl::string_view /*header*/) {
  std::vector<Column> words;
  for (const std::string& name : names) {
    if (!IsNumber(name)) return NoSuchField("space", name, "1 2 ..., and 0 for the whole record");
    words.push_back({ToNumber(name), words.size()});
  }
  return std::make_unique<SpaceSplitter>(std::move(words));
}

FieldSplitterOr MakeTsvSplitter(FieldNames names, absl::string_view header) {
  return MakeDelimitedSplitter("tsv", names, header, '\t', /*has_quotes=*/false);
}

FieldSplitterOr MakeCsvSplitter(FieldNames names, absl::string_view header) {
  return MakeDelimitedSplitter("csv", names, header, ',', /*has_quotes=*/true);
}

}  // namespace bigscan
