#ifndef BIGSCAN_LIB_POWERS_OF_TEN_H_
#define BIGSCAN_LIB_POWERS_OF_TEN_H_

#include <array>
#include <cstdint>

namespace bigscan {

// 10^0 to 10^18.
inline constexpr std::array<uint64_t, 19> kPowersOfTen = [] {
  std::array<uint64_t, 19> powers = {1};
  for (size_t i = 1; i != powers.size(); ++i) powers[i] = 10 * powers[i - 1];
  return powers;
}();

}  // namespace bigscan

#endif  // BIGSCAN_LIB_POWERS_OF_TEN_H_
