// What names tell of the rotation of logs: LOG.1, LOG.2.gz, LOG-20261127, as logrotate(8), savelog(8) and others make them.
//
// Names are only hints. Which text a file holds, its fingerprints tell (lib/fingerprint.h); by names it is told which
// files come between two that are known, and what is worth a look.
#ifndef BIGSCAN_LIB_ROTATED_NAME_H_
#define BIGSCAN_LIB_ROTATED_NAME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

// The part of a rotated log's name that tells which one it is.
struct Rotation {
  std::string base;  // the log's name: "app.log"
  // A number, which grows with age ("1"), or a date or a time, which does not.
  bool is_number = false;
  std::string
      order;  // digits: of a number, without leading zeros; of a date, and of a counter or fraction behind it
};

// Takes `name`, without its directory, for that of a rotated log. A suffix of a compressed format does not count, and the
// extension of the log may stand behind the number: app.1.log is one of app.log. Nothing if it is none.
std::optional<Rotation> ParseRotatedName(absl::string_view name);

// Whether the file of `a` was written before that of `b`; false if the names do not tell.
bool IsOlder(const Rotation& a, const Rotation& b);

// The log that `name` belongs to: Rotation::base, or `name` itself without a compressed format's suffix.
std::string LogOf(absl::string_view name);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_ROTATED_NAME_H_
