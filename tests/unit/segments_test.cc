#include "cmd/segments.h"

#include <gtest/gtest.h>

namespace bigscan {
namespace {

using Status = ResultPart::Status;

constexpr ByteRange kFirstCut{0, 100};
constexpr ByteRange kSecondCut{100, 200};
constexpr ByteRange kThirdCut{200, 300};

// A first segment that ends at byte 120 of the file, with 1000 bytes of text.
SegmentChain AfterFirst() {
  SegmentChain chain(0);
  EXPECT_FALSE(chain.Take({.status = Status::kSegment, .begin = 0, .end = 1}, kFirstCut));
  EXPECT_TRUE(chain.Take({.status = Status::kPiece}, kFirstCut));
  EXPECT_FALSE(
      chain.Take({.status = Status::kSegmentEnd, .begin = 8 * 120, .end = 1000}, kFirstCut));
  EXPECT_FALSE(chain.Again().has_value());
  return chain;
}

TEST(SegmentNote, ComesBack) {
  const SegmentNote note = SegmentNote::FromNote(
      SegmentNote{.first = true, .binary = true, .start = 5, .base = 0, .skip = 7}.ToNote());
  EXPECT_TRUE(note.first);
  EXPECT_TRUE(note.binary);
  EXPECT_FALSE(note.whole);
  EXPECT_EQ(note.start, 5u);
  EXPECT_EQ(note.base, 0u);
  EXPECT_EQ(note.skip, 7u);
  EXPECT_FALSE(SegmentNote::FromNote(SegmentNote().ToNote()).start.has_value());
  EXPECT_FALSE(SegmentNote::FromNote(SegmentNote().ToNote()).base.has_value());
}

TEST(SegmentChain, ASegmentThatFitsIsMerged) {
  SegmentChain chain = AfterFirst();
  chain.Take({.status = Status::kSegment, .begin = 8 * 120}, kSecondCut);
  EXPECT_EQ(chain.offset(), 1000u);
  EXPECT_TRUE(chain.Take({.status = Status::kPiece}, kSecondCut));
  EXPECT_FALSE(chain.Again().has_value());
}

TEST(SegmentChain, OffsetsOfWhoKnowsTheBaseAreRight) {
  SegmentChain chain = AfterFirst();
  chain.Take({.status = Status::kSegment, .begin = 8 * 120, .end = 1}, kSecondCut);
  EXPECT_EQ(chain.offset(), 0u);
}

TEST(SegmentChain, ASegmentThatBeginsElsewhereIsScannedAgain) {
  for (const uint64_t begin : {uint64_t{880}, uint64_t{1040}, UINT64_MAX}) {
    SegmentChain chain = AfterFirst();
    chain.Take({.status = Status::kSegment, .begin = begin}, kSecondCut);
    EXPECT_FALSE(chain.Take({.status = Status::kPiece}, kSecondCut));
    EXPECT_FALSE(chain.Take({.status = Status::kDamaged}, kSecondCut));
    EXPECT_FALSE(
        chain.Take({.status = Status::kSegmentEnd, .begin = 8 * 210, .end = 5}, kSecondCut));
    EXPECT_FALSE(chain.damaged());
    const std::optional<SegmentNote> again = chain.Again();
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->start, 960u);
    EXPECT_EQ(again->base, 1000u);
    EXPECT_FALSE(again->first);
    EXPECT_FALSE(chain.Again().has_value());
    chain.Take({.status = Status::kSegment, .begin = 8 * 120, .end = 1}, kSecondCut);
    EXPECT_TRUE(chain.Take({.status = Status::kPiece}, kSecondCut));
  }
}

TEST(SegmentChain, WhatAMemberRunsOverIsNoSegment) {
  SegmentChain chain(0);
  chain.Take({.status = Status::kSegment, .begin = 0, .end = 1}, kFirstCut);
  chain.Take({.status = Status::kSegmentEnd, .begin = 8 * 250, .end = 1000}, kFirstCut);
  chain.Take({.status = Status::kSegment, .begin = 8 * 150}, kSecondCut);
  EXPECT_FALSE(chain.Take({.status = Status::kPiece}, kSecondCut));
  EXPECT_FALSE(chain.Again().has_value());
  chain.Take({.status = Status::kSegment, .begin = 8 * 250}, kThirdCut);
  EXPECT_TRUE(chain.Take({.status = Status::kPiece}, kThirdCut));
}

TEST(SegmentChain, ASegmentThatNeedsItsBaseGoesOnWhereItStopped) {
  SegmentChain chain = AfterFirst();
  chain.Take({.status = Status::kSegment, .begin = 8 * 120}, kSecondCut);
  chain.Take({.status = Status::kNeedsBase, .begin = 77}, kSecondCut);
  const std::optional<SegmentNote> again = chain.Again();
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->base, 1000u);
  EXPECT_EQ(again->skip, 77u);
}

TEST(SegmentChain, ADamageIsToldWhereTheSegmentFits) {
  SegmentChain chain = AfterFirst();
  chain.Take({.status = Status::kSegment, .begin = 8 * 120}, kSecondCut);
  EXPECT_TRUE(chain.Take({.status = Status::kDamaged}, kSecondCut));
  EXPECT_TRUE(chain.damaged());
}

}  // namespace
}  // namespace bigscan
