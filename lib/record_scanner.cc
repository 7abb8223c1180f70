#include "lib/record_scanner.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// A wasted callback costs about 4 ns and a scan of one record about 100 ns: beyond one callback for
// this many bytes the records are better scanned one by one.
constexpr size_t kBytesPerWastedMatch = 8;
constexpr size_t kLeastWasteLimit = 64;
constexpr int kByRecordBlocks = 16;
constexpr int kBlocksBetweenTunings = 1024;
// What Hyperscan can scan at once, and the other engines count.
constexpr size_t kMostBlockBytes = std::numeric_limits<uint32_t>::max() - 64;

// Has the kernel map all of `bytes`: page faults take about as long as the scan, some blocks have none, and
// what is timed is the engine.
void TouchPages(absl::string_view bytes) {
  constexpr size_t kPageBytes = 4096;
  for (size_t at = 0; at < bytes.size(); at += kPageBytes) {
    static_cast<void>(*static_cast<const volatile char*>(bytes.data() + at));
  }
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

RecordScanner::RecordScanner(const ScanPlan& plan, const ScannerOptions& options)
    : plan_(plan),
      options_(options),
      splitter_(plan.delimiter(), options.find_binary && plan.delimiter() != '\0'),
      hits_(plan.options().tell_patterns),
      decider_(plan, &hits_, &failures_) {
  for (const ScanPlan::Pass& pass : plan.passes()) {
    states_.push_back({.trial = EngineTrial(pass.engines.size())});
    for (const ScanPlan::Engine& engine : pass.engines) {
      states_.back().needles.push_back(
          engine.needles == nullptr ? nullptr : std::make_unique<NeedleSearch>(*engine.needles));
    }
  }
}

absl::StatusOr<std::unique_ptr<RecordScanner>> RecordScanner::Create(
    const ScanPlan& plan, const ScannerOptions& options) {
  auto scanner = std::unique_ptr<RecordScanner>(new RecordScanner(plan, options));
  for (const ScanPlan::Pass& pass : plan.passes()) {
    for (const ScanPlan::Engine& engine : pass.engines) {
      if (engine.database == nullptr) continue;
      hs_scratch_t* scratch = scanner->scratch_.release();
      const hs_error_t error = hs_alloc_scratch(engine.database.get(), &scratch);
      scanner->scratch_.reset(scratch);
      if (error != HS_SUCCESS) {
        return absl::ResourceExhaustedError("no memory for Hyperscan's scratch space");
      }
    }
  }
  return scanner;
}

void RecordScanner::Scan(const ChunkRecords& chunk, Sink sink) {
  failures_.clear();
  selected_ = 0;
  splitter_.Start(chunk);
  BlockSplitter::Block block;
  while (splitter_.Next(&block)) {
    const size_t failures_before = failures_.size();
    ScanChecked(&block);
    Settle(failures_before);
    uint64_t selected = hits_.records().size();
    if (plan_.kind() == ScanPlan::Kind::kAll) {
      hits_.Set({0, block_.size()});
      if (options_.count_records) selected = CountRecords(block_, plan_.delimiter());
    }
    if (options_.invert) {
      if (options_.count_records) {
        selected = CountRecords(block_, plan_.delimiter()) - selected;
      }
      hits_.Invert(block_.size());
    }
    selected_ += selected;
    if (!sink({.block = block_,
               .block_begin = block_begin_,
               .runs = hits_.records(),
               .records = selected,
               .hits = hits_.patterns(),
               .binary = block.binary})) {
      return;
    }
  }
}

// Checks `block` for NULs and scans it. Some engines do both at once; that it has to be
// repeated where there are any is rare.
void RecordScanner::ScanChecked(BlockSplitter::Block* block) {
  bool timed = false;
  for (PassState& state : states_) {
    state.engine = state.trial.Choose(block->bytes.size());
    timed |= state.trial.timed();
  }
  if (timed) TouchPages(block->bytes);
  const auto start = std::chrono::steady_clock::now();
  check_seconds_ = 0;
  const size_t failures_before = failures_.size();
  const bool sees_nuls = SeesNuls();
  if (!sees_nuls) {
    splitter_.Check(block);
    check_seconds_ = SecondsSince(start);
  }
  EnterBlock(*block);
  ScanBlock();
  if (!sees_nuls || block->binary || !splitter_.finds_binary()) return;
  if (!nul_ && !absl::StrContains(block->to_check.substr(block->bytes.size()), '\0')) return;
  splitter_.Check(block);
  failures_.resize(failures_before);
  EnterBlock(*block);
  ScanBlock();
}

// Whether the engine that scans next is the only one, and tells of NULs.
bool RecordScanner::SeesNuls() const {
  if (states_.size() != 1 || !plan_.record_terms().empty() || !plan_.all_patterns().empty()) {
    return false;
  }
  const ScanPlan::Engine& engine = plan_.passes()[0].engines[states_[0].engine];
  return engine.needles != nullptr || engine.literals != nullptr;
}

void RecordScanner::EnterBlock(const BlockSplitter::Block& block) {
  block_ = block.bytes;
  block_begin_ = block.begin;
  decider_.StartBlock(block.bytes, block.begin);
  nul_ = false;
}

void RecordScanner::ScanBlock() {
  hits_.Clear();
  if (plan_.kind() != ScanPlan::Kind::kScan) return;
  if (block_.size() > kMostBlockBytes) {  // it is a single record
    decider_.Fail({0, block_.size()}, absl::OutOfRangeError("record longer than 4 GiB"));
    return;
  }
  for (size_t pass = 0; pass < plan_.passes().size(); ++pass) {
    if (pass > 0) hits_.ExpectDisorder();
    ScanPass(pass);
  }
  hits_.Sort();
  if (!plan_.record_terms().empty()) ScanRecordTerms();
  if (!plan_.all_patterns().empty()) SelectAll();
}

// --- Passes ---

void RecordScanner::ScanPass(size_t index) {
  pass_ = &plan_.passes()[index];
  PassState& state = states_[index];
  const ScanPlan::Engine& engine = pass_->engines[state.engine];
  const auto start = std::chrono::steady_clock::now();
  decider_.LeaveRecord();
  for (const ScanPlan::StartLiteral& literal : pass_->start_literals) {
    if (engine.database != nullptr && StartsWithLiteral(block_, literal)) Add(literal.term, 0);
  }
  if (engine.needles != nullptr) {
    Tune(&state);
    ScanNeedles(engine, *state.needles[state.engine]);
  } else if (engine.literals != nullptr) {
    ScanLiterals(*engine.literals);
  } else if (state.by_record_blocks > 0) {
    --state.by_record_blocks;
    ScanByRecord(engine);
  } else {
    const BlockHits::Mark before = hits_.mark();
    if (!ScanWhole(engine)) {
      state.by_record_blocks = kByRecordBlocks;
      hits_.BackTo(before);
      ScanByRecord(engine);
    }
  }
  if (state.trial.timed()) state.trial.Took(SecondsSince(start) + check_seconds_);
}

// False when matches were so dense that the scan was given up.
bool RecordScanner::ScanWhole(const ScanPlan::Engine& engine) {
  wasted_ = 0;
  waste_limit_ = std::max(kLeastWasteLimit, block_.size() / kBytesPerWastedMatch);
  const hs_error_t error =
      hs_scan(engine.database.get(), block_.data(), static_cast<unsigned>(block_.size()), 0,
              scratch_.get(), OnMatch, this);
  if (error == HS_SCAN_TERMINATED) return false;
  if (error != HS_SUCCESS) abort();  // a misuse of the library: nothing that an input can cause
  return true;
}

int RecordScanner::OnMatch(unsigned id, unsigned long long /*from*/, unsigned long long to,
                           unsigned /*flags*/, void* context) {
  auto* self = static_cast<RecordScanner*>(context);
  if (id >= self->pass_->terms.size()) return 0;
  return self->Add(self->pass_->terms[id], to);
}

int RecordScanner::Add(uint32_t term, size_t to) {
  const bool in_current = decider_.Holds(to);
  if (in_current && (decider_.IsDone() || decider_.IsDecided(term))) {
    return ++wasted_ > waste_limit_;
  }
  if (!in_current) {
    // `^` and `$` also match after the last delimiter, where no record is.
    if (to == block_.size() && block_.back() == plan_.delimiter()) return 0;
    // Hyperscan promises no order.
    if (to < decider_.record().begin) hits_.ExpectDisorder();
    decider_.EnterAt(to);
  }
  decider_.Decide(term);
  return 0;
}

// Where a needle was found of a term that Hyperscan could decide: where PCRE2 gives up it has to, so that
// what is selected does not depend on which engine is the fastest.
void RecordScanner::DecideByNeedle(uint32_t term, bool exact) {
  const ScanPlan::Engine& first = pass_->engines.front();
  const bool confirm = plan_.term(term).confirm;
  if (exact || confirm || first.database == nullptr) {
    decider_.Decide(term, confirm || !exact);
    return;
  }
  const absl::StatusOr<bool> matches = plan_.term(term).matcher->Matches(decider_.confirmable());
  decider_.SetDecided(term, matches.ok() ? *matches : FoundInRecord(first, term));
}

bool RecordScanner::FoundInRecord(const ScanPlan::Engine& engine, uint32_t term) {
  struct Search {
    const std::vector<uint32_t>& terms;
    uint32_t wanted;
    bool found = false;
  } search{pass_->terms, term};
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                           void* context) -> int {
    auto* the = static_cast<Search*>(context);
    the->found |= id < the->terms.size() && the->terms[id] == the->wanted;
    return the->found;
  };
  const absl::string_view record = decider_.text();
  const hs_error_t error =
      hs_scan(engine.database.get(), record.data(), static_cast<unsigned>(record.size()), 0,
              scratch_.get(), on_match, &search);
  if (error != HS_SUCCESS && error != HS_SCAN_TERMINATED) abort();
  return search.found;
}

// Now and then, as the data may change.
void RecordScanner::Tune(PassState* state) {
  if (state->blocks_to_tuning-- > 0) return;
  state->blocks_to_tuning = kBlocksBetweenTunings;
  for (const std::unique_ptr<NeedleSearch>& needles : state->needles) {
    if (needles != nullptr) needles->Tune(block_);
  }
}

void RecordScanner::ScanNeedles(const ScanPlan::Engine& engine, const NeedleSearch& needles) {
  const bool single_term = pass_->terms.size() == 1;
  nul_ = needles.Search(block_, [&](size_t at, size_t needle) {
    const uint32_t term = engine.needle_terms[needle];
    if (!decider_.Holds(at)) decider_.EnterAt(at);
    if (!decider_.IsDecided(term)) DecideByNeedle(term, engine.needle_exact[needle]);
    return single_term || decider_.IsDone() ? decider_.record().end : 0;
  });
}

void RecordScanner::ScanLiterals(const LiteralSetSearch& literals) {
  nul_ = literals.Search(block_, [&](size_t at, uint32_t literal) {
    const uint32_t term = pass_->terms[literal];
    if (!decider_.Holds(at)) decider_.EnterAt(at);
    if (!decider_.IsDecided(term)) decider_.Decide(term);
    return decider_.IsDone() ? decider_.record().end : 0;
  });
}

// --- Record by record ---

void RecordScanner::ScanByRecord(const ScanPlan::Engine& engine) {
  for (size_t begin = 0; begin < block_.size();) {
    const size_t end = RecordEnd(block_, begin, plan_.delimiter());
    decider_.Enter({begin, end});
    const absl::string_view record = decider_.text();
    for (const ScanPlan::StartLiteral& literal : pass_->start_literals) {
      if (StartsWithLiteral(record, literal)) decider_.Decide(literal.term);
    }
    if (!decider_.IsDone()) {
      const hs_error_t error =
          hs_scan(engine.database.get(), record.data(), static_cast<unsigned>(record.size()), 0,
                  scratch_.get(), OnMatchInRecord, this);
      if (error != HS_SUCCESS && error != HS_SCAN_TERMINATED) abort();
    }
    begin = end;
  }
}

int RecordScanner::OnMatchInRecord(unsigned id, unsigned long long /*from*/,
                                   unsigned long long /*to*/, unsigned /*flags*/, void* context) {
  auto* self = static_cast<RecordScanner*>(context);
  if (id >= self->pass_->terms.size()) return 0;
  const uint32_t term = self->pass_->terms[id];
  if (!self->decider_.IsDecided(term)) self->decider_.Decide(term);
  return self->decider_.IsDone();
}

// By PCRE2, those records that are not selected already. REQUIRES: hits_ are sorted.
void RecordScanner::ScanRecordTerms() {
  const std::vector<Run> before = hits_.records();
  hits_.ExpectDisorder();
  size_t next = 0;
  uint64_t selected = selected_;
  for (size_t begin = 0; begin < block_.size() && !IsEnough(selected);) {
    const size_t end = RecordEnd(block_, begin, plan_.delimiter());
    while (next < before.size() && before[next].begin < begin) ++next;
    decider_.Enter({begin, end}, next < before.size() && before[next].begin == begin);
    for (uint32_t term : plan_.record_terms()) {
      if (decider_.IsDone()) break;
      decider_.Decide(term, true);
    }
    if (decider_.is_selected()) ++selected;
    begin = end;
  }
  hits_.Sort();
}

bool RecordScanner::IsEnough(uint64_t selected) const {
  return options_.max_selected.has_value() && !options_.invert &&
         selected >= *options_.max_selected;
}

// To tell that some patterns match every record.
void RecordScanner::SelectAll() {
  hits_.ExpectDisorder();
  for (size_t begin = 0; begin < block_.size();) {
    const size_t end = RecordEnd(block_, begin, plan_.delimiter());
    hits_.Add({begin, end});
    for (uint32_t pattern : plan_.all_patterns()) hits_.AddPattern(begin, pattern);
    begin = end;
  }
  hits_.Sort();
}

// Whether `record` starts with a literal that only counts there.
bool RecordScanner::StartsWithLiteral(absl::string_view record,
                                      const ScanPlan::StartLiteral& start) const {
  return start.literal.caseless ? absl::StartsWithIgnoreCase(record, start.literal.bytes)
                                : absl::StartsWith(record, start.literal.bytes);
}

// What is not known to match is not known not to match. A block that was scanned twice has its failures
// twice.
void RecordScanner::Settle(size_t first_failure) {
  hits_.Settle(first_failure, block_begin_, &failures_);
  if (!options_.invert || failures_.size() == first_failure) return;
  hits_.ExpectDisorder();
  for (size_t i = first_failure; i < failures_.size(); ++i) {
    hits_.Add({failures_[i].record.begin - block_begin_, failures_[i].record.end - block_begin_});
  }
  hits_.Sort();
}

std::string RecordScanner::engines() const {
  std::string names;
  for (size_t i = 0; i < states_.size(); ++i) {
    const PassState& state = states_[i];
    const ScanPlan::Engine& engine = plan_.passes()[i].engines[state.engine];
    const bool by_record = engine.needles == nullptr && state.by_record_blocks > 0;
    absl::StrAppend(&names, i == 0 ? "" : "+", engine.name, by_record ? "/records" : "");
  }
  return names;
}

}  // namespace bigscan
