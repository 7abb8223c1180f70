#include "cmd/out_of_memory.h"

#include <unistd.h>

#include <new>

namespace bigscan {
namespace {

int exit_status = 0;

void Exit() {
  constexpr char kMessage[] = "bigscan: out of memory\n";
  // Nobody is left to tell if it fails.
  if (write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1) < 0) _exit(exit_status);
  _exit(exit_status);
}

}  // namespace

void ExitWhenOutOfMemory(int status) {
  exit_status = status;
  std::set_new_handler(Exit);
}

}  // namespace bigscan
