// Numbers: decimals are what they print, sums are exact, and whatever bytes a sketch, a counter or a table of
// groups takes, it gives back in one form.
#include <stdlib.h>

#include <string>
#include <vector>

#include "jobs/aggregate.h"
#include "jobs/group_table.h"
#include "jobs/record_note.h"
#include "lib/decimal.h"
#include "lib/varint.h"
#include "tests/fuzz/fuzz.h"

namespace bigscan {
namespace {

// A decimal of each line, and what they are together.
void CheckDecimals(absl::string_view text) {
  std::vector<Decimal> numbers;
  DecimalSum sum;
  DecimalSum backwards;
  while (!text.empty()) {
    const std::string line(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::optional<Decimal> number = Decimal::Parse(line);
    if (!number.has_value()) continue;
    const std::string printed = number->ToString();
    EXPECT_EQ(Decimal::Parse(printed), number) << line;
    EXPECT_EQ(number->ToDouble(), strtod(printed.c_str(), nullptr)) << printed;
    // Huge exponents only come with zeros.
    const double value = strtod(line.c_str(), nullptr);
    EXPECT_EQ(number->ToDouble(), value) << line;
    std::string bytes;
    number->Append(&bytes);
    absl::string_view rest = bytes;
    Decimal taken;
    EXPECT_TRUE(Decimal::Take(&rest, &taken) && rest.empty());
    EXPECT_EQ(taken, *number);
    for (const Decimal& other : numbers) {
      const bool less = other.ToDouble() < number->ToDouble();
      EXPECT_TRUE(!less || other < *number);
      EXPECT_EQ(other == *number, other.ToString() == printed);
    }
    numbers.push_back(*number);
    sum.Add(*number);
  }
  for (size_t i = numbers.size(); i-- > 0;) {
    DecimalSum one;
    one.Add(numbers[i]);
    EXPECT_EQ(one.ToString(), numbers[i].ToString());
    backwards.Merge(one);
  }
  EXPECT_TRUE(sum == backwards);
  EXPECT_EQ(sum.ToString(), backwards.ToString());
  std::string bytes;
  std::string of_backwards;
  sum.Append(&bytes);
  backwards.Append(&of_backwards);
  EXPECT_EQ(bytes, of_backwards);
  absl::string_view rest = bytes;
  DecimalSum taken;
  EXPECT_TRUE(DecimalSum::Take(&rest, &taken) && rest.empty());
  EXPECT_EQ(taken.ToString(), sum.ToString());
  if (!numbers.empty()) EXPECT_FALSE(sum.Mean(numbers.size()).empty());
}

void CheckVarint(absl::string_view text) {
  absl::string_view rest = text;
  uint64_t value = 0;
  if (!TakeVarint(&rest, &value)) return;
  std::string bytes;
  AppendVarint(value, &bytes);
  EXPECT_LE(bytes.size(), text.size() - rest.size());
  absl::string_view again = bytes;
  uint64_t taken = 0;
  EXPECT_TRUE(TakeVarint(&again, &taken) && again.empty());
  EXPECT_EQ(taken, value);
}

const std::vector<AggregateItem>& Items() {
  static const std::vector<AggregateItem> items = [] {
    std::vector<AggregateItem> parsed;
    for (const char* item : {"sum(x)", "mean(x)", "min(x)", "max(x)", "p0(x)", "p50(x)", "p100(x)",
                             "distinct(x)", "invalid(x)"}) {
      parsed.push_back(ParseAggregate(item).value());
    }
    return parsed;
  }();
  return items;
}

std::string ValuesOf(const GroupTable& table) {
  std::string bytes;
  for (const GroupTable::Group* group : table.groups()) table.AppendValues(*group, &bytes);
  return bytes;
}

// The state of a group, from a snapshot or a file of spilled groups, may be any bytes: one that is taken can be
// shown, and comes back the same.
void CheckGroup(const AggregateItem& item, absl::string_view text) {
  GroupTable table({item.aggregate});
  const std::string copy(text);
  absl::string_view rest = copy;
  const bool taken = table.TakeValues("key", GroupTable::HashOf("key"), &rest);
  if (!taken) return;
  const std::string saved = ValuesOf(table);
  const void* const state = table.State(*table.groups()[0], 0);
  const Cell cell = item.column->Show(state);
  const double rank = item.column->Rank(state);
  EXPECT_TRUE(rank == rank) << "no order";
  EXPECT_EQ(item.column->Compare(state, state), std::strong_ordering::equal);
  GroupTable again({item.aggregate});
  rest = saved;
  EXPECT_TRUE(again.TakeValues("key", GroupTable::HashOf("key"), &rest)) << item.title;
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(ValuesOf(again), saved) << item.title;
  EXPECT_EQ(item.column->Show(again.State(*again.groups()[0], 0)).text, cell.text);
  // Another time the same: for what counts, twice as much.
  rest = saved;
  EXPECT_TRUE(again.TakeValues("key", GroupTable::HashOf("key"), &rest));
  item.column->Show(again.State(*again.groups()[0], 0));
}

void CheckNote(absl::string_view text) {
  RecordNote note;
  absl::string_view rest = text;
  if (!note.TakeFrom(&rest)) return;
  std::string bytes;
  note.AppendTo(&bytes);
  RecordNote again;
  absl::string_view saved = bytes;
  EXPECT_TRUE(again.TakeFrom(&saved) && saved.empty());
  EXPECT_EQ(again.records(), note.records());
  EXPECT_EQ(again.example(), note.example());
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const size_t what = input.Below(3 + Items().size());
  if (what == 0) {
    CheckDecimals(input.rest());
  } else if (what == 1) {
    CheckVarint(input.rest());
  } else if (what == 2) {
    CheckNote(input.rest());
  } else {
    CheckGroup(Items()[what - 3], input.rest());
  }
  return 0;
}
