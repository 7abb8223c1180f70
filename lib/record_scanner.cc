#include "lib/record_scanner.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// Small enough to stay in the second-level cache between the scan and the use of what it found.
constexpr size_t kBlockBytes = 512 << 10;
// A wasted callback costs about 4 ns and a scan of one record about 100 ns: beyond one callback for
// this many bytes the records are better scanned one by one.
constexpr size_t kBytesPerWastedMatch = 8;
constexpr size_t kLeastWasteLimit = 64;
constexpr int kByRecordBlocks = 16;
constexpr size_t kLeastTimedBytes = kBlockBytes / 2;
constexpr size_t kTrialBlocks = 15;  // of each database
constexpr int kBlocksBetweenTrials = 4096;

// The first block of `records`: about kBlockBytes, and whole records.
absl::string_view FirstBlock(absl::string_view records, char delimiter) {
  if (records.size() <= kBlockBytes) return records;
  size_t end = RecordBegin(records, kBlockBytes, delimiter);
  if (end == 0) end = RecordEnd(records, kBlockBytes, delimiter);
  return records.substr(0, end);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordScanner>> RecordScanner::Create(const ScanPlan& plan,
                                                                     bool invert) {
  auto scanner = std::unique_ptr<RecordScanner>(new RecordScanner(plan, invert));
  for (const ScanPlan::Database& database : plan.databases()) {
    hs_scratch_t* scratch = scanner->scratch_.release();
    const hs_error_t error = hs_alloc_scratch(database.get(), &scratch);
    scanner->scratch_.reset(scratch);
    if (error != HS_SUCCESS) {
      return absl::ResourceExhaustedError("no memory for Hyperscan's scratch space");
    }
  }
  return scanner;
}

void RecordScanner::Scan(absl::string_view records, Sink sink) {
  failures_.clear();
  block_begin_ = 0;
  while (block_begin_ < records.size()) {
    block_ = FirstBlock(records.substr(block_begin_), plan_.delimiter());
    const size_t failures_before = failures_.size();
    ScanBlock(block_);
    if (!sorted_) SortHits();
    SortFailures(failures_before);
    uint64_t selected = hits_.size();
    if (plan_.kind() == ScanPlan::Kind::kAll) {
      hits_.assign(1, {0, block_.size()});
      selected = CountRecords(block_, plan_.delimiter());
    }
    if (invert_) {
      selected = CountRecords(block_, plan_.delimiter()) - selected;
      Invert();
    }
    sink({block_, block_begin_, hits_, selected});
    block_begin_ += block_.size();
  }
}

void RecordScanner::ScanBlock(absl::string_view block) {
  hits_.clear();
  sorted_ = true;
  switch (plan_.kind()) {
    case ScanPlan::Kind::kAll:
    case ScanPlan::Kind::kNone:
      return;
    case ScanPlan::Kind::kConfirm:
      ScanByRecord(block);
      return;
    case ScanPlan::Kind::kLiteral:
    case ScanPlan::Kind::kDirect:
      break;
  }
  if (block.size() > std::numeric_limits<unsigned>::max()) {
    ScanByRecord(block);
    return;
  }
  if (by_record_blocks_ == 0 && ScanWhole(block)) return;
  by_record_blocks_ = by_record_blocks_ == 0 ? kByRecordBlocks : by_record_blocks_ - 1;
  hits_.clear();
  sorted_ = true;
  ScanByRecord(block);
}

// Scans with the database that is the fastest on these data. Now and then, for a few blocks, each in
// turn is tried, and the median times are compared: as in all other scans, on blocks that come from
// memory, where another engine may be the best than in the cache.
hs_error_t RecordScanner::ScanTimed(absl::string_view block) {
  const size_t count = plan_.databases().size();
  const bool trial = count > 1 && block.size() >= kLeastTimedBytes && blocks_to_trial_-- <= 0;
  const size_t database = trial ? trial_times_.size() % count : database_;
  const auto start = std::chrono::steady_clock::now();
  const hs_error_t error =
      hs_scan(plan_.databases()[database].get(), block.data(), static_cast<unsigned>(block.size()),
              0, scratch_.get(), OnMatch, this);
  if (!trial) return error;
  trial_times_.push_back(std::chrono::steady_clock::now() - start);
  if (trial_times_.size() < kTrialBlocks * count) return error;

  auto best = std::chrono::steady_clock::duration::max();
  for (size_t i = 0; i < count; ++i) {
    std::vector<std::chrono::steady_clock::duration> times;
    for (size_t k = i; k < trial_times_.size(); k += count) times.push_back(trial_times_[k]);
    std::nth_element(times.begin(), times.begin() + kTrialBlocks / 2, times.end());
    if (times[kTrialBlocks / 2] >= best) continue;
    best = times[kTrialBlocks / 2];
    database_ = i;
  }
  trial_times_.clear();
  blocks_to_trial_ = kBlocksBetweenTrials;
  return error;
}

// Whether `record` starts with one of the literals that only count there.
bool RecordScanner::MatchesAtStart(absl::string_view record) const {
  return std::any_of(plan_.start_literals().begin(), plan_.start_literals().end(),
                     [record](const Literal& literal) {
                       return literal.caseless ? absl::StartsWithIgnoreCase(record, literal.bytes)
                                               : absl::StartsWith(record, literal.bytes);
                     });
}

// False when matches were so dense that the scan was given up.
bool RecordScanner::ScanWhole(absl::string_view block) {
  current_ = {1, 0};  // no record yet
  current_last_ = 0;
  current_hit_ = false;
  wasted_ = 0;
  waste_limit_ = std::max(kLeastWasteLimit, block.size() / kBytesPerWastedMatch);
  if (MatchesAtStart(block)) Add(0, 0);
  const hs_error_t error = ScanTimed(block);
  if (error == HS_SCAN_TERMINATED) return false;
  if (error != HS_SUCCESS) abort();  // a misuse of the library: nothing that an input can cause
  return true;
}

// Sorts the failures from `first` on by record, and leaves one of each. A block that was scanned twice
// has them twice.
void RecordScanner::SortFailures(size_t first) {
  const auto begin = failures_.begin() + static_cast<ptrdiff_t>(first);
  std::stable_sort(begin, failures_.end(), [](const Failure& a, const Failure& b) {
    return a.record.begin < b.record.begin;
  });
  failures_.erase(std::unique(begin, failures_.end(),
                              [](const Failure& a, const Failure& b) {
                                return a.record.begin == b.record.begin;
                              }),
                  failures_.end());
}

void RecordScanner::SortHits() {
  const auto by_begin = [](const Run& a, const Run& b) { return a.begin < b.begin; };
  const auto same = [](const Run& a, const Run& b) { return a.begin == b.begin; };
  std::sort(hits_.begin(), hits_.end(), by_begin);
  hits_.erase(std::unique(hits_.begin(), hits_.end(), same), hits_.end());
  sorted_ = true;
}

int RecordScanner::OnMatch(unsigned id, unsigned long long /*from*/, unsigned long long to,
                           unsigned /*flags*/, void* self) {
  return static_cast<RecordScanner*>(self)->Add(id, to);
}

// A match that ends at `to` lies in the record that holds the byte there: as no match ends with a
// delimiter, that byte follows the match in its record, or is the record's delimiter.
int RecordScanner::Add(unsigned id, size_t to) {
  if (id >= plan_.ids()) return 0;
  const bool in_current = to >= current_.begin && to <= current_last_;
  if (in_current && (current_hit_ || failed_id_ == id)) return ++wasted_ > waste_limit_;
  if (!in_current) {
    // `^` and `$` also match after the last delimiter, where no record is.
    if (to == block_.size() && block_.back() == plan_.delimiter()) return 0;
    if (to < current_.begin) sorted_ = false;  // Hyperscan promises no order
    current_ = {RecordBegin(block_, to, plan_.delimiter()),
                RecordEnd(block_, to, plan_.delimiter())};
    const bool ends = block_[current_.end - 1] == plan_.delimiter();
    current_last_ = ends ? current_.end - 1 : current_.end;
    current_hit_ = false;
  }
  if (const RecordMatcher* matcher = plan_.confirmer(id);
      matcher != nullptr && !Confirm(*matcher, current_)) {
    failed_id_ = id;
    return 0;
  }
  current_hit_ = true;
  hits_.push_back(current_);
  return 0;
}

void RecordScanner::ScanByRecord(absl::string_view block) {
  for (size_t begin = 0; begin < block.size();) {
    const size_t end = RecordEnd(block, begin, plan_.delimiter());
    current_ = {begin, end};
    current_hit_ = false;
    if (RecordMatches(WithoutDelimiter(block.substr(begin, end - begin), plan_.delimiter()))) {
      hits_.push_back({begin, end});
    }
    begin = end;
  }
}

bool RecordScanner::RecordMatches(absl::string_view record) {
  if (record.size() > std::numeric_limits<unsigned>::max()) {
    Fail(current_, absl::OutOfRangeError("record longer than 4 GiB"));
    return false;
  }
  if (plan_.kind() == ScanPlan::Kind::kConfirm) {
    for (const std::optional<RecordMatcher>& matcher : plan_.matchers()) {
      if (Confirm(*matcher, current_)) return true;
    }
    return false;
  }
  if (MatchesAtStart(record)) return true;
  const auto stop_at_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                                void* context) -> int {
    auto* self = static_cast<RecordScanner*>(context);
    if (id >= self->plan_.ids()) return 0;
    const RecordMatcher* matcher = self->plan_.confirmer(id);
    self->current_hit_ = matcher == nullptr || self->Confirm(*matcher, self->current_);
    return self->current_hit_;
  };
  const hs_error_t error =
      hs_scan(plan_.databases()[database_].get(), record.data(),
              static_cast<unsigned>(record.size()), 0, scratch_.get(), stop_at_match, this);
  if (error != HS_SUCCESS && error != HS_SCAN_TERMINATED) abort();
  return current_hit_;
}

bool RecordScanner::Confirm(const RecordMatcher& matcher, Run record) {
  absl::StatusOr<bool> matches = matcher.Matches(
      WithoutDelimiter(block_.substr(record.begin, record.end - record.begin), plan_.delimiter()));
  if (matches.ok()) return *matches;
  Fail(record, matches.status());
  return false;
}

void RecordScanner::Fail(Run record, absl::Status reason) {
  const Run absolute{block_begin_ + record.begin, block_begin_ + record.end};
  // Several patterns can fail on a record; ScanBlock sees to those that do so out of order.
  const bool known = !failures_.empty() && failures_.back().record.begin == absolute.begin;
  if (!known) failures_.push_back({absolute, std::move(reason)});
  if (invert_) {  // what is not known to match is not known not to match
    hits_.push_back(record);
    sorted_ = false;
  }
}

// Turns hits_ into the runs between them.
void RecordScanner::Invert() {
  std::vector<Run> rest;
  size_t begin = 0;
  for (const Run& hit : hits_) {
    if (hit.begin > begin) rest.push_back({begin, hit.begin});
    begin = hit.end;
  }
  if (begin < block_.size()) rest.push_back({begin, block_.size()});
  hits_ = std::move(rest);
}

}  // namespace bigscan
