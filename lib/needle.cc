#include "lib/needle.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bigscan {
namespace {

using Kind = RegexToken::Kind;

constexpr size_t kMostNeedles = 4;
constexpr size_t kMostBytes = 32;
constexpr int kMostUnrolled = 8;

// How many in 10,000 bytes of a log, roughly.
double Frequency(int byte) {
  if (byte >= '0' && byte <= '9') return 300;
  if (byte == ' ') return 900;
  if (byte >= 'a' && byte <= 'z') {
    constexpr char kCommon[] = "etaoinsrhldcumfpgwybvkxjqz";
    for (int i = 0; i < 26; ++i) {
      if (kCommon[i] == byte) return i < 10 ? 300 : i < 18 ? 120 : 30;
    }
  }
  if (byte == '/' || byte == '.' || byte == '-' || byte == ':' || byte == '_' || byte == '"') {
    return 150;
  }
  if (byte >= 'A' && byte <= 'Z') return 40;
  if (byte == '\n' || (byte > ' ' && byte < 0x7f)) return 40;
  return 2;
}

double Bits(const ByteSet& set) {
  double sum = 0;
  for (int byte = 0; byte < 256; ++byte) {
    if (set[byte]) sum += Frequency(byte);
  }
  return std::max(0.0, std::log2(10'000 / std::max(1.0, sum)));
}

// All sequences of sets that an item can stand for, or nothing if there are too many or their length
// varies without bound.
bool Expand(const RegexItem& item, std::vector<std::vector<ByteSet>>* sequences);

bool ExpandBranch(const RegexBranch& branch, std::vector<std::vector<ByteSet>>* sequences) {
  sequences->assign(1, {});
  for (const RegexItem& item : branch) {
    std::vector<std::vector<ByteSet>> parts;
    if (!Expand(item, &parts)) return false;
    std::vector<std::vector<ByteSet>> longer;
    for (const auto& sequence : *sequences) {
      for (const auto& part : parts) {
        longer.push_back(sequence);
        longer.back().insert(longer.back().end(), part.begin(), part.end());
        if (longer.size() > kMostNeedles || longer.back().size() > kMostBytes) return false;
      }
    }
    *sequences = std::move(longer);
  }
  return true;
}

bool Expand(const RegexItem& item, std::vector<std::vector<ByteSet>>* sequences) {
  if (item.min != item.max || item.max > kMostUnrolled) return false;
  std::vector<std::vector<ByteSet>> once;
  if (item.Is(Kind::kSet)) {
    once = {{item.atom.front().set}};
  } else if (item.is_group()) {
    for (const RegexBranch& branch : SplitBranches(item.inside())) {
      std::vector<std::vector<ByteSet>> branch_sequences;
      if (!ExpandBranch(branch, &branch_sequences)) return false;
      once.insert(once.end(), branch_sequences.begin(), branch_sequences.end());
      if (once.size() > kMostNeedles) return false;
    }
  } else {
    return false;
  }
  if (item.max > 1 && once.size() > 1) return false;
  sequences->clear();
  for (const auto& sequence : once) {
    sequences->emplace_back();
    for (int i = 0; i < item.max; ++i) {
      sequences->back().insert(sequences->back().end(), sequence.begin(), sequence.end());
    }
    if (sequences->back().size() > kMostBytes) return false;
  }
  return true;
}

double LeastBits(std::span<const Needle> needles) {
  if (needles.empty()) return 0;
  double least = 1e9;
  for (const Needle& needle : needles) least = std::min(least, NeedleBits(needle));
  // Each further needle makes the search slower.
  return least - 2.0 * static_cast<double>(needles.size() - 1);
}

// Gathers the runs of items of a branch that have a bounded number of spellings, the best one first.
class BranchNeedles {
 public:
  explicit BranchNeedles(char delimiter) : delimiter_(static_cast<unsigned char>(delimiter)) {}

  std::vector<Needles> Of(const RegexBranch& branch) {
    run_.assign(1, {});
    for (const RegexItem& item : branch) Take(item);
    End();
    for (Needles& choice : choices_) {
      for (Needle& needle : choice) needle.exact = !cut_ && runs_ == 1;
    }
    std::stable_sort(choices_.begin(), choices_.end(), [](const Needles& a, const Needles& b) {
      return LeastBits(a) > LeastBits(b);
    });
    return std::move(choices_);
  }

 private:
  void Take(const RegexItem& item) {
    if (item.Is(Kind::kRecordStart) || item.Is(Kind::kNoWordBefore)) {
      End();
      for (Needle& needle : run_) {
        needle.sets.push_back(Edge(item));
        needle.has_before = true;
      }
      return;
    }
    if (item.Is(Kind::kRecordEnd) || item.Is(Kind::kNoWordAfter)) {
      for (Needle& needle : run_) {
        needle.sets.push_back(Edge(item));
        needle.has_after = true;
      }
      End();
      return;
    }
    std::vector<std::vector<ByteSet>> parts;
    if (Expand(item, &parts) && Append(parts)) return;
    if (item.Is(Kind::kSet) && item.min > 0 && item.min <= kMostUnrolled) {
      // Of `\d+` a run has one byte at its end, and the next one at its start.
      const std::vector<std::vector<ByteSet>> some(
          1, std::vector<ByteSet>(static_cast<size_t>(item.min), item.atom.front().set));
      Append(some);
      Cut();
      Append(some);
      return;
    }
    if (item.is_group() && item.once()) {
      const std::vector<RegexBranch> inner = SplitBranches(item.inside());
      if (inner.size() == 1) {
        for (const RegexItem& inside : inner[0]) Take(inside);
        return;
      }
    }
    Cut();
    if (Expand(item, &parts)) Append(parts);
  }

  ByteSet Edge(const RegexItem& item) const {
    ByteSet set;
    if (item.Is(Kind::kNoWordBefore) || item.Is(Kind::kNoWordAfter)) set = *EscapeClass('W');
    set.set(delimiter_);
    return set;
  }

  bool Append(const std::vector<std::vector<ByteSet>>& parts) {
    if (run_.size() * parts.size() > kMostNeedles) return false;
    Needles longer;
    for (const Needle& needle : run_) {
      for (const auto& part : parts) {
        longer.push_back(needle);
        std::vector<ByteSet>& sets = longer.back().sets;
        sets.insert(sets.end(), part.begin(), part.end());
        if (sets.size() > kMostBytes) return false;
      }
    }
    run_ = std::move(longer);
    return true;
  }

  // Ends the run: what follows it does not stand next to it.
  void Cut() {
    End();
    cut_ = true;
  }

  void End() {
    // An edge alone is nothing to look for.
    const bool whole = std::all_of(run_.begin(), run_.end(), [](const Needle& needle) {
      return needle.sets.size() > size_t{needle.has_before} + size_t{needle.has_after};
    });
    if (!run_[0].sets.empty()) ++runs_;
    if (whole) choices_.push_back(run_);
    run_.assign(1, {});
  }

  const unsigned char delimiter_;
  Needles run_;  // alternatives, which all begin at the same place
  std::vector<Needles> choices_;
  int runs_ = 0;      // how many there were
  bool cut_ = false;  // whether there was anything between them
};

}  // namespace

double NeedleBits(const Needle& needle) {
  double bits = 0;
  for (const ByteSet& set : needle.sets) bits += Bits(set);
  return bits;
}

std::vector<Needles> NeedlesOf(std::span<const RegexBranch> branches, char delimiter, size_t most) {
  if (branches.size() == 1) {
    std::vector<Needles> choices = BranchNeedles(delimiter).Of(branches[0]);
    if (choices.size() > most) choices.resize(most);
    return choices;
  }
  Needles needles;
  for (const RegexBranch& branch : branches) {
    const std::vector<Needles> choices = BranchNeedles(delimiter).Of(branch);
    if (choices.empty() || needles.size() + choices[0].size() > kMostNeedles) return {};
    needles.insert(needles.end(), choices[0].begin(), choices[0].end());
  }
  return {needles};
}

}  // namespace bigscan
