#include "cmd/message.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bigscan {
namespace {

// As there is one terminal, there is one of these.
std::function<void()>& BeforeMessage() {
  static std::function<void()> before;
  return before;
}

}  // namespace

void SetBeforeMessage(std::function<void()> before) { BeforeMessage() = std::move(before); }

std::string Printable(absl::string_view text) {
  std::string printable;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool c1 = c == '\xc2' && i + 1 < text.size() && (text[i + 1] & '\xe0') == '\x80';
    if (c1) {  // U+0080 to U+009f in UTF-8: control characters, too
      absl::StrAppendFormat(&printable, "\\u%04x", static_cast<unsigned char>(text[++i]));
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&printable, "\\x%02x", static_cast<unsigned char>(c));
    } else {
      printable += c;
    }
  }
  return printable;
}

void PrintMessage(absl::string_view text) {
  if (BeforeMessage() != nullptr) BeforeMessage()();
  const std::string line = absl::StrCat("bigscan: ", Printable(text), "\n");
  // One write, so that lines of several processes do not mix. Nobody is left to tell if it fails.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace bigscan
