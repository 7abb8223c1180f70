#include "lib/distinct_counter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

// In the header, so that the hash of a short string is no call.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/varint.h"

namespace bigscan {
namespace {

constexpr size_t kMaxList = 8;
constexpr size_t kHashBytes = sizeof(uint64_t);
constexpr int kRegisterBits = 6;  // in the encoding, where four registers take three bytes

// The sums in Ertl's estimator for the registers that no hash has reached, and for those that can
// rise no further (algorithm 6).
double Sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double sum = x;
  double weight = 1;
  for (double previous = -1; sum != previous; weight += weight) {
    x *= x;
    previous = sum;
    sum += x * weight;
  }
  return sum;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double sum = 1 - x;
  double weight = 1;
  for (double previous = -1; sum != previous;) {
    x = std::sqrt(x);
    previous = sum;
    weight *= 0.5;
    sum -= (1 - x) * (1 - x) * weight;
  }
  return sum / 3;
}

void AppendHash(uint64_t hash, std::string* bytes) {
  for (size_t i = 0; i < kHashBytes; ++i) bytes->push_back(static_cast<char>(hash >> (8 * i)));
}

// REQUIRES: kHashBytes bytes.
uint64_t TakeHash(absl::string_view* bytes) {
  uint64_t hash = 0;
  for (size_t i = 0; i < kHashBytes; ++i) {
    hash |= static_cast<uint64_t>(static_cast<unsigned char>((*bytes)[i])) << (8 * i);
  }
  bytes->remove_prefix(kHashBytes);
  return hash;
}

}  // namespace

DistinctCounter::DistinctCounter() = default;
DistinctCounter::DistinctCounter(DistinctCounter&& other) noexcept = default;
DistinctCounter& DistinctCounter::operator=(DistinctCounter&& other) noexcept = default;
DistinctCounter::~DistinctCounter() = default;

void DistinctCounter::Add(absl::string_view bytes) { AddHash(HashOf(bytes)); }

uint64_t DistinctCounter::HashOf(absl::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

bool DistinctCounter::is_list() const { return hashes_.size() <= kMaxList; }

uint64_t& DistinctCounter::SlotOf(uint64_t hash) {
  const size_t mask = hashes_.size() - 1;
  size_t slot = hash & mask;  // other bits than those that tell the register
  while (hashes_[slot] != hash && hashes_[slot] != 0) slot = (slot + 1) & mask;
  return hashes_[slot];
}

void DistinctCounter::AddHash(uint64_t hash) {
  if (hash == 0) hash = 1;
  if (registers_ != nullptr) return Record(hash);
  if (is_list()) {
    if (std::find(hashes_.begin(), hashes_.end(), hash) != hashes_.end()) return;
    if (size_ < kMaxList) {
      hashes_.push_back(hash);
      ++size_;
      return;
    }
    Reserve(size_ + 1);
  }
  uint64_t* slot = &SlotOf(hash);
  if (*slot == hash) return;
  if (size_ == kExact) {
    MakeRegisters();
    return Record(hash);
  }
  if (size_ + 1 > hashes_.size() / 4 * 3) {
    Reserve(size_ + 1);
    slot = &SlotOf(hash);
  }
  *slot = hash;
  ++size_;
}

void DistinctCounter::Reserve(size_t count) {
  const size_t slots = std::bit_ceil(count + (count + 2) / 3);
  if (count <= kMaxList || slots <= hashes_.size()) return;
  const absl::InlinedVector<uint64_t, 2> old = std::move(hashes_);
  hashes_ = absl::InlinedVector<uint64_t, 2>(slots);
  for (uint64_t hash : old) {
    if (hash != 0) SlotOf(hash) = hash;
  }
}

// The register keeps the longest run of zeros, plus 1, among the bits that do not tell the register.
void DistinctCounter::Record(uint64_t hash) {
  const uint64_t guard = uint64_t{1} << (kIndexBits - 1);
  const auto rank = static_cast<uint8_t>(std::countl_zero(hash << kIndexBits | guard) + 1);
  uint8_t& highest = (*registers_)[hash >> (64 - kIndexBits)];
  if (rank > highest) highest = rank;
}

void DistinctCounter::MakeRegisters() {
  registers_ = std::make_unique<Registers>();
  for (uint64_t hash : hashes_) {
    if (hash != 0) Record(hash);
  }
  hashes_.clear();
  hashes_.shrink_to_fit();
  size_ = 0;
}

void DistinctCounter::Merge(const DistinctCounter& other) {
  if (other.registers_ != nullptr) {
    if (registers_ == nullptr) MakeRegisters();
    for (size_t i = 0; i < registers_->size(); ++i) {
      (*registers_)[i] = std::max((*registers_)[i], (*other.registers_)[i]);
    }
    return;
  }
  // In a smaller table, hashes in the order of the other one would end up next to each other.
  if (registers_ == nullptr) Reserve(other.size_);
  for (uint64_t hash : other.hashes_) {
    if (hash != 0) AddHash(hash);
  }
}

uint64_t DistinctCounter::Count() const {
  if (registers_ == nullptr) return size_;
  constexpr double kRegisters = std::tuple_size_v<Registers>;
  constexpr int kMaxRank = 64 - kIndexBits + 1;
  std::array<uint32_t, kMaxRank + 1> registers_of_rank = {};
  for (uint8_t rank : *registers_) ++registers_of_rank[rank];
  double sum = kRegisters * Tau(1 - registers_of_rank[kMaxRank] / kRegisters);
  for (int rank = kMaxRank - 1; rank > 0; --rank) sum = (sum + registers_of_rank[rank]) / 2;
  sum += kRegisters * Sigma(registers_of_rank[0] / kRegisters);
  // Nothing is left when damaged bytes have filled all registers.
  constexpr double kLeastSum = 1e-9;
  const double estimate =
      kRegisters * kRegisters / (2 * std::numbers::ln2 * std::max(sum, kLeastSum));
  return std::max(uint64_t{kExact + 1}, static_cast<uint64_t>(estimate + 0.5));
}

// The number of hashes, and the hashes in ascending order, lowest byte first; or kExact + 1, and the
// registers with 6 bits each, lowest first.
void DistinctCounter::Append(std::string* bytes) const {
  if (registers_ == nullptr) {
    std::vector<uint64_t> sorted;
    std::copy_if(hashes_.begin(), hashes_.end(), std::back_inserter(sorted),
                 [](uint64_t hash) { return hash != 0; });
    std::sort(sorted.begin(), sorted.end());
    AppendVarint(sorted.size(), bytes);
    for (uint64_t hash : sorted) AppendHash(hash, bytes);
    return;
  }
  AppendVarint(kExact + 1, bytes);
  for (size_t i = 0; i < registers_->size(); i += 4) {
    uint32_t four = 0;
    for (size_t j = 0; j < 4; ++j) four |= uint32_t{(*registers_)[i + j]} << (kRegisterBits * j);
    for (int shift = 0; shift < 24; shift += 8) bytes->push_back(static_cast<char>(four >> shift));
  }
}

bool DistinctCounter::Take(absl::string_view* bytes, DistinctCounter* counter) {
  counter->hashes_.clear();
  counter->size_ = 0;
  counter->registers_.reset();
  uint64_t size = 0;
  if (!TakeVarint(bytes, &size) || size > kExact + 1) return false;
  if (size <= kExact) {
    if (bytes->size() / kHashBytes < size) return false;
    counter->Reserve(size);
    for (uint64_t previous = 0; size > 0; --size) {
      const uint64_t hash = TakeHash(bytes);
      if (hash <= previous) return false;
      counter->AddHash(hash);
      previous = hash;
    }
    return true;
  }
  constexpr size_t kRegisters = std::tuple_size_v<Registers>;
  if (bytes->size() < kRegisters / 4 * 3) return false;
  counter->registers_ = std::make_unique<Registers>();
  for (size_t i = 0; i < kRegisters; ++i) {
    uint32_t three = 0;
    for (size_t j = 0; j < 3; ++j) {
      three |= uint32_t{static_cast<unsigned char>((*bytes)[i / 4 * 3 + j])} << (8 * j);
    }
    const uint32_t rank = three >> (kRegisterBits * (i % 4)) & 0x3f;
    if (rank > 64 - kIndexBits + 1) return false;
    (*counter->registers_)[i] = static_cast<uint8_t>(rank);
  }
  bytes->remove_prefix(kRegisters / 4 * 3);
  return true;
}

size_t DistinctCounter::bytes() const {
  return (hashes_.capacity() > 2 ? hashes_.capacity() * sizeof(uint64_t) : 0) +
         (registers_ != nullptr ? sizeof(Registers) : 0);
}

}  // namespace bigscan
