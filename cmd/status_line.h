// What stands on the terminal for the moment: a line that is rewritten in place, maybe with rows above it. It
// goes away before anything else is written there, and leaves nothing behind.
#ifndef BIGSCAN_CMD_STATUS_LINE_H_
#define BIGSCAN_CMD_STATUS_LINE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bigscan {

// As much of the printable `text` as fits into `columns`: those of a terminal, on which wide characters take two.
// What is no UTF-8 is shown as `?`.
std::string FitColumns(absl::string_view text, size_t columns);
// As many of `parts`, from the first one on, as fit, joined by ", "; of the first one at least the beginning.
std::string FitParts(const std::vector<std::string>& parts, size_t columns);

class StatusLine {
 public:
  // On stderr, if that is a terminal; otherwise nothing is ever drawn. While it lives, PrintMessage has it
  // cleared first. There is one at a time.
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Whether there is a terminal to draw on.
  bool on_terminal() const { return on_terminal_; }
  // Whether what is written to `fd` goes to the same terminal.
  bool Shares(int fd) const;
  // How many rows there is room for above the line; 0 if the terminal can not move up.
  size_t RoomForRows() const;

  // Draws in place of what was drawn before. Does nothing in the background, or if the terminal takes
  // nothing now. REQUIRES: the cursor is where it was left, or at the beginning of a line.
  void Draw(const std::vector<std::string>& rows, const std::vector<std::string>& parts);

  // Leaves the terminal as if nothing had been drawn. False if it takes nothing now (Ctrl-S): to be called
  // again when it does.
  bool Clear();

 private:
  struct Size {
    size_t columns;
    size_t lines;
  };
  Size TerminalSize() const;
  bool TakesBytes() const;
  bool InBackground() const;
  std::string Erasure() const;
  void Write(absl::string_view bytes);

  const bool on_terminal_;
  const bool can_move_;  // the cursor up, and erase
  bool drawn_ = false;
  size_t rows_ = 0;     // above the line
  size_t columns_ = 0;  // of the line
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_STATUS_LINE_H_
