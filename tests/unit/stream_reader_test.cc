#include "ipc/stream_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

// What begins with '!' has each further byte doubled; with '?' the third one can not be decoded.
class Doubling : public DecoderFactory {
 public:
  Choice Choose(absl::string_view head, bool complete) const override {
    if (head.empty()) return {.undecided = !complete};
    if (head[0] != '!' && head[0] != '?') return {};
    return {.decoder = std::make_unique<Decoder>()};
  }

 private:
  class Decoder : public StreamDecoder {
   public:
    absl::StatusOr<Progress> Decode(absl::string_view in, bool /*last*/, char* out,
                                    size_t room) override {
      Progress progress{0, 0};
      for (char c : in) {
        if (progress.produced + 2 > room) break;
        if (seen_ == 0) first_ = c;
        if (first_ == '?' && seen_ == 2) {
          if (progress.consumed > 0) break;
          return absl::DataLossError("broken");
        }
        if (seen_++ > 0) {
          out[progress.produced++] = c;
          out[progress.produced++] = c;
        }
        ++progress.consumed;
      }
      return progress;
    }

   private:
    uint64_t seen_ = 0;
    char first_ = 0;
  };
};

struct Everything {
  std::string bytes;
  StreamReader::State state;
  std::string error;
};

Everything ReadAll(const StreamReader::Stream& stream, size_t room) {
  const Doubling decoders;
  std::atomic<uint64_t> blocked_us{0};
  StreamReader reader(stream, decoders, &blocked_us);
  Everything all;
  std::string buffer(room, '\0');
  while (true) {
    const StreamReader::Outcome read = reader.Read(buffer.data(), room);
    if (read.state != StreamReader::State::kBytes) return {all.bytes, read.state, reader.error()};
    EXPECT_GT(read.size, 0u);
    EXPECT_LE(read.size, room);
    all.bytes.append(buffer, 0, read.size);
  }
}

StreamReader::Stream FileStream(const UniqueFd& file, uint64_t begin, uint64_t end,
                                uint64_t position) {
  return {.fd = file.get(), .seekable = true, .begin = begin, .end = end, .position = position};
}

TEST(StreamReader, PlainBytesOfAFileFromAnyPosition) {
  const UniqueFd file = FileHolding("0123456789");
  for (size_t room : {1, 3, 100}) {
    EXPECT_EQ(ReadAll(FileStream(file, 2, 9, 2), room).bytes, "2345678");
    EXPECT_EQ(ReadAll(FileStream(file, 2, 9, 5), room).bytes, "5678");
    EXPECT_EQ(ReadAll(FileStream(file, 2, 9, 9), room).bytes, "");
  }
}

TEST(StreamReader, DecodedBytesAreCountedFromTheBegin) {
  const UniqueFd file = FileHolding("xx!abc");
  for (size_t room : {1, 3, 100}) {
    EXPECT_EQ(ReadAll(FileStream(file, 2, 6, 2), room).bytes, "aabbcc");
    EXPECT_EQ(ReadAll(FileStream(file, 2, 6, 5), room).bytes, "bcc");
    EXPECT_EQ(ReadAll(FileStream(file, 2, 6, 8), room).bytes, "");
  }
}

TEST(StreamReader, LongStreamsGoThroughItsBuffer) {
  std::string text(1'000'000, 'x');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  const UniqueFd file = FileHolding("!" + text);
  std::string doubled;
  for (char c : text) doubled += {c, c};
  EXPECT_TRUE(ReadAll(FileStream(file, 0, text.size() + 1, 0), 77'777).bytes == doubled);
}

TEST(StreamReader, APipeIsReadFromWhereItStands) {
  for (absl::string_view text : {"plain", "!ab", ""}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const UniqueFd out(ends[0]);
    UniqueFd in(ends[1]);
    ASSERT_EQ(write(in.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    in.Reset();
    const Everything all = ReadAll(
        {.fd = out.get(), .seekable = false, .begin = 0, .end = UINT64_MAX, .position = 0}, 4);
    EXPECT_EQ(all.bytes, text == "!ab" ? "aabb" : text);
    EXPECT_EQ(all.state, StreamReader::State::kEnd);
  }
}

TEST(StreamReader, NothingNowIsNoEnd) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  const UniqueFd out(ends[0]);
  const UniqueFd in(ends[1]);
  EXPECT_EQ(
      ReadAll({.fd = out.get(), .seekable = false, .begin = 0, .end = 9, .position = 0}, 4).state,
      StreamReader::State::kNotNow);
}

TEST(StreamReader, WhatCanNotBeDecodedEndsIt) {
  const UniqueFd file = FileHolding("?abc");
  const Everything all = ReadAll(FileStream(file, 0, 4, 0), 100);
  EXPECT_EQ(all.bytes, "aa");
  EXPECT_EQ(all.state, StreamReader::State::kFailed);
  EXPECT_EQ(all.error, "broken");
}

TEST(StreamReader, WhatCanNotBeReadEndsIt) {
  const UniqueFd directory(open("/tmp", O_RDONLY));
  const Everything all =
      ReadAll({.fd = directory.get(), .seekable = false, .begin = 0, .end = 9, .position = 0}, 4);
  EXPECT_EQ(all.state, StreamReader::State::kFailed);
  EXPECT_EQ(all.error, "Is a directory");
}

}  // namespace
}  // namespace bigscan
