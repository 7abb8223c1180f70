#include "ipc/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ipc/child.h"

namespace bigscan {
namespace {

constexpr char kNobody[] = "nobody";
constexpr uid_t kNobodyId = 65534;  // where no list of users names it
constexpr size_t kLeastEntryBytes = 1 << 10;
constexpr size_t kMostEntryBytes = 1 << 20;

// capget(2) and capset(2), for which glibc has no functions.
struct Capabilities {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};

  bool Has(unsigned capability) const {
    return (sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
  }
};

// Without CAP_KILL, the coordinator could not end a child of another user.
bool MayHaveOtherChildren() {
  Capabilities own;
  return geteuid() == 0 && syscall(SYS_capget, &own.header, own.sets) == 0 && own.Has(CAP_SETUID) &&
         own.Has(CAP_SETGID) && own.Has(CAP_KILL);
}

std::optional<User> FindUser(const std::string& name) {
  for (size_t size = kLeastEntryBytes; size <= kMostEntryBytes; size *= 2) {
    std::vector<char> strings(size);
    passwd entry;
    passwd* found = nullptr;
    const int error = getpwnam_r(name.c_str(), &entry, strings.data(), strings.size(), &found);
    if (error == ERANGE) continue;
    if (found == nullptr) return std::nullopt;
    return User{name, entry.pw_uid, entry.pw_gid};
  }
  return std::nullopt;
}

// A user namespace may not know the user.
bool CanBecome(const User& user) {
  absl::StatusOr<Child> child = Child::Fork([&user] { _exit(BecomeUser(user) ? 0 : 1); });
  if (!child.ok()) return false;
  const ChildEnd end = child->Reap();
  return end.signal == 0 && end.exit_code == 0;
}

}  // namespace

absl::StatusOr<std::optional<User>> UserForChildren(absl::string_view name) {
  if (name.empty()) {
    if (!MayHaveOtherChildren()) return std::nullopt;
    return FindUser(kNobody).value_or(User{kNobody, kNobodyId, kNobodyId});
  }
  std::optional<User> user = FindUser(std::string(name));
  if (!user.has_value())
    return absl::NotFoundError(absl::StrCat("--user: there is no user '", name, "'"));
  if (!MayHaveOtherChildren() || !CanBecome(*user)) {
    return absl::PermissionDeniedError(
        absl::StrCat("--user: not allowed to become user '", name, "'"));
  }
  return user;
}

bool BecomeUser(const User& user) {
  return setgroups(0, nullptr) == 0 && setresgid(user.gid, user.gid, user.gid) == 0 &&
         setresuid(user.uid, user.uid, user.uid) == 0;
}

void DropCapabilities() {
  Capabilities none;
  syscall(SYS_capset, &none.header, none.sets);
}

}  // namespace bigscan
