#include "ipc/privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "ipc/child.h"

namespace bigscan {
namespace {

int ExitStatusOf(absl::FunctionRef<bool()> body) {
  return Child::Fork([body] { _exit(body() ? 0 : 1); }).value().Reap().exit_code;
}

bool HasCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  syscall(SYS_capget, &header, sets);
  return std::any_of(std::begin(sets), std::end(sets), [](const __user_cap_data_struct& set) {
    return (set.effective | set.permitted | set.inheritable) != 0;
  });
}

TEST(Privileges, UnknownUser) {
  EXPECT_TRUE(absl::IsNotFound(UserForChildren("no such user").status()));
}

TEST(Privileges, CapabilitiesAreGivenUp) {
  EXPECT_EQ(ExitStatusOf([] {
              DropCapabilities();
              return !HasCapabilities();
            }),
            0);
}

TEST(Privileges, OnlyRootHasOthersToBecome) {
  EXPECT_EQ(ExitStatusOf([] {
              if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) return false;
              return !UserForChildren("").value().has_value() &&
                     absl::IsPermissionDenied(UserForChildren("root").status());
            }),
            0);
}

TEST(Privileges, RootBecomesNobody) {
  const absl::StatusOr<std::optional<User>> user = UserForChildren("");
  ASSERT_TRUE(user.ok());
  if (!user->has_value()) GTEST_SKIP() << "not root, or without all rights";
  EXPECT_EQ((*user)->name, "nobody");
  EXPECT_NE((*user)->uid, 0u);
  EXPECT_EQ(ExitStatusOf([&user] {
              if (!BecomeUser(**user)) return false;
              uid_t uids[3];
              gid_t gids[3];
              getresuid(&uids[0], &uids[1], &uids[2]);
              getresgid(&gids[0], &gids[1], &gids[2]);
              const auto is = [](auto id) { return [id](auto other) { return other == id; }; };
              return std::all_of(uids, uids + 3, is((*user)->uid)) &&
                     std::all_of(gids, gids + 3, is((*user)->gid)) && getgroups(0, nullptr) == 0 &&
                     !HasCapabilities();
            }),
            0);
}

}  // namespace
}  // namespace bigscan
