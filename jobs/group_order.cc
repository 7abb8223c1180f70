#include "jobs/group_order.h"

#include <string.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <system_error>
#include <thread>

#include "jobs/group_key.h"

namespace bigscan {
namespace {

// A number of the same order.
uint64_t Ordered(double value) {
  const auto bits = std::bit_cast<uint64_t>(value + 0.0);
  constexpr uint64_t kSign = uint64_t{1} << 63;
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

// The first bytes of a key, as a number of their order.
uint64_t Beginning(absl::string_view key) {
  char bytes[sizeof(uint64_t)] = {};
  memcpy(bytes, key.data(), std::min(sizeof(bytes), key.size()));
  return __builtin_bswap64(std::bit_cast<uint64_t>(bytes));
}

// The component `index` of a key, as it stands there.
absl::string_view Component(const GroupSpec& spec, absl::string_view key, size_t index) {
  for (size_t i = 0;; ++i) {
    const bool is_time = spec.keys[i].kind == GroupSpec::Key::Kind::kTime;
    const size_t size = is_time ? std::min(sizeof(int64_t), key.size()) : KeyTextBytes(key);
    if (i == index) return key.substr(0, size);
    key.remove_prefix(size);
  }
}

// With several threads, which are gone when it returns: there is no other moment with more than one.
template <typename Iterator, typename Before>
void SortAll(Iterator begin, Iterator end, Before before, uint32_t threads) {
  constexpr ptrdiff_t kWorthThread = 100'000;
  std::thread other;
  const Iterator middle = begin + (end - begin) / 2;
  if (threads > 1 && end - middle >= kWorthThread) {
    try {
      other = std::thread([=] { SortAll(middle, end, before, threads / 2); });
    } catch (const std::system_error&) {
      // There may be no more threads.
    }
  }
  if (!other.joinable()) return std::sort(begin, end, before);
  SortAll(begin, middle, before, threads - threads / 2);
  other.join();
  std::inplace_merge(begin, middle, end, before);
}

// A count ranks as itself, and without a column to sort by all ranks are the same.
bool RankDecides(const GroupSpec& spec) {
  const size_t keys = spec.keys.size();
  return !spec.sort.has_value() ||
         (spec.sort->column >= keys && spec.columns[spec.sort->column - keys].column == nullptr);
}

}  // namespace

GroupOrder::GroupOrder(const GroupSpec& spec, const GroupTable& layout)
    : spec_(spec), layout_(layout), rank_decides_(RankDecides(spec)) {}

uint64_t GroupOrder::RankOf(const GroupTable::Group& group) const {
  const size_t column = spec_.sort->column;
  if (column < spec_.keys.size()) return Beginning(Component(spec_, layout_.Key(group), column));
  const GroupSpec::Column& shown = spec_.columns[column - spec_.keys.size()];
  if (shown.column == nullptr) return group.count;
  return Ordered(shown.column->Rank(layout_.State(group, shown.state)));
}

// Of two groups of the same rank: how they compare by the column that is sorted by.
std::strong_ordering GroupOrder::Compare(const GroupTable::Group& a,
                                         const GroupTable::Group& b) const {
  const size_t column = spec_.sort->column;
  if (column < spec_.keys.size()) {
    return Component(spec_, layout_.Key(a), column)
               .compare(Component(spec_, layout_.Key(b), column)) <=> 0;
  }
  const GroupSpec::Column& shown = spec_.columns[column - spec_.keys.size()];
  return shown.column->Compare(layout_.State(a, shown.state), layout_.State(b, shown.state));
}

bool GroupOrder::Before(const Place& a, const Place& b) const {
  if (a.first != b.first) return a.first < b.first;
  if (!rank_decides_) {
    const std::strong_ordering order = Compare(*a.group, *b.group);
    if (order != 0) return spec_.sort->descending ? order > 0 : order < 0;
  }
  for (size_t i = 0; i < std::size(a.second); ++i) {
    if (a.second[i] != b.second[i]) return a.second[i] < b.second[i];
  }
  return layout_.Key(*a.group) < layout_.Key(*b.group);
}

GroupOrder::Place GroupOrder::PlaceOf(const GroupTable::Group& group) const {
  uint64_t rank = 0;
  if (spec_.sort.has_value()) {
    rank = RankOf(group);
    if (spec_.sort->descending) rank = ~rank;
  }
  const absl::string_view key = layout_.Key(group);
  const absl::string_view rest = key.substr(std::min(sizeof(uint64_t), key.size()));
  return {rank, {Beginning(key), Beginning(rest)}, &group};
}

std::vector<GroupOrder::Place> GroupOrder::PlacesOf(const GroupTable& table) const {
  std::vector<Place> places;
  places.reserve(table.size());
  for (const GroupTable::Group* group : table.groups()) places.push_back(PlaceOf(*group));
  return places;
}

std::vector<GroupOrder::Place> GroupOrder::Sorted(const GroupTable& table) const {
  if (most() < table.size()) return First(table, most());
  std::vector<Place> places = PlacesOf(table);
  const auto before = [this](const Place& a, const Place& b) { return Before(a, b); };
  SortAll(places.begin(), places.end(), before, spec_.threads);
  return places;
}

std::vector<GroupOrder::Place> GroupOrder::First(const GroupTable& table, uint64_t most) const {
  std::vector<Place> places = PlacesOf(table);
  const uint64_t count = std::min({most, this->most(), uint64_t{places.size()}});
  const auto end = places.begin() + static_cast<ptrdiff_t>(count);
  std::partial_sort(places.begin(), end, places.end(),
                    [this](const Place& a, const Place& b) { return Before(a, b); });
  places.erase(end, places.end());
  return places;
}

}  // namespace bigscan
