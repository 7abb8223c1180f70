// What bigscan-cluster says on standard error.
#ifndef BIGSCAN_CMD_CLUSTER_SAY_H_
#define BIGSCAN_CMD_CLUSTER_SAY_H_

#include "absl/strings/string_view.h"

namespace bigscan {

// Each line of `text` behind "bigscan-cluster: ".
void SayError(absl::string_view text);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_CLUSTER_SAY_H_
