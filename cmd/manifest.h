// Manifests: what is asked for, and the inputs as they are, fixed before any share of them is scanned. As a file, a
// manifest is the header of a snapshot, of no shard.
#ifndef BIGSCAN_CMD_MANIFEST_H_
#define BIGSCAN_CMD_MANIFEST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/command_line.h"
#include "cmd/options.h"

namespace bigscan {

// --write-manifest: lists the inputs and writes the file `options.partial`. Fails if a pattern is invalid, or an input
// can not be read or has no size.
absl::Status WriteManifest(const Options& options);

// --manifest: what it asks for, by the options of `line` that have to do with how that is done.
absl::StatusOr<Options> ManifestOptions(const CommandLine& line);

// The inputs that the manifest tells. Fails if one of them is what `options.partial` is.
absl::StatusOr<InputList> ManifestInputs(const Options& options);

// Whether the file `options.partial` already is what the scan would write. REQUIRES: there is a manifest.
bool HoldsShare(const Options& options);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_MANIFEST_H_
