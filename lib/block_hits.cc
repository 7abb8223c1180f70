#include "lib/block_hits.h"

#include <algorithm>
#include <utility>

namespace bigscan {

void BlockHits::Clear() {
  records_.clear();
  patterns_.clear();
  sorted_ = true;
}

void BlockHits::BackTo(Mark mark) {
  records_.resize(mark.records);
  patterns_.resize(mark.patterns);
}

void BlockHits::Sort() {
  if (!std::exchange(sorted_, true)) {
    const auto by_begin = [](const Run& a, const Run& b) { return a.begin < b.begin; };
    const auto same = [](const Run& a, const Run& b) { return a.begin == b.begin; };
    std::sort(records_.begin(), records_.end(), by_begin);
    records_.erase(std::unique(records_.begin(), records_.end(), same), records_.end());
  }
  std::sort(patterns_.begin(), patterns_.end());
  patterns_.erase(std::unique(patterns_.begin(), patterns_.end()), patterns_.end());
}

void BlockHits::Invert(size_t end) {
  std::vector<Run> rest;
  size_t begin = 0;
  for (const Run& record : records_) {
    if (record.begin > begin) rest.push_back({begin, record.begin});
    begin = record.end;
  }
  if (begin < end) rest.push_back({begin, end});
  records_ = std::move(rest);
}

void BlockHits::Settle(size_t first, size_t base, std::vector<RecordFault>* faults) const {
  if (faults->size() == first) return;
  const auto begin = faults->begin() + static_cast<ptrdiff_t>(first);
  std::stable_sort(begin, faults->end(), [](const RecordFault& a, const RecordFault& b) {
    return a.record.begin < b.record.begin;
  });
  const auto same = [](const RecordFault& a, const RecordFault& b) {
    return a.record.begin == b.record.begin;
  };
  faults->erase(std::unique(begin, faults->end(), same), faults->end());
  if (tell_patterns_) return;
  const auto is_hit = [&](const RecordFault& fault) {
    const size_t at = fault.record.begin - base;
    const auto hit =
        std::lower_bound(records_.begin(), records_.end(), at,
                         [](const Run& run, size_t place) { return run.begin < place; });
    return hit != records_.end() && hit->begin == at;
  };
  faults->erase(std::remove_if(begin, faults->end(), is_hit), faults->end());
}

}  // namespace bigscan
