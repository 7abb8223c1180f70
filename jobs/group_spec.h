// What a group-by job is to compute, understood and checked.
#ifndef BIGSCAN_JOBS_GROUP_SPEC_H_
#define BIGSCAN_JOBS_GROUP_SPEC_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobs/aggregate.h"
#include "jobs/group_table.h"
#include "jobs/job.h"
#include "jobs/record_values.h"
#include "jobs/shared_values.h"
#include "jobs/table_writer.h"
#include "lib/time_format.h"

namespace bigscan {

struct GroupSpec {
  struct Key {
    enum class Kind {
      kValue,    // of the record: `value` of RecordValues
      kFile,     // the name of the source
      kPattern,  // the one that matches: a record counts for each of these
      kTime,     // the beginning of the record's time bucket
    };
    Kind kind = Kind::kValue;
    std::string title = {};
    size_t value = 0;
  };
  struct Column {
    std::string title;
    // Without one: how many records the group has.
    std::shared_ptr<const AggregateColumn> column = {};
    size_t state = 0;  // which of `aggregates` it shows
  };
  // A state that each group keeps, and what it is fed with.
  struct State {
    size_t value = 0;
    std::optional<size_t> number = {};  // the place in `numbers` if it takes numbers
  };
  // A value that is read as a number.
  struct Number {
    size_t value = 0;
    std::string name = {};
    bool is_counted =
        false;  // how many are none is a column of the result, and need not be told besides
  };
  struct Sort {
    size_t column = 0;  // counted through keys, then columns
    bool descending = false;
  };

  RecordValues::Options values = {};
  // Of the same options, where other jobs of the scan read them, too; null: the job has its own.
  std::shared_ptr<SharedValues> shared_values = {};
  std::vector<Key> keys = {};
  std::vector<Column> columns = {};
  Aggregates aggregates = {};
  std::vector<State> states = {};  // by aggregate
  std::vector<Number> numbers = {};

  int64_t every_us = 0;                   // how long a time bucket is; 0: none are needed
  std::optional<size_t> time_value = {};  // of the record; otherwise it is searched for its time
  std::vector<TimeFormat> time_formats = {};
  TimeContext time = {};

  std::vector<std::string> pattern_texts = {};
  char delimiter = '\n';
  bool crlf = false;
  BinaryData binary = BinaryData::kHide;
  bool strict = false;  // records that do not fit are an error

  uint64_t most_bytes = UINT64_MAX;    // of groups in the coordinator: others go to disk
  uint64_t worker_bytes = UINT64_MAX;  // of groups in a worker, before it sends them

  // Whether what takes long at the end is no longer wanted.
  std::function<bool()> must_stop = [] { return false; };

  uint32_t threads = 1;  // to sort many groups with, once all else is done

  std::optional<Sort> sort = {};  // otherwise, and among equals, by key
  std::optional<uint64_t> top = {};
  TableFormat format = TableFormat::kText;
  size_t bar_line_width = 0;  // see TableWriter
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_SPEC_H_
