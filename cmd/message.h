// What bigscan says on stderr.
#ifndef BIGSCAN_CMD_MESSAGE_H_
#define BIGSCAN_CMD_MESSAGE_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

// `text` with its control characters as escapes, so that no file name or record plays with a
// terminal.
std::string Printable(absl::string_view text);

// What PrintMessage calls first, in whatever calls it: to make room for the message. Null for nothing.
void SetBeforeMessage(std::function<void()> before);

// Writes "bigscan: text" as one line.
void PrintMessage(absl::string_view text);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MESSAGE_H_
