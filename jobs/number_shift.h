// Output whose record numbers count from the beginning of a share, as it would be had they been counted from that of the
// file.
#ifndef BIGSCAN_JOBS_NUMBER_SHIFT_H_
#define BIGSCAN_JOBS_NUMBER_SHIFT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

// Of one source: lines of a name, spaces, a number, and the rest up to a delimiter, as TextFormat makes them.
class NumberShift {
 public:
  // `name_bytes`: how long a name is, with what stands behind it.
  NumberShift(size_t name_bytes, char delimiter)
      : name_bytes_(name_bytes), delimiter_(delimiter), left_(name_bytes) {}

  // Appends the next bytes to `output`, with `shift` added to the numbers in them. They may end anywhere.
  void Append(absl::string_view bytes, uint64_t shift, std::string* output);

 private:
  void PutNumber(uint64_t shift, std::string* output);

  const size_t name_bytes_;
  const char delimiter_;

  enum class In { kName, kNumber, kRest } in_ = In::kName;
  size_t left_;         // of the name
  std::string number_;  // spaces and digits, as far as they have come
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_NUMBER_SHIFT_H_
