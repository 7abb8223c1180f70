// Aggregates: what a job computes of the values of a field in each group, such as sum(bytes).
//
// Every one is independent of the order in which values come and partial results are merged, so that the
// result is the same bytes however the input was cut: exact sums, sketches that count, sets.
//
// To add one: a State in aggregate.cc with Add, Append and Take, and a row in the table at its end.
// jobs/README.md walks through it.
#ifndef BIGSCAN_JOBS_AGGREGATE_H_
#define BIGSCAN_JOBS_AGGREGATE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jobs/cell.h"
#include "lib/decimal.h"

namespace bigscan {

// A record's value of the aggregate's field, which the record has.
struct AggregateInput {
  uint64_t hash;                         // DistinctCounter's, if it is asked for
  const std::optional<Decimal>& number;  // if it is asked for, and the value is one
};

// How a kind of state is kept, in memory that belongs to a group.
class Aggregate {
 public:
  virtual ~Aggregate() = default;

  // Of a state, which is aligned to 16 bytes.
  virtual size_t state_bytes() const = 0;
  // Which member of AggregateInput is looked at: number, or hash.
  virtual bool needs_number() const = 0;

  virtual void Construct(void* state) const = 0;
  virtual void Destroy(void* state) const = 0;
  // What the state holds outside of itself, in bytes; whether that can be anything. If not, it may be copied as bytes.
  virtual size_t HeapBytes(const void* state) const = 0;
  virtual bool has_heap() const = 0;

  virtual void Add(const AggregateInput& input, void* state) const = 0;
  // The state as bytes, which depend on nothing but the values added to it.
  virtual void Append(const void* state, std::string* bytes) const = 0;
  // Takes such bytes from the front of `bytes`, and adds what was added to that state. False, and the
  // state unspecified, if they are none.
  virtual bool Take(absl::string_view* bytes, void* state) const = 0;
};

// A column of the result that shows something of a state.
class AggregateColumn {
 public:
  virtual ~AggregateColumn() = default;

  virtual Cell Show(const void* state) const = 0;
  // By value; one without a value comes first.
  virtual std::strong_ordering Compare(const void* a, const void* b) const = 0;
  // Numbers in the same order; equal ones have to be compared.
  virtual double Rank(const void* state) const = 0;
};

// What one item of --agg asks for.
struct AggregateItem {
  std::string title;  // as it was given, "sum(bytes)"
  std::string field;
  // The name of the state's kind: items of one field whose kinds are equal share a state.
  std::string kind;
  std::shared_ptr<const Aggregate> aggregate;
  std::shared_ptr<const AggregateColumn> column;
};

// Reads one item, such as "p99(time)". `count` is none of them: every group counts its records. Fails
// with kInvalidArgument, and the names that there are.
absl::StatusOr<AggregateItem> ParseAggregate(absl::string_view item);

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_AGGREGATE_H_
