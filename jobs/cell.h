// One place of a table that is printed.
#ifndef BIGSCAN_JOBS_CELL_H_
#define BIGSCAN_JOBS_CELL_H_

#include <cstdint>
#include <string>

namespace bigscan {

struct Cell {
  enum class Kind : uint8_t {
    kText,
    kNumber,  // digits, maybe with a sign and a fraction
    kMissing,
  };
  Kind kind = Kind::kMissing;
  std::string text = {};
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_CELL_H_
