// Keeps compiled Hyperscan databases from one run to the next.
//
// An entry is a file, named after a digest of what was compiled. It holds the serialized database
// and all that it depends on: the patterns and their flags, Hyperscan's version, and the features
// of the CPU. It is used only when all of that is the same, byte for byte, and its checksum holds;
// and only if the file and its directory belong to the user, and nobody else can write to them: a
// database is code, in effect, and no checksum makes one harmless that was written with intent.
//
// For the process that compiles, before it has others. Several at once may share a directory: an
// entry appears whole or not at all. Nothing is ever printed, and a directory that can not be used
// costs no more than the time to compile.
#ifndef BIGSCAN_LIB_DATABASE_CACHE_H_
#define BIGSCAN_LIB_DATABASE_CACHE_H_

#include <hs/hs.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/private_directory.h"

namespace bigscan {

class DatabaseCache {
 public:
  using Database = std::unique_ptr<hs_database_t, hs_error_t (*)(hs_database_t*)>;
  using Limits = PrivateDirectory::Limits;

  // A database of 100,000 literals takes 15 MB.
  static constexpr Limits kDefaultLimits = {.bytes = uint64_t{1} << 30, .files = 64};

  // Entries in `directory`, which is made when the first one is written (PrivateDirectory::Make).
  explicit DatabaseCache(std::string directory, Limits limits = kDefaultLimits)
      : directory_(std::move(directory)), limits_(limits) {}

  // $XDG_CACHE_HOME/bigscan, or $HOME/.cache/bigscan; empty when neither is an absolute path. See
  // https://specifications.freedesktop.org/basedir-spec/.
  static std::string DefaultDirectory();

  // The database that was kept for `key`: what was compiled, in full, and in which mode. kNotFound
  // when there is none, another code when there is one that may not or can not be used, which is no
  // reason not to go on: kPermissionDenied if others can have written it, kDataLoss if it is
  // damaged.
  absl::StatusOr<Database> Load(absl::string_view key) const;

  // Keeps `database` for `key`, in place of what was kept, and removes the entries that were not
  // used for the longest time when there are too many. Failure costs no more than the time of the
  // next compilation.
  absl::Status Store(absl::string_view key, const hs_database_t* database) const;

 private:
  const std::string directory_;
  const Limits limits_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DATABASE_CACHE_H_
