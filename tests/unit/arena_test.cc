#include "ipc/arena.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <deque>
#include <string>

#include "ipc/child.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

struct Held {
  Arena::Place place;
  std::string bytes;
};

TEST(Arena, RandomPutsAndReleasesNeverOverlap) {
  constexpr uint64_t kCapacity = 4096;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    Arena arena = Arena::Create(kCapacity, Pick(&random, kCapacity + 1)).value();
    ASSERT_EQ(arena.capacity(), kCapacity);
    std::deque<Held> held;
    uint64_t held_bytes = 0;
    const uint64_t most = 1 + Pick(&random, kCapacity);
    for (int step = 0; step < 1000; ++step) {
      if (Pick(&random, 5) < 3) {
        const std::string bytes(Pick(&random, most + 1), static_cast<char>(step));
        const std::optional<Arena::Place> place = arena.Put(bytes);
        if (place.has_value()) {
          held.push_back({*place, bytes});
          held_bytes += bytes.size();
          ASSERT_LE(held_bytes, kCapacity) << "seed " << seed;
        } else {
          ASSERT_FALSE(held.empty()) << "no room in an empty arena, seed " << seed;
        }
      } else if (!held.empty()) {
        arena.Release(held.front().place.arena_end);
        held_bytes -= held.front().bytes.size();
        held.pop_front();
      }
      for (const Held& each : held) {
        const auto bytes = arena.Get(each.place.begin, each.bytes.size());
        ASSERT_TRUE(bytes.has_value() && *bytes == each.bytes) << "seed " << seed;
      }
    }
  }
}

TEST(Arena, FullHasNoRoomUntilTheReleaseOfTheFirst) {
  Arena arena = Arena::Create(4096, 4096).value();
  const auto first = arena.Put(std::string(3000, 'a'));
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(arena.Put(std::string(2000, 'b')).has_value());
  arena.Release(first->arena_end);
  EXPECT_TRUE(arena.Put(std::string(2000, 'b')).has_value());
}

TEST(Arena, TakesNoMoreThanTheUsualBytesWhileItHoldsSomething) {
  Arena arena = Arena::Create(4096, 1000).value();
  const auto first = arena.Put(std::string(600, 'a'));
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(arena.Put(std::string(400, 'b')).has_value());
  EXPECT_FALSE(arena.Put("c").has_value());
}

// It begins anew whenever it is empty: what it skips is not in use.
TEST(Arena, AfterAnEmptyOneThereIsRoomForSeveral) {
  Arena arena = Arena::Create(4096, 1000).value();
  for (int i = 0; i < 3; ++i) {
    const auto first = arena.Put("a");
    const auto second = arena.Put(std::string(998, 'b'));
    const auto third = arena.Put("c");
    ASSERT_TRUE(first.has_value() && second.has_value() && third.has_value());
    EXPECT_FALSE(arena.Put("d").has_value());
    arena.Release(first->arena_end);
    EXPECT_TRUE(arena.Put("d").has_value());
    EXPECT_EQ(arena.Get(second->begin, 998).value(), std::string(998, 'b'));
    arena.Release(third->arena_end + 1);
  }
}

TEST(Arena, TakesAllOfItsCapacityWhereverItStands) {
  Arena arena = Arena::Create(4096, 4096).value();
  for (int i = 0; i < 5; ++i) {
    const auto some = arena.Put(std::string(100, 'a'));
    ASSERT_TRUE(some.has_value());
    arena.Release(some->arena_end);
    const auto all = arena.Put(std::string(4096, 'b'));
    ASSERT_TRUE(all.has_value());
    EXPECT_EQ(arena.Get(all->begin, 4096).value(), std::string(4096, 'b'));
    arena.Release(all->arena_end);
  }
}

TEST(Arena, EmptyRingStartsAgainAtItsFirstByte) {
  Arena arena = Arena::Create(4096, 4096).value();
  const auto first = arena.Put("abc");
  const char* const start = arena.Get(first->begin, 3)->data();
  arena.Release(first->arena_end);
  const auto second = arena.Put("def");
  EXPECT_EQ(arena.Get(second->begin, 3)->data(), start);
}

TEST(Arena, EmptyBytesHaveAPlace) {
  Arena arena = Arena::Create(4096, 4096).value();
  const auto place = arena.Put("");
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(arena.Get(place->begin, 0).value(), "");
}

TEST(Arena, BytesOutsideAreNotGot) {
  const Arena arena = Arena::Create(4096, 4096).value();
  EXPECT_FALSE(arena.Get(0, 4097).has_value());
  EXPECT_FALSE(arena.Get(4095, 2).has_value());
  EXPECT_FALSE(arena.Get(1, UINT64_MAX).has_value());
  EXPECT_TRUE(arena.Get(UINT64_MAX, 1).has_value());
}

TEST(Arena, ChildrenThatAreForkedLaterDoNotHaveIt) {
  Arena arena = Arena::Create(4096, 4096).value();
  const auto put = [&arena] {
    signal(SIGSEGV, SIG_DFL);
    arena.Put("bytes");
    _exit(0);
  };
  EXPECT_EQ(Child::Fork(put).value().Reap().signal, 0);
  arena.KeepFromFurtherChildren();
  EXPECT_EQ(Child::Fork(put).value().Reap().signal, SIGSEGV);
}

}  // namespace
}  // namespace bigscan
