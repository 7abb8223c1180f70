#include "jobs/aggregate.h"

#include <cmath>
#include <new>
#include <type_traits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/distinct_counter.h"
#include "lib/quantile_sketch.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

// --- States ---

struct Sum {
  static constexpr bool kNeedsNumber = true;
  static constexpr bool kHasHeap = false;

  void Add(const AggregateInput& input) {
    if (!input.number.has_value()) return;
    sum.Add(*input.number);
    ++numbers;
  }
  void Append(std::string* bytes) const {
    AppendVarint(numbers, bytes);
    sum.Append(bytes);
  }
  bool Take(absl::string_view* bytes) {
    uint64_t more = 0;
    DecimalSum other;
    if (!TakeVarint(bytes, &more) || !DecimalSum::Take(bytes, &other)) return false;
    numbers += more;
    sum.Merge(other);
    return true;
  }
  DecimalSum sum;
  uint64_t numbers = 0;
};

// The least and the greatest number.
struct Extremes {
  static constexpr bool kNeedsNumber = true;
  static constexpr bool kHasHeap = false;

  void Add(const AggregateInput& input) {
    if (!input.number.has_value()) return;
    if (!least.has_value() || *input.number < *least) least = input.number;
    if (!greatest.has_value() || *input.number > *greatest) greatest = input.number;
  }
  void Append(std::string* bytes) const {
    AppendVarint(static_cast<uint64_t>(least.has_value()), bytes);
    if (!least.has_value()) return;
    least->Append(bytes);
    greatest->Append(bytes);
  }
  bool Take(absl::string_view* bytes) {
    uint64_t any = 0;
    if (!TakeVarint(bytes, &any) || any > 1) return false;
    for (uint64_t i = 0; i < 2 * any; ++i) {
      Decimal number;
      if (!Decimal::Take(bytes, &number)) return false;
      Add({.hash = 0, .number = number});
    }
    return true;
  }
  std::optional<Decimal> least;
  std::optional<Decimal> greatest;
};

struct Quantiles {
  static constexpr bool kNeedsNumber = true;
  static constexpr bool kHasHeap = true;

  void Add(const AggregateInput& input) {
    if (input.number.has_value()) sketch.Add(input.number->ToDouble());
  }
  void Append(std::string* bytes) const { sketch.Append(bytes); }
  bool Take(absl::string_view* bytes) {
    QuantileSketch other;
    if (!QuantileSketch::Take(bytes, &other)) return false;
    sketch.Merge(other);
    return true;
  }
  size_t HeapBytes() const { return sketch.bytes(); }

  QuantileSketch sketch;
};

struct Distinct {
  static constexpr bool kNeedsNumber = false;
  static constexpr bool kHasHeap = true;

  void Add(const AggregateInput& input) { values.AddHash(input.hash); }
  void Append(std::string* bytes) const { values.Append(bytes); }
  bool Take(absl::string_view* bytes) {
    DistinctCounter other;
    if (!DistinctCounter::Take(bytes, &other)) return false;
    values.Merge(other);
    return true;
  }
  size_t HeapBytes() const { return values.bytes(); }

  DistinctCounter values;
};

// Values that are no numbers.
struct Invalid {
  static constexpr bool kNeedsNumber = true;
  static constexpr bool kHasHeap = false;

  void Add(const AggregateInput& input) { values += input.number.has_value() ? 0 : 1; }
  void Append(std::string* bytes) const { AppendVarint(values, bytes); }
  bool Take(absl::string_view* bytes) {
    uint64_t more = 0;
    if (!TakeVarint(bytes, &more)) return false;
    values += more;
    return true;
  }
  uint64_t values = 0;
};

template <typename State>
class StateAggregate : public Aggregate {
 public:
  static_assert(alignof(State) <= 16);
  static_assert(State::kHasHeap || std::is_trivially_copyable_v<State>);
  size_t state_bytes() const override { return sizeof(State); }
  bool needs_number() const override { return State::kNeedsNumber; }
  void Construct(void* state) const override { new (state) State(); }
  void Destroy(void* state) const override { static_cast<State*>(state)->~State(); }
  bool has_heap() const override { return State::kHasHeap; }
  size_t HeapBytes(const void* state) const override {
    if constexpr (State::kHasHeap) return static_cast<const State*>(state)->HeapBytes();
    return 0;
  }
  void Add(const AggregateInput& input, void* state) const override {
    static_cast<State*>(state)->Add(input);
  }
  void Append(const void* state, std::string* bytes) const override {
    static_cast<const State*>(state)->Append(bytes);
  }
  bool Take(absl::string_view* bytes, void* state) const override {
    return static_cast<State*>(state)->Take(bytes);
  }
};

// --- Columns ---

Cell Number(std::string text) { return {.kind = Cell::Kind::kNumber, .text = std::move(text)}; }

template <typename T>
std::strong_ordering Order(const T& a, const T& b) {
  return a < b   ? std::strong_ordering::less
         : b < a ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

// Of each column: the value that it shows of a state, nothing if there is none, and how that is printed.

struct SumColumn {
  using State = Sum;
  std::optional<DecimalSum> Value(const Sum& state) const { return state.sum; }
  std::string Text(const Sum& state) const { return state.sum.ToString(); }
  double Rank(const DecimalSum& sum) const { return sum.Floor(); }
};

struct MeanColumn {
  using State = Sum;
  std::optional<Decimal> Value(const Sum& state) const {
    if (state.numbers == 0) return std::nullopt;
    const std::string text = Text(state);
    const std::optional<Decimal> mean = Decimal::Parse(text);
    // One that is rounded up to 10^18 has a digit too many; no other is above this.
    constexpr absl::string_view kMost = "999999999999999999.999999999999999999";
    return mean.has_value() ? mean : Decimal::Parse(absl::StrCat(text[0] == '-' ? "-" : "", kMost));
  }
  std::string Text(const Sum& state) const { return state.sum.Mean(state.numbers); }
  double Rank(const Decimal& mean) const { return mean.ToDouble(); }
};

struct MinColumn {
  using State = Extremes;
  std::optional<Decimal> Value(const Extremes& state) const { return state.least; }
  std::string Text(const Extremes& state) const { return state.least->ToString(); }
  double Rank(const Decimal& number) const { return number.ToDouble(); }
};

struct MaxColumn {
  using State = Extremes;
  std::optional<Decimal> Value(const Extremes& state) const { return state.greatest; }
  std::string Text(const Extremes& state) const { return state.greatest->ToString(); }
  double Rank(const Decimal& number) const { return number.ToDouble(); }
};

struct QuantileColumn {
  using State = Quantiles;
  std::optional<double> Value(const Quantiles& state) const {
    if (state.sketch.count() == 0) return std::nullopt;
    return state.sketch.Quantile(quantile);
  }
  std::string Text(const Quantiles& state) const { return FormatQuantile(*Value(state)); }
  double Rank(double value) const { return value; }

  double quantile;
};

struct DistinctColumn {
  using State = Distinct;
  std::optional<uint64_t> Value(const Distinct& state) const { return state.values.Count(); }
  std::string Text(const Distinct& state) const { return absl::StrCat(state.values.Count()); }
  double Rank(uint64_t count) const { return static_cast<double>(count); }
};

struct InvalidColumn {
  using State = Invalid;
  std::optional<uint64_t> Value(const Invalid& state) const { return state.values; }
  std::string Text(const Invalid& state) const { return absl::StrCat(state.values); }
  double Rank(uint64_t count) const { return static_cast<double>(count); }
};

template <typename Column>
class StateColumn : public AggregateColumn {
 public:
  explicit StateColumn(Column column) : column_(std::move(column)) {}

  Cell Show(const void* state) const override {
    return column_.Value(Of(state)).has_value() ? Number(column_.Text(Of(state))) : Cell();
  }
  std::strong_ordering Compare(const void* a, const void* b) const override {
    return Order(column_.Value(Of(a)), column_.Value(Of(b)));
  }
  double Rank(const void* state) const override {
    const auto value = column_.Value(Of(state));
    return value.has_value() ? column_.Rank(*value) : -HUGE_VAL;
  }

 private:
  static const typename Column::State& Of(const void* state) {
    return *static_cast<const typename Column::State*>(state);
  }
  const Column column_;
};

// --- The table ---

template <typename Column>
void Fill(AggregateItem* item, Column column) {
  item->aggregate = std::make_shared<StateAggregate<typename Column::State>>();
  item->column = std::make_shared<StateColumn<Column>>(std::move(column));
}

struct Row {
  absl::string_view name;
  absl::string_view kind;  // of the state
  void (*fill)(AggregateItem* item);
};

constexpr Row kRows[] = {
    {"sum", "sum", [](AggregateItem* item) { Fill(item, SumColumn()); }},
    {"mean", "sum", [](AggregateItem* item) { Fill(item, MeanColumn()); }},
    {"min", "extremes", [](AggregateItem* item) { Fill(item, MinColumn()); }},
    {"max", "extremes", [](AggregateItem* item) { Fill(item, MaxColumn()); }},
    {"distinct", "distinct", [](AggregateItem* item) { Fill(item, DistinctColumn()); }},
    {"invalid", "invalid", [](AggregateItem* item) { Fill(item, InvalidColumn()); }},
};

// p50, p99, p99.9: of a hundred.
std::optional<double> QuantileOf(absl::string_view name) {
  double percent = 0;
  if (name.size() < 2 || name[0] != 'p' ||
      !absl::ascii_isdigit(static_cast<unsigned char>(name[1])))
    return std::nullopt;
  if (!absl::SimpleAtod(name.substr(1), &percent) || percent < 0 || percent > 100)
    return std::nullopt;
  return percent / 100;
}

}  // namespace

absl::StatusOr<AggregateItem> ParseAggregate(absl::string_view item) {
  const size_t open = item.find('(');
  const absl::string_view name = item.substr(0, open);
  AggregateItem parsed;
  parsed.title = std::string(item);
  if (const std::optional<double> quantile = QuantileOf(name); quantile.has_value()) {
    parsed.kind = "quantiles";
    Fill(&parsed, QuantileColumn{.quantile = *quantile});
  }
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    parsed.kind = std::string(row.kind);
    row.fill(&parsed);
  }
  if (parsed.kind.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown aggregate '", item,
        "': count, sum(FIELD), min(), max(), mean(), p50() or another percentile, distinct(), "
        "invalid()"));
  }
  if (open == absl::string_view::npos || item.back() != ')' || item.size() - open < 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("aggregate '", item, "' needs a field: ", name, "(FIELD)"));
  }
  parsed.field = std::string(item.substr(open + 1, item.size() - open - 2));
  return parsed;
}

}  // namespace bigscan
