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

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

RecordScanner::RecordScanner(const ScanPlan& plan, const ScannerOptions& options)
    : plan_(plan),
      options_(options),
      tell_patterns_(plan.options().tell_patterns),
      splitter_(plan.delimiter(), options.find_binary && plan.delimiter() != '\0'),
      hits_(tell_patterns_),
      decided_(plan.terms()) {
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
      selected = CountRecords(block_, plan_.delimiter());
    }
    if (options_.invert) {
      selected = CountRecords(block_, plan_.delimiter()) - selected;
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
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < states_.size(); ++i) {
    states_[i].engine = states_[i].trial.Choose(block->bytes.size());
  }
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
  nul_ = false;
}

void RecordScanner::ScanBlock() {
  hits_.Clear();
  if (plan_.kind() != ScanPlan::Kind::kScan) return;
  if (block_.size() > kMostBlockBytes) {  // it is a single record
    Fail({0, block_.size()}, absl::OutOfRangeError("record longer than 4 GiB"));
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
  Enter({1, 0});  // no record yet
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

// A match that ends at `to` lies in the record that holds the byte there: as no match ends with a
// delimiter, that byte follows the match in its record, or is the record's delimiter.
int RecordScanner::Add(uint32_t term, size_t to) {
  const bool in_current = to >= current_.begin && to <= current_last_;
  if (in_current && ((current_hit_ && !tell_patterns_) || IsDecided(term))) {
    return ++wasted_ > waste_limit_;
  }
  if (!in_current) {
    // `^` and `$` also match after the last delimiter, where no record is.
    if (to == block_.size() && block_.back() == plan_.delimiter()) return 0;
    if (to < current_.begin) hits_.ExpectDisorder();  // Hyperscan promises no order
    EnterRecordAt(to);
  }
  if (Matches(term, plan_.term(term).confirm)) Select(term);
  return 0;
}

void RecordScanner::EnterRecordAt(size_t at) {
  Enter({RecordBegin(block_, at, plan_.delimiter()), RecordEnd(block_, at, plan_.delimiter())});
  const bool ends = block_[current_.end - 1] == plan_.delimiter();
  current_last_ = ends ? current_.end - 1 : current_.end;
}

void RecordScanner::Enter(Run record) {
  current_ = record;
  current_last_ = record.end;
  current_hit_ = false;
  ++current_number_;
}

absl::string_view RecordScanner::CurrentRecord() const {
  return WithoutDelimiter(block_.substr(current_.begin, current_.end - current_.begin),
                          plan_.delimiter());
}

// Decides `term` for the current record: once, as a long record may have many candidates.
bool RecordScanner::Matches(uint32_t term, bool confirm) {
  decided_[term] = current_number_;
  return !confirm || Confirm(plan_.term(term));
}

// The same where a needle was found of a term that Hyperscan could decide: where PCRE2 gives up it has
// to, so that what is selected does not depend on which engine is the fastest.
bool RecordScanner::MatchesByNeedle(uint32_t term, bool exact) {
  decided_[term] = current_number_;
  if (exact) return true;
  const ScanPlan::Engine& first = pass_->engines.front();
  if (first.database == nullptr) return Matches(term, true);
  const absl::StatusOr<bool> matches =
      plan_.term(term).matcher->Matches(Confirmable(CurrentRecord()));
  return matches.ok() ? *matches : FoundInRecord(first, term);
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
  const absl::string_view record = CurrentRecord();
  const hs_error_t error =
      hs_scan(engine.database.get(), record.data(), static_cast<unsigned>(record.size()), 0,
              scratch_.get(), on_match, &search);
  if (error != HS_SUCCESS && error != HS_SCAN_TERMINATED) abort();
  return search.found;
}

void RecordScanner::Select(uint32_t term) {
  if (!current_hit_) hits_.Add(current_);
  current_hit_ = true;
  if (tell_patterns_) hits_.AddPattern(current_.begin, plan_.term(term).pattern);
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
    const bool in_current = at >= current_.begin && at <= current_last_;
    if (!in_current) EnterRecordAt(at);
    if (!IsDecided(term)) {
      const bool matches = plan_.term(term).confirm
                               ? Matches(term, true)
                               : MatchesByNeedle(term, engine.needle_exact[needle]);
      if (matches) Select(term);
    }
    const bool done = single_term || (current_hit_ && !tell_patterns_);
    return done ? current_.end : 0;
  });
}

void RecordScanner::ScanLiterals(const LiteralSetSearch& literals) {
  nul_ = literals.Search(block_, [&](size_t at, uint32_t literal) {
    const uint32_t term = pass_->terms[literal];
    const bool in_current = at >= current_.begin && at <= current_last_;
    if (!in_current) EnterRecordAt(at);
    if (!IsDecided(term) && Matches(term, plan_.term(term).confirm)) Select(term);
    return current_hit_ && !tell_patterns_ ? current_.end : 0;
  });
}

// --- Record by record ---

void RecordScanner::ScanByRecord(const ScanPlan::Engine& engine) {
  for (size_t begin = 0; begin < block_.size();) {
    const size_t end = RecordEnd(block_, begin, plan_.delimiter());
    Enter({begin, end});
    const absl::string_view record = CurrentRecord();
    for (const ScanPlan::StartLiteral& literal : pass_->start_literals) {
      if (!StartsWithLiteral(record, literal)) continue;
      if (Matches(literal.term, plan_.term(literal.term).confirm)) Select(literal.term);
    }
    if (!current_hit_ || tell_patterns_) {
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
  if (self->IsDecided(term)) return 0;
  if (self->Matches(term, self->plan_.term(term).confirm)) self->Select(term);
  return self->current_hit_ && !self->tell_patterns_;
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
    Enter({begin, end});
    current_hit_ = next < before.size() && before[next].begin == begin;
    for (uint32_t term : plan_.record_terms()) {
      if (current_hit_ && !tell_patterns_) break;
      if (Matches(term, true)) Select(term);
    }
    if (current_hit_) ++selected;
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

// The part of a record, without its delimiter, that a pattern sees.
absl::string_view RecordScanner::Confirmable(absl::string_view record) const {
  if (plan_.options().crlf && absl::EndsWith(record, "\r")) record.remove_suffix(1);
  return record;
}

bool RecordScanner::Confirm(const ScanPlan::Term& term) {
  const absl::string_view record = Confirmable(CurrentRecord());
  if (term.string.has_value()) return term.string->Matches(record);
  absl::StatusOr<bool> matches = term.matcher->Matches(record);
  if (matches.ok()) return *matches;
  Fail(current_, matches.status());
  return false;
}

void RecordScanner::Fail(Run record, absl::Status reason) {
  const Run absolute{block_begin_ + record.begin, block_begin_ + record.end};
  // Several patterns can fail on a record; BlockHits::Settle sees to those that do so out of order.
  const bool known = !failures_.empty() && failures_.back().record.begin == absolute.begin;
  if (!known) failures_.push_back({absolute, std::move(reason)});
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
