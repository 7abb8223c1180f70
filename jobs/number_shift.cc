#include "jobs/number_shift.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace bigscan {

void NumberShift::Append(absl::string_view bytes, uint64_t shift, std::string* output) {
  while (true) {
    if (in_ == In::kName && left_ == 0) in_ = In::kNumber;
    if (bytes.empty()) return;
    switch (in_) {
      case In::kName: {
        const size_t size = std::min(left_, bytes.size());
        absl::StrAppend(output, bytes.substr(0, size));
        bytes.remove_prefix(size);
        left_ -= size;
        break;
      }
      case In::kNumber: {
        const char byte = bytes.front();
        if (byte == ' ' ? absl::StripLeadingAsciiWhitespace(number_).empty()
                        : absl::ascii_isdigit(static_cast<unsigned char>(byte))) {
          number_ += byte;
          bytes.remove_prefix(1);
          break;
        }
        PutNumber(shift, output);
        in_ = In::kRest;
        break;
      }
      case In::kRest: {
        const size_t end = bytes.find(delimiter_);
        const bool found = end != absl::string_view::npos;
        absl::StrAppend(output, bytes.substr(0, found ? end + 1 : end));
        bytes.remove_prefix(found ? end + 1 : bytes.size());
        if (!found) break;
        in_ = In::kName;
        left_ = name_bytes_;
        break;
      }
    }
  }
}

// As wide as it was, unless it takes more.
void NumberShift::PutNumber(uint64_t shift, std::string* output) {
  uint64_t number = 0;
  if (absl::SimpleAtoi(number_, &number)) {
    const std::string digits = absl::StrCat(number + shift);
    output->append(number_.size() - std::min(number_.size(), digits.size()), ' ');
    *output += digits;
  }
  number_.clear();
}

}  // namespace bigscan
