#include "cmd/status_line.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cmd/message.h"

namespace bigscan {
namespace {

constexpr int kTerminal = STDERR_FILENO;
constexpr size_t kUsualColumns = 80;
constexpr size_t kUsualLines = 24;

// A character of UTF-8 at the front of a text: its bytes, 0 if there is none, and its code.
struct Character {
  size_t size = 0;
  uint32_t code = 0;
};

Character FirstCharacter(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  uint32_t code = first & (0xffU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  return {size, code};
}

// Which take two columns on most terminals. To count one that does not is harmless: the text ends earlier.
bool IsWide(uint32_t code) {
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
         (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0xfe10 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
         code >= 0x10000;
}

size_t Columns(absl::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    columns += IsWide(character.code) ? 2 : 1;
    text.remove_prefix(std::max<size_t>(1, character.size));
  }
  return columns;
}

bool CanMove() {
  const char* term = getenv("TERM");
  return term != nullptr && *term != '\0' && strcmp(term, "dumb") != 0;
}

}  // namespace

std::string FitColumns(absl::string_view text, size_t columns) {
  std::string fitted;
  size_t used = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    used += IsWide(character.code) ? 2 : 1;
    if (used > columns) break;
    if (character.size == 0) {
      fitted += '?';
    } else {
      absl::StrAppend(&fitted, text.substr(0, character.size));
    }
    text.remove_prefix(std::max<size_t>(1, character.size));
  }
  return fitted;
}

std::string FitParts(const std::vector<std::string>& parts, size_t columns) {
  std::string line;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string longer = i == 0 ? parts[i] : absl::StrCat(line, ", ", parts[i]);
    if (i > 0 && Columns(longer) > columns) break;
    line = longer;
  }
  return FitColumns(line, columns);
}

StatusLine::StatusLine() : on_terminal_(isatty(kTerminal) == 1), can_move_(CanMove()) {
  SetBeforeMessage([this] { Clear(); });
}

StatusLine::~StatusLine() {
  Clear();
  SetBeforeMessage(nullptr);
}

bool StatusLine::Shares(int fd) const {
  struct stat own;
  struct stat other;
  return on_terminal_ && isatty(fd) == 1 && fstat(kTerminal, &own) == 0 && fstat(fd, &other) == 0 &&
         own.st_rdev == other.st_rdev;
}

StatusLine::Size StatusLine::TerminalSize() const {
  winsize size{};
  if (ioctl(kTerminal, TIOCGWINSZ, &size) != 0) size = {};
  return {.columns = size.ws_col == 0 ? kUsualColumns : size.ws_col,
          .lines = size.ws_row == 0 ? kUsualLines : size.ws_row};
}

size_t StatusLine::RoomForRows() const {
  const size_t lines = TerminalSize().lines;
  // One is the line's own, and one is what the user typed.
  return !can_move_ || lines < 2 ? 0 : lines - 2;
}

bool StatusLine::TakesBytes() const {
  pollfd terminal{.fd = kTerminal, .events = POLLOUT, .revents = 0};
  return poll(&terminal, 1, 0) == 1;
}

// Whoever is in the foreground now has the terminal's last line for itself.
bool StatusLine::InBackground() const {
  const pid_t foreground = tcgetpgrp(kTerminal);
  return foreground > 0 && foreground != getpgrp();
}

std::string StatusLine::Erasure() const {
  if (!drawn_) return "";
  if (!can_move_) return absl::StrCat("\r", std::string(columns_, ' '), "\r");
  if (rows_ == 0) return "\r\x1b[K";
  return absl::StrCat("\r\x1b[", rows_, "A\x1b[J");
}

void StatusLine::Write(absl::string_view bytes) {
  // Nobody is left to tell if it fails.
  if (write(kTerminal, bytes.data(), bytes.size()) < 0) return;
}

void StatusLine::Draw(const std::vector<std::string>& rows, const std::vector<std::string>& parts) {
  if (!on_terminal_ || InBackground() || !TakesBytes()) return;
  // In the last column the cursor would stand between two lines.
  const size_t columns = TerminalSize().columns - 1;
  std::string text = Erasure();
  rows_ = std::min(rows.size(), RoomForRows());
  for (size_t i = 0; i < rows_; ++i) {
    absl::StrAppend(&text, FitColumns(Printable(rows[i]), columns), "\r\n");
  }
  const std::string line = FitParts(parts, columns);
  columns_ = Columns(line);
  drawn_ = true;
  Write(text + line);
}

bool StatusLine::Clear() {
  if (!drawn_) return true;
  if (!InBackground()) {
    if (!TakesBytes()) return false;
    Write(Erasure());
  }
  drawn_ = false;
  rows_ = 0;
  return true;
}

}  // namespace bigscan
