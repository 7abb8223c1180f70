#include "lib/quantile_sketch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr int kDoubleMantissaBits = 52;
constexpr uint32_t kExponents = 2048;  // of a double, with the sign left out
constexpr int kExponentBias = 1023;

// The bins of a power of two, which is kUnits units long, and whose values are kUnits to 2 * kUnits.
constexpr int kUnitBits = 9;
constexpr uint32_t kUnits = 1 << kUnitBits;
constexpr uint32_t kBinsPerPower = 36;

// Where each bin begins, and where the last one ends. The middle of a bin (see Middle) is off by
// (end - begin) / (end + begin) at its ends: each is as long as it may be with this below 1 %.
constexpr std::array<uint16_t, kBinsPerPower + 1> kBegins = [] {
  std::array<uint16_t, kBinsPerPower + 1> begins = {kUnits};
  for (uint32_t i = 0; i < kBinsPerPower; ++i) {
    begins[i + 1] = std::min((begins[i] * 101 - 1) / 99, static_cast<int>(2 * kUnits));
  }
  return begins;
}();
static_assert(kBegins[kBinsPerPower - 1] < 2 * kUnits && kBegins[kBinsPerPower] == 2 * kUnits);

// The bin of each unit.
constexpr std::array<uint8_t, kUnits> kBinOfUnit = [] {
  std::array<uint8_t, kUnits> bins = {};
  for (uint32_t bin = 0; bin < kBinsPerPower; ++bin) {
    for (uint32_t unit = kBegins[bin]; unit < kBegins[bin + 1]; ++unit) bins[unit - kUnits] = bin;
  }
  return bins;
}();

// The numbers of the bins ascend with the values: below that of zero for the negative ones.
constexpr uint32_t kZeroBin = kExponents * kBinsPerPower;
constexpr uint32_t kNumbers = 2 * kZeroBin;

uint32_t BinOf(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const uint32_t exponent = (bits >> kDoubleMantissaBits) % kExponents;
  if (exponent == 0) return kZeroBin;
  const uint32_t unit = (bits >> (kDoubleMantissaBits - kUnitBits)) % kUnits;
  const uint32_t distance = exponent * kBinsPerPower + kBinOfUnit[unit];
  return bits >> 63 != 0 ? kZeroBin - distance : kZeroBin + distance;
}

uint32_t DistanceFromZero(uint32_t number) {
  return number < kZeroBin ? kZeroBin - number : number - kZeroBin;
}

// Whether BinOf has this result for a finite value.
bool IsBin(uint64_t number) {
  if (number >= kNumbers) return false;
  const uint32_t exponent = DistanceFromZero(static_cast<uint32_t>(number)) / kBinsPerPower;
  return number == kZeroBin || (exponent > 0 && exponent < kExponents - 1);
}

// The value from which both ends are equally far, relative to themselves.
double Middle(uint32_t number) {
  const uint32_t distance = DistanceFromZero(number);
  if (distance == 0) return 0;
  const double begin = kBegins[distance % kBinsPerPower];
  const double end = kBegins[distance % kBinsPerPower + 1];
  const int exponent = static_cast<int>(distance / kBinsPerPower) - kExponentBias;
  const double value = std::ldexp(2 * begin * end / (begin + end), exponent - kUnitBits);
  return number < kZeroBin ? -value : value;
}

constexpr uint32_t kPageBins = 32;
constexpr uint32_t kMaxPages = kNumbers / kPageBins;
constexpr uint64_t kMaxListedCount = (uint64_t{1} << 46) - 1;  // as Bin has it

}  // namespace

// The counts of the bins, in pages of kPageBins of them.
struct QuantileSketch::Pages {
  // Which page each one of a range is in `counts`, plus 1; 0 if there is none.
  uint32_t first = 0;
  std::vector<uint16_t> directory;
  std::vector<uint64_t> counts;
  static_assert(kMaxPages < UINT16_MAX && kNumbers % kPageBins == 0);

  uint64_t& CountOf(uint32_t number) {
    const uint32_t slot = number / kPageBins - first;  // wraps around below the first one
    if (slot < directory.size() && directory[slot] != 0) [[likely]] {
      return counts[(directory[slot] - 1) * kPageBins + number % kPageBins];
    }
    AddPage(number / kPageBins);
    return CountOf(number);
  }

  void AddPage(uint32_t page) {
    if (directory.empty()) first = page;
    if (page < first) {
      directory.insert(directory.begin(), first - page, 0);
      first = page;
    }
    if (page - first >= directory.size()) directory.resize(page - first + 1);
    counts.resize(counts.size() + kPageBins);
    directory[page - first] = static_cast<uint16_t>(counts.size() / kPageBins);
  }
};

QuantileSketch::QuantileSketch() = default;
QuantileSketch::QuantileSketch(QuantileSketch&& other) noexcept = default;
QuantileSketch& QuantileSketch::operator=(QuantileSketch&& other) noexcept = default;
QuantileSketch::~QuantileSketch() = default;

template <typename Visit>
void QuantileSketch::ForEachBin(Visit visit) const {
  for (const Bin& bin : bins_) {
    if (!visit(static_cast<uint32_t>(bin.number), uint64_t{bin.count})) return;
  }
  if (pages_ == nullptr) return;
  for (size_t slot = 0; slot < pages_->directory.size(); ++slot) {
    if (pages_->directory[slot] == 0) continue;
    const uint64_t* counts = &pages_->counts[(pages_->directory[slot] - 1) * kPageBins];
    const uint32_t first = (pages_->first + static_cast<uint32_t>(slot)) * kPageBins;
    for (uint32_t i = 0; i < kPageBins; ++i) {
      if (counts[i] > 0 && !visit(first + i, counts[i])) return;
    }
  }
}

void QuantileSketch::Add(double value) {
  ++count_;
  const uint32_t number = BinOf(value);
  if (pages_ != nullptr) [[likely]] {
    ++pages_->CountOf(number);
  } else {
    AddCount(number, 1);
  }
}

// A binary search that is the same for each number, as no processor foresees which way it goes.
size_t QuantileSketch::Find(uint32_t number) const {
  size_t begin = 0;
  for (size_t size = bins_.size(); size > 0;) {
    const size_t half = (size + 1) / 2;
    begin += bins_[begin + half - 1].number < number ? half : 0;
    size -= half;
  }
  return begin;
}

void QuantileSketch::AddCount(uint32_t number, uint64_t count) {
  if (pages_ == nullptr) {
    Bin* const bin = bins_.data() + Find(number);
    const bool found = bin != bins_.data() + bins_.size() && bin->number == number;
    if (count <= kMaxListedCount - (found ? bin->count : 0)) {
      if (found) {
        bin->count += count;
        return;
      }
      bins_.insert(bins_.begin() + (bin - bins_.data()), Bin{number, count});
      // Rarely looked at, as it takes as long as there are bins.
      if (std::has_single_bit(bins_.size()) && PagesPay()) MakePages();
      return;
    }
    MakePages();
  }
  pages_->CountOf(number) += count;
}

bool QuantileSketch::PagesPay() const {
  constexpr size_t kMinBins = 32;
  constexpr size_t kWorth = 4;  // times the memory of the list
  if (bins_.size() < kMinBins) return false;
  size_t pages = 1;
  for (size_t i = 1; i < bins_.size(); ++i) {
    pages += bins_[i].number / kPageBins != bins_[i - 1].number / kPageBins;
  }
  const size_t range = bins_.back().number / kPageBins - bins_.front().number / kPageBins + 1;
  return pages * kPageBins * sizeof(uint64_t) + range * sizeof(uint16_t) <=
         kWorth * bins_.size() * sizeof(Bin);
}

void QuantileSketch::MakePages() {
  pages_ = std::make_unique<Pages>();
  for (const Bin& bin : bins_) pages_->CountOf(bin.number) = bin.count;
  bins_.clear();
  bins_.shrink_to_fit();
}

void QuantileSketch::Merge(const QuantileSketch& other) {
  count_ += other.count_;
  other.ForEachBin([this](uint32_t number, uint64_t count) {
    AddCount(number, count);
    return true;
  });
}

double QuantileSketch::Quantile(double q) const {
  const double before = std::floor(q * static_cast<double>(count_ - 1));  // in ascending order
  uint64_t seen = 0;
  uint32_t number = kZeroBin;
  ForEachBin([&](uint32_t bin, uint64_t count) {
    seen += count;
    number = bin;
    return static_cast<double>(seen) <= before;
  });
  return Middle(number);
}

// The number of bins, and for each its number, less that of the one before it, and its count: all of
// them varints.
void QuantileSketch::Append(std::string* bytes) const {
  uint64_t bins = 0;
  ForEachBin([&bins](uint32_t, uint64_t) { return ++bins; });
  AppendVarint(bins, bytes);
  uint32_t previous = 0;
  ForEachBin([&](uint32_t number, uint64_t count) {
    AppendVarint(number - previous, bytes);
    AppendVarint(count, bytes);
    previous = number;
    return true;
  });
}

bool QuantileSketch::Take(absl::string_view* bytes, QuantileSketch* sketch) {
  sketch->count_ = 0;
  sketch->bins_.clear();
  sketch->pages_.reset();
  uint64_t bins = 0;
  if (!TakeVarint(bytes, &bins) || bins > bytes->size() / 2) return false;
  sketch->bins_.reserve(bins);
  uint64_t number = 0;
  for (uint64_t i = 0; i < bins; ++i) {
    uint64_t step = 0;
    uint64_t count = 0;
    if (!TakeVarint(bytes, &step) || !TakeVarint(bytes, &count)) return false;
    number += step;
    if (step == 0 || step > kNumbers || !IsBin(number)) return false;
    if (count == 0 || count > kMaxListedCount - sketch->count_) return false;
    sketch->count_ += count;
    sketch->bins_.push_back(Bin{number, count});
  }
  if (sketch->PagesPay()) sketch->MakePages();
  return true;
}

size_t QuantileSketch::bytes() const {
  size_t bytes = bins_.capacity() > 2 ? bins_.capacity() * sizeof(Bin) : 0;
  if (pages_ != nullptr) {
    bytes += sizeof(Pages) + pages_->directory.capacity() * sizeof(uint16_t) +
             pages_->counts.capacity() * sizeof(uint64_t);
  }
  return bytes;
}

std::string FormatQuantile(double value) {
  constexpr int kSignificant = 6;
  char scientific[32];  // d.ddddde+ddd
  char* const end = std::to_chars(std::begin(scientific), std::end(scientific), std::abs(value),
                                  std::chars_format::scientific, kSignificant - 1)
                        .ptr;
  *end = '\0';
  std::string digits = absl::StrCat(absl::string_view(scientific, 1),
                                    absl::string_view(scientific + 2, kSignificant - 1));
  digits.erase(std::max(size_t{1}, digits.find_last_not_of('0') + 1));
  const int exponent = std::atoi(scientific + kSignificant + 2);
  const absl::string_view sign = value < 0 ? "-" : "";
  if (exponent < 0) {
    return absl::StrCat(sign, "0.", std::string(static_cast<size_t>(-exponent - 1), '0'), digits);
  }
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    return absl::StrCat(sign, digits, std::string(whole - digits.size(), '0'));
  }
  return absl::StrCat(sign, digits.substr(0, whole), ".", digits.substr(whole));
}

}  // namespace bigscan
