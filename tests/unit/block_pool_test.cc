#include "ipc/block_pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ipc/child.h"

namespace bigscan {
namespace {

TEST(BlockPool, BlocksLieSideBySide) {
  const BlockPool pool = BlockPool::Create(3, 5000, 20'000).value();
  EXPECT_EQ(pool.count(), 3u);
  EXPECT_EQ(pool.target(), 5000u);
  EXPECT_GE(pool.capacity(), 20'000u);
  EXPECT_EQ(pool.block(0), pool.memory());
  EXPECT_EQ(pool.block(2), pool.memory() + 2 * pool.capacity());
}

TEST(BlockPool, CapacityIsNoLessThanTheTarget) {
  EXPECT_GE(BlockPool::Create(1, 100'000, 10).value().capacity(), 100'000u);
}

TEST(BlockPool, BytesOfOneBlockAreItsOwn) {
  const BlockPool pool = BlockPool::Create(3, 4096, 8192).value();
  for (uint32_t i = 0; i < 3; ++i)
    memset(pool.block(i), 'a' + static_cast<int>(i), pool.capacity());
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(pool.block(i)[0], static_cast<char>('a' + i));
    EXPECT_EQ(pool.block(i)[pool.capacity() - 1], static_cast<char>('a' + i));
  }
}

TEST(BlockPool, ShrinkKeepsTheTargetAndDropsTheRest) {
  const BlockPool pool = BlockPool::Create(2, 4096, 16'384).value();
  memset(pool.memory(), 'x', 2 * pool.capacity());
  pool.Shrink(0);
  EXPECT_EQ(pool.block(0)[4095], 'x');
  EXPECT_EQ(pool.block(0)[4096], '\0');
  EXPECT_EQ(pool.block(0)[pool.capacity() - 1], '\0');
  EXPECT_EQ(pool.block(1)[0], 'x');
}

TEST(BlockPool, ChildrenShareTheMemory) {
  const BlockPool pool = BlockPool::Create(1, 4096, 4096).value();
  Child child = Child::Fork([&pool] {
                  pool.block(0)[0] = 'c';
                  _exit(0);
                }).value();
  child.Reap();
  EXPECT_EQ(pool.block(0)[0], 'c');
}

TEST(BlockPool, MoreMemoryThanThereIsIsAnError) {
  EXPECT_EQ(BlockPool::Create(1, uint64_t{1} << 60, 0).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(BlockPool, CanBeReadOnlyInAChild) {
  const BlockPool pool = BlockPool::Create(2, 4096, 8192).value();
  pool.block(1)[0] = 'a';
  Child child = Child::Fork([&pool] {
                  signal(SIGSEGV, SIG_DFL);
                  pool.MakeReadOnly();
                  if (pool.block(1)[0] != 'a') _exit(0);
                  pool.block(1)[0] = 'b';
                  _exit(0);
                }).value();
  EXPECT_EQ(child.Reap().signal, SIGSEGV);
  pool.block(1)[0] = 'c';
}

}  // namespace
}  // namespace bigscan
