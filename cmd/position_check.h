// What can be a position of a log, and what somebody else has put into a state: before anything goes by it.
#ifndef BIGSCAN_CMD_POSITION_CHECK_H_
#define BIGSCAN_CMD_POSITION_CHECK_H_

#include <string>

#include "absl/strings/string_view.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {

// Why LogFile::PositionAt has never made `position`; empty if it may have. Its fingerprints must be of as many bytes as its
// offset tells, so that what they match is what was read, and its file beside its log, so that a state names no other
// directory than the command does.
std::string WhyImpossible(const snapshot::Position& position);

// Whether a walk through the directory `top` may have found `name`: below it, and by no `..`. An empty `top` is the
// working directory.
bool IsBelow(absl::string_view name, absl::string_view top);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_POSITION_CHECK_H_
