#include "jobs/context.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// What a picker picks of a chunk of which the records with an `a` are selected: `:` before a
// selected one, `-` before another, `|` for records left out. What is decided stands in brackets,
// after `/` if it begins a group, and at the end `>` for each record owed.
std::string Pick(const ContextOptions& context, const std::string& text,
                 const PickOptions& options = {.numbered = true}) {
  std::vector<Run> runs;
  uint64_t records = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = RecordEnd(text, begin, '\n');
    if (text[begin] == 'a') {
      ++records;
      if (!runs.empty() && runs.back().end == begin) {
        runs.back().end = end;
      } else {
        runs.push_back({begin, end});
      }
    }
    begin = end;
  }
  std::string picked;
  const auto put = [&](const RecordPicker::Picked& record) {
    absl::StrAppend(&picked, std::string(record.left_out, '|'), record.new_group ? "/" : "",
                    record.decided ? "(" : "", record.selected ? ":" : "-",
                    absl::StrReplaceAll(WithoutDelimiter(record.bytes, '\n'), {{"\n", "+"}}),
                    record.decided ? ")" : "");
  };
  RecordPicker picker(context, options);
  picker.StartChunk();
  picker.Pick({.block = text, .block_begin = 0, .runs = runs, .records = records}, put);
  picker.EndChunk(put);
  return absl::StrCat(picked, std::string(picker.trailing(), '|'), std::string(picker.owed(), '>'));
}

TEST(RecordPicker, WithoutContextOnlyWhatIsSelected) {
  EXPECT_EQ(Pick({}, "1\na\n3\n4\na\n6\n"), "|:a||:a|");
}

TEST(RecordPicker, PicksWhatNeighboursMayNeed) {
  EXPECT_EQ(Pick({.before = 1, .after = 2}, "1\n2\n3\n4\n5\n"), "-1-2||-5");
}

TEST(RecordPicker, PicksAroundSelectedRecords) {
  EXPECT_EQ(Pick({.before = 1, .after = 1}, "1\n2\n3\na\n5\n6\n7\n8\n"), "-1|-3:a-5||-8");
}

TEST(RecordPicker, EndsAfterTheLastThatCanBePrinted) {
  EXPECT_EQ(Pick({.before = 1, .after = 1, .max_selected = 1}, "a\na\na\n4\n"), ":a:a");
}

constexpr PickOptions kDecide = {.numbered = true, .decide = true};

TEST(RecordPicker, DecidesFromTheFirstSelectedRecordToTheContextOfTheLast) {
  EXPECT_EQ(Pick({.before = 1, .after = 1}, "1\n2\n3\na\n5\n6\n7\na\n9\n10\n11\n", kDecide),
            "-1|-3:a(-5)|/(-7)(:a)(-9)|-11");
}

TEST(RecordPicker, OwesTheContextThatTheChunkDoesNotHold) {
  EXPECT_EQ(Pick({.before = {}, .after = 3}, "a\na\n3\n", kDecide), ":a(:a)(-3)>>");
  EXPECT_EQ(Pick({.before = {}, .after = 3}, "1\n2\n", kDecide), "-1-2") << "nothing selected";
}

TEST(RecordPicker, WithoutContextDecidesOnAll) {
  EXPECT_EQ(Pick({}, "a\n2\na\n", kDecide), "(:a)|(:a)");
}

TEST(RecordPicker, WithALimitDecidesOnNothing) {
  EXPECT_EQ(Pick({.before = {}, .after = 1, .max_selected = 3}, "a\n2\na\n", kDecide), ":a-2:a");
}

TEST(RecordPicker, JoinsAdjacentRecordsOfOneKind) {
  const std::string text = "1\n2\na\na\na\n4\n5\n6\n7\na\na\n8\n9\n";
  PickOptions options = kDecide;
  options.join_context = true;
  EXPECT_EQ(Pick({.before = 2, .after = 2}, text, options),
            "-1-2:a(:a)(:a)(-4+5)(-6+7)(:a)(:a)(-8+9)");
  options.join_selected = true;
  EXPECT_EQ(Pick({.before = 1, .after = 1}, text, options), "-1-2:a(:a+a)(-4)||/(-7)(:a+a)(-8)-9");
}

using What = ContextGate::What;

TEST(ContextGate, HoldsNoMoreThanMayStandBefore) {
  ContextGate gate({.before = 1});
  EXPECT_EQ(gate.Next(false, true).what, What::kHold);
  const ContextGate::Verdict second = gate.Next(false, true);
  EXPECT_EQ(second.what, What::kHold);
  EXPECT_EQ(second.drop, 1u);
  const ContextGate::Verdict selected = gate.Next(true, true);
  EXPECT_TRUE(selected.print_held);
  EXPECT_FALSE(selected.separate) << "before anything was printed";
}

TEST(ContextGate, SeparatesGroupsThatDoNotTouch) {
  ContextGate gate({.after = 0});
  EXPECT_FALSE(gate.Next(true, true).separate);
  EXPECT_FALSE(gate.Next(true, true).separate);
  EXPECT_TRUE(gate.Next(true, false).separate);
  gate.EndSource();
  EXPECT_TRUE(gate.Next(true, true).separate) << "the next source";
}

TEST(ContextGate, WithoutContextThereAreNoGroups) {
  ContextGate gate({});
  gate.Next(true, true);
  EXPECT_FALSE(gate.Next(true, false).separate);
}

TEST(ContextGate, WhatAWorkerDecidedOnEndsWithAllOfItsContext) {
  ContextGate gate({.before = 1, .after = 2});
  gate.Next(true, true);
  gate.NextDecided();
  EXPECT_EQ(gate.Next(false, true).what, What::kHold);
  const ContextGate::Verdict selected = gate.Next(true, true);
  EXPECT_TRUE(selected.print_held);
  EXPECT_FALSE(selected.separate) << "adjacent to what was decided";
}

TEST(ContextGate, WhatAWorkerDecidedOnMayOweContext) {
  ContextGate gate({.before = {}, .after = 2});
  gate.Next(true, true);
  gate.NextDecided();
  gate.Owe(1);
  EXPECT_EQ(gate.Next(false, true).what, What::kPrint);
  EXPECT_EQ(gate.Next(false, true).what, What::kSkip);
}

TEST(ContextGate, AfterTheLastSelectedRecordComesItsContext) {
  ContextGate gate({.after = 1, .max_selected = 1});
  gate.Next(true, true);
  EXPECT_FALSE(gate.source_decided());
  EXPECT_EQ(gate.Next(true, true).what, What::kPrintAsContext);
  EXPECT_TRUE(gate.source_decided());
  EXPECT_EQ(gate.Next(true, true).what, What::kSkip);
}

}  // namespace
}  // namespace bigscan
