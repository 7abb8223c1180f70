// Who the children are: of a coordinator that runs as root, nobody in particular.
//
// They need no right at all: what they read, the coordinator has opened, and what they write is memory
// that they share with it.
#ifndef BIGSCAN_IPC_PRIVILEGES_H_
#define BIGSCAN_IPC_PRIVILEGES_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

// In the coordinator, before it forks: whom its children are to become. An empty `name` asks for "nobody",
// and nothing if this process is not root, or root without the right to change users or to end processes
// of others (CAP_SETUID, CAP_SETGID, CAP_KILL). For another name this is an error: kNotFound if there is
// no such user, kPermissionDenied if children can not become it.
absl::StatusOr<std::optional<User>> UserForChildren(absl::string_view name);

// In a new child: becomes `user`, in its group, without supplementary ones. False if it could not; it then is who it was.
// Undoes prctl(2)'s PR_SET_PDEATHSIG.
bool BecomeUser(const User& user);

// In a new child: gives up all capabilities.
void DropCapabilities();

}  // namespace bigscan

#endif  // BIGSCAN_IPC_PRIVILEGES_H_
