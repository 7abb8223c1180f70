// The end when there is no memory.
#ifndef BIGSCAN_CMD_OUT_OF_MEMORY_H_
#define BIGSCAN_CMD_OUT_OF_MEMORY_H_

namespace bigscan {

// From now on, when operator new finds no memory, the process says so on stderr and ends with `status`. Children, which
// the kernel then ends, have their own way (Child::Fork). Nothing that was begun is completed: a file that was to be
// replaced stays as it was. Nothing is unwound, as that is not safe between any two allocations.
void ExitWhenOutOfMemory(int status);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_OUT_OF_MEMORY_H_
