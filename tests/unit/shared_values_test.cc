#include "jobs/shared_values.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bigscan {
namespace {

RecordValues::Options Fields(const std::vector<std::string>& fields) {
  return {.format = FindFieldFormat("space"), .fields = fields};
}

TEST(SharedValues, ASecondReaderFindsWhatTheFirstOneDid) {
  auto values = SharedValues::Create(Fields({"2", "1"})).value();
  SharedValues::Reader first(values);
  SharedValues::Reader second(values);
  const std::string block = "a b\nc d\ne f\n";
  const std::vector<absl::string_view> records = {absl::string_view(block).substr(0, 3),
                                                  absl::string_view(block).substr(4, 3),
                                                  absl::string_view(block).substr(8, 3)};
  for (int round = 0; round < 2; ++round) {
    first.StartBlock();
    for (const absl::string_view record : records) {
      ASSERT_EQ(first.Read(record, std::nullopt).value(), RecordValues::Fit::kFits);
      EXPECT_EQ(first.value(1), record.substr(0, 1));
    }
    second.StartBlock();
    for (const absl::string_view record : records) {
      ASSERT_EQ(second.Read(record, std::nullopt).value(), RecordValues::Fit::kFits);
      EXPECT_EQ(second.value(0), record.substr(2, 1));
      EXPECT_EQ(second.value(1).data(), record.data());
    }
  }
}

TEST(SharedValues, ReadersMayHaveOtherRecords) {
  auto values = SharedValues::Create(Fields({"1"})).value();
  SharedValues::Reader first(values);
  SharedValues::Reader second(values);
  const std::string block = "a b\nc d\ne f\ng h\n";
  const auto record = [&block](size_t index) {
    return absl::string_view(block).substr(4 * index, 3);
  };
  first.StartBlock();
  for (const size_t index : {0, 2}) ASSERT_TRUE(first.Read(record(index), std::nullopt).ok());
  second.StartBlock();
  for (const size_t index : {1, 2, 3}) {
    ASSERT_TRUE(second.Read(record(index), std::nullopt).ok());
    EXPECT_EQ(second.value(0), record(index).substr(0, 1));
  }
}

TEST(SharedValues, WhatDoesNotFitFitsNobody) {
  auto values =
      SharedValues::Create({.format = FindFieldFormat("combined"), .fields = {"ip"}}).value();
  SharedValues::Reader first(values);
  SharedValues::Reader second(values);
  const std::string record = "nothing";
  for (SharedValues::Reader* reader : {&first, &second}) {
    reader->StartBlock();
    EXPECT_EQ(reader->Read(record, std::nullopt).value(), RecordValues::Fit::kUnfit);
  }
}

TEST(SharedValues, ValuesThatAreNoPartOfTheirRecordAreKept) {
  auto values =
      SharedValues::Create({.format = FindFieldFormat("logfmt"), .fields = {"a", "b"}}).value();
  SharedValues::Reader first(values);
  SharedValues::Reader second(values);
  const std::string block = "a=\"x\\\"1\"\na=\"y\\\"2\"\n";
  const std::vector<absl::string_view> records = {absl::string_view(block).substr(0, 8),
                                                  absl::string_view(block).substr(9, 8)};
  for (SharedValues::Reader* reader : {&first, &second}) {
    reader->StartBlock();
    for (size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(reader->Read(records[i], std::nullopt).value(), RecordValues::Fit::kFits);
      EXPECT_EQ(reader->value(0), i == 0 ? "x\"1" : "y\"2");
      EXPECT_EQ(reader->value(1).data(), nullptr);
    }
  }
}

TEST(SharedValues, PatternsAreToldApart) {
  auto values = SharedValues::Create(
                    {.groups = {"x"}, .patterns = {{.text = "(?<x>a)"}, {.text = "(?<x>b)"}}})
                    .value();
  SharedValues::Reader first(values);
  SharedValues::Reader second(values);
  const std::string record = "a b";
  for (SharedValues::Reader* reader : {&first, &second}) {
    reader->StartBlock();
    for (const uint32_t pattern : {0u, 1u}) {
      ASSERT_TRUE(reader->Read(record, pattern).ok());
      EXPECT_EQ(reader->value(0), pattern == 0 ? "a" : "b");
    }
  }
}

}  // namespace
}  // namespace bigscan
