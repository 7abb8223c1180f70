// What a child does that hostile bytes have taken over, so that tests can prove that it can not.
#ifndef BIGSCAN_IPC_TEST_ATTACK_H_
#define BIGSCAN_IPC_TEST_ATTACK_H_

#include "absl/strings/string_view.h"

namespace bigscan {

// Null, or the function that attempts what `name` tells: "open", "connect" and others. It returns true
// if the kernel let it do so.
using TestAttack = bool (*)();
TestAttack FindTestAttack(absl::string_view name);

// The exit status of a child that has attempted it and lived on: it was refused, or it was not.
constexpr int kAttackRefused = 70;
constexpr int kAttackSucceeded = 71;

}  // namespace bigscan

#endif  // BIGSCAN_IPC_TEST_ATTACK_H_
