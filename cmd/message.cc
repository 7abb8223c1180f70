#include "cmd/message.h"

#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bigscan {

std::string Printable(absl::string_view text) {
  std::string printable;
  for (char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&printable, "\\x%02x", static_cast<unsigned char>(c));
    } else {
      printable += c;
    }
  }
  return printable;
}

void PrintMessage(absl::string_view text) {
  const std::string line = absl::StrCat("bigscan: ", Printable(text), "\n");
  // One write, so that lines of several processes do not mix. Nobody is left to tell if it fails.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace bigscan
