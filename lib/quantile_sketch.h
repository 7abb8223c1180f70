// Quantiles of numbers that are not kept: DDSketch, by Masson, Rim and Lee ("DDSketch: A Fast and
// Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019).
//
// Counts the values in bins whose ends are at most 2 % apart. Which bin a value belongs to depends on
// nothing else, so that any split of the values, added and merged in any order, has the same bins. No
// bins are given up to save memory, as the paper's bounded variant does. Each power of two has 36 bins
// (35 would do if the logarithm were taken), whose ends are multiples of 1/512 of it: the exponent of
// a double and nine bits of its mantissa tell the bin, without rounding.
#ifndef BIGSCAN_LIB_QUANTILE_SKETCH_H_
#define BIGSCAN_LIB_QUANTILE_SKETCH_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Holds up to two bins in itself. More of them take 8 bytes each, or, where there are many close to
// each other, 8 bytes for each bin of a page of 32 (less than a power of two), used or not. Values
// from 1 to 10^6 take 6 to 12 KiB.
class QuantileSketch {
 public:
  QuantileSketch();
  QuantileSketch(QuantileSketch&& other) noexcept;
  QuantileSketch& operator=(QuantileSketch&& other) noexcept;
  ~QuantileSketch();

  // Takes 3 to 5 ns if there are pages, and 10 to 20 ns before. REQUIRES: `value` is finite. One nearer to zero than 2.2e-308, the least normal
  // number, counts as zero.
  void Add(double value);
  // As if each value of `other`, which is another sketch, had been added.
  void Merge(const QuantileSketch& other);

  uint64_t count() const { return count_; }
  // A value within 1 % of the one that has the rank floor(1 + q * (count() - 1)) in ascending order;
  // zero is exact. Looks at each bin. REQUIRES: 0 <= q <= 1, count() > 0.
  double Quantile(double q) const;

  // Equal sets of values have equal bytes: 2 or more for each bin. REQUIRES: count() < 2^46.
  void Append(std::string* bytes) const;
  // Takes what Append wrote from the front of `bytes`. False, and both unspecified, if there is none.
  static bool Take(absl::string_view* bytes, QuantileSketch* sketch);

  // The memory it holds beyond its own size.
  size_t bytes() const;

 private:
  struct Bin {
    uint64_t number : 18;
    uint64_t count : 46;
  };
  struct Pages;

  // Where in the list `number` is, or would have to be.
  size_t Find(uint32_t number) const;
  void AddCount(uint32_t number, uint64_t count);
  // Whether pages hold the bins in about the memory that the list takes.
  bool PagesPay() const;
  void MakePages();
  // Calls `visit(number, count)` for the bins in ascending order, until it returns false.
  template <typename Visit>
  void ForEachBin(Visit visit) const;

  uint64_t count_ = 0;
  // In ascending order; empty if there are pages.
  absl::InlinedVector<Bin, 2> bins_;
  std::unique_ptr<Pages> pages_;
};

// With 6 significant digits, never with an exponent: no zeros at the end of a fraction, no "-0".
// REQUIRES: `value` is finite.
std::string FormatQuantile(double value);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_QUANTILE_SKETCH_H_
