// The colors of --color: which SGR sequences stand around what is printed, as GREP_COLORS sets them.
//
// See grep(1), "GREP_COLORS", and ECMA-48, 8.3.117 (SGR).
#ifndef BIGSCAN_JOBS_COLORS_H_
#define BIGSCAN_JOBS_COLORS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

// Around a piece of text; both empty when it has no color.
struct Color {
  std::string start;
  std::string end;

  bool empty() const { return start.empty(); }
};

// None at all by default.
struct Colors {
  Color selected_match;
  Color context_match;
  Color selected_line;
  Color context_line;
  Color name;
  Color number;
  Color offset;
  Color separator;
  bool swap_lines_if_inverted = false;  // `rv`

  // grep's default colors, changed by `grep_colors`, the value of GREP_COLORS (may be empty), as far
  // as that is well-formed. `grep_color` is the value of its predecessor GREP_COLOR; *used_old tells
  // whether it has an effect, of which the user is to be warned.
  static Colors Parse(absl::string_view grep_colors, absl::string_view grep_color = "",
                      bool* used_old = nullptr);
};

// Appends `text` in `color`.
void AppendColored(absl::string_view text, const Color& color, std::string* to);

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_COLORS_H_
