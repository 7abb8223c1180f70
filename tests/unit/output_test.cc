#include "lib/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/testing.h"

namespace bigscan {
namespace {

using State = Output::State;

// Something to write to, and what has arrived there.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual int fd() const = 0;
  // What has come since the last call.
  virtual std::string Take() = 0;
};

std::string TakeAll(int fd) {
  std::string taken;
  char buffer[64 << 10];
  pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
  while (poll(&ready, 1, 0) == 1) {
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got <= 0) break;
    taken.append(buffer, static_cast<size_t>(got));
  }
  return taken;
}

class PipeSink : public Sink {
 public:
  PipeSink() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) abort();
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
  }
  int fd() const override { return writer_.get(); }
  std::string Take() override { return TakeAll(reader_.get()); }
  void CloseReader() { reader_.Reset(); }

 private:
  UniqueFd reader_;
  UniqueFd writer_;
};

class SocketSink : public Sink {
 public:
  SocketSink() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) abort();
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
  }
  int fd() const override { return writer_.get(); }
  std::string Take() override { return TakeAll(reader_.get()); }

 private:
  UniqueFd reader_;
  UniqueFd writer_;
};

class FileSink : public Sink {
 public:
  explicit FileSink(int flags) : writer_(Reopen(file_.get(), O_WRONLY | flags)) {}
  int fd() const override { return writer_.get(); }
  std::string Take() override {
    return std::exchange(taken_, Contents(file_.get()).size()) == 0 ? Contents(file_.get()) : "";
  }

 private:
  const UniqueFd file_ = FileHolding("");
  const UniqueFd writer_;
  size_t taken_ = 0;
};

enum class SinkKind { kPipe, kFile, kAppendedFile, kSocket };

std::unique_ptr<Sink> MakeSink(SinkKind kind) {
  switch (kind) {
    case SinkKind::kPipe:
      return std::make_unique<PipeSink>();
    case SinkKind::kFile:
      return std::make_unique<FileSink>(0);
    case SinkKind::kAppendedFile:
      return std::make_unique<FileSink>(O_APPEND);
    case SinkKind::kSocket:
      return std::make_unique<SocketSink>();
  }
  return nullptr;
}

// Flushes to the end with a reader that takes what has come whenever the output is blocked.
std::string FlushAndTake(Output* output, Sink* sink) {
  std::string taken;
  State state;
  while ((state = output->Flush()) == State::kBlocked) {
    const std::string more = sink->Take();
    EXPECT_FALSE(more.empty()) << "blocked, though the reader has taken all";
    if (more.empty()) return taken;
    taken += more;
  }
  EXPECT_EQ(state, State::kDone) << output->status();
  return taken + sink->Take();
}

class OutputTo : public testing::TestWithParam<SinkKind> {};

TEST_P(OutputTo, PiecesOfAllKindsArriveInOrder) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const std::string contents = RandomText(&random, "abc\n", 300'000);
    const UniqueFd file = FileHolding(contents);
    const std::unique_ptr<Sink> sink = MakeSink(GetParam());
    Output output(sink->fd(), '\n');
    std::string expected;
    for (uint64_t pieces = Pick(&random, 150); pieces > 0; --pieces) {
      const uint64_t begin = Pick(&random, contents.size());
      const uint64_t most = Pick(&random, 10) == 0 ? 200'000 : 500;
      const uint64_t length = Pick(&random, std::min<uint64_t>(most, contents.size() - begin) + 1);
      const absl::string_view bytes = absl::string_view(contents).substr(begin, length);
      // To a socket, ranges have a test of their own.
      switch (Pick(&random, GetParam() == SinkKind::kSocket ? 2 : 3)) {
        case 0:
          output.Copy(std::string(bytes));
          break;
        case 1:
          output.Reference(bytes);
          break;
        default:
          output.FileRange(file.get(), begin, length);
      }
      expected.append(bytes.data(), bytes.size());
    }
    EXPECT_TRUE(FlushAndTake(&output, sink.get()) == expected) << "seed " << seed;
    EXPECT_TRUE(output.empty());
    EXPECT_TRUE(output.TakeLost().empty());
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST_P(OutputTo, EmptyPiecesAreNone) {
  const std::unique_ptr<Sink> sink = MakeSink(GetParam());
  Output output(sink->fd(), '\n');
  output.Copy("");
  output.Reference("");
  output.FileRange(-1, 0, 0);
  EXPECT_TRUE(output.empty());
  EXPECT_EQ(output.Flush(), State::kDone);
}

// Ranges that their files no longer have.
class OutputLost : public testing::TestWithParam<SinkKind> {};

// A range of a file that has meanwhile become shorter.
std::string FlushLost(SinkKind kind, absl::string_view contents, uint64_t begin, uint64_t length,
                      absl::string_view before, std::vector<ByteRange>* lost) {
  const UniqueFd file = FileHolding(contents);
  const std::unique_ptr<Sink> sink = MakeSink(kind);
  Output output(sink->fd(), '\n');
  output.Copy(before);
  output.FileRange(file.get(), begin, length);
  output.Copy("next\n");
  const std::string taken = FlushAndTake(&output, sink.get());
  *lost = output.TakeLost();
  EXPECT_TRUE(output.TakeLost().empty()) << "lost bytes are told once";
  return taken;
}

TEST_P(OutputLost, RangeBeyondTheEndIsLostAndItsRecordEnded) {
  std::vector<ByteRange> lost;
  EXPECT_EQ(FlushLost(GetParam(), "ab\ncd", 0, 100, "", &lost), "ab\ncd\nnext\n");
  EXPECT_EQ(lost, (std::vector<ByteRange>{{5, 100}}));
}

TEST_P(OutputLost, RangeBeyondTheEndAfterAWholeRecordGetsNoDelimiter) {
  std::vector<ByteRange> lost;
  EXPECT_EQ(FlushLost(GetParam(), "ab\ncd\n", 3, 100, "", &lost), "cd\nnext\n");
  EXPECT_EQ(lost, (std::vector<ByteRange>{{6, 103}}));
}

TEST_P(OutputLost, RangeThatIsLostWholeLeavesNothing) {
  std::vector<ByteRange> lost;
  EXPECT_EQ(FlushLost(GetParam(), "ab\n", 50, 10, "", &lost), "next\n");
  EXPECT_EQ(lost, (std::vector<ByteRange>{{50, 60}}));
}

TEST_P(OutputLost, PrefixOfALostRecordIsEnded) {
  std::vector<ByteRange> lost;
  EXPECT_EQ(FlushLost(GetParam(), "ab\n", 50, 10, "path:", &lost), "path:\nnext\n");
}

std::string SinkName(const testing::TestParamInfo<SinkKind>& info) {
  const char* const names[] = {"Pipe", "File", "AppendedFile", "Socket"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Sinks, OutputTo,
                         testing::Values(SinkKind::kPipe, SinkKind::kFile, SinkKind::kAppendedFile,
                                         SinkKind::kSocket),
                         SinkName);
INSTANTIATE_TEST_SUITE_P(Sinks, OutputLost,
                         testing::Values(SinkKind::kPipe, SinkKind::kFile, SinkKind::kAppendedFile),
                         SinkName);

// --- Slow readers ---

TEST(Output, FullPipeBlocksAndGoesOnLater) {
  const std::string bytes(4 << 20, 'x');
  PipeSink sink;
  Output output(sink.fd(), '\n');
  output.Reference(bytes);
  ASSERT_EQ(output.Flush(), State::kBlocked);
  EXPECT_EQ(output.Flush(), State::kBlocked);
  EXPECT_FALSE(output.empty());
  EXPECT_TRUE(FlushAndTake(&output, &sink) == bytes);
}

TEST(Output, FullPipeBlocksAFileRangeToo) {
  const std::string bytes(4 << 20, 'x');
  const UniqueFd file = FileHolding(bytes);
  PipeSink sink;
  Output output(sink.fd(), '\n');
  output.FileRange(file.get(), 0, bytes.size());
  ASSERT_EQ(output.Flush(), State::kBlocked);
  EXPECT_TRUE(FlushAndTake(&output, &sink) == bytes);
}

TEST(Output, PollDescriptorTellsWhenToGoOn) {
  const std::string bytes(4 << 20, 'x');
  PipeSink sink;
  Output output(sink.fd(), '\n');
  output.Reference(bytes);
  ASSERT_EQ(output.Flush(), State::kBlocked);
  pollfd ready{.fd = output.poll_fd(), .events = POLLOUT, .revents = 0};
  EXPECT_EQ(poll(&ready, 1, 0), 0);
  sink.Take();
  EXPECT_EQ(poll(&ready, 1, 0), 1);
}

TEST(Output, DescriptionThatOthersShareStaysBlocking) {
  PipeSink sink;
  const Output output(sink.fd(), '\n');
  EXPECT_EQ(fcntl(sink.fd(), F_GETFL) & O_NONBLOCK, 0);
}

// Whether `body` ends within seconds: run in a child, as it may block for ever.
bool EndsSoon(void (*body)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    signal(SIGALRM, SIG_DFL);
    alarm(1);
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Not a pipe and no terminal: its description cannot be opened again.
TEST(Output, FullSocketBlocksNobody) {
  EXPECT_TRUE(EndsSoon([] {
    const std::string bytes(4 << 20, 'x');
    SocketSink sink;
    Output output(sink.fd(), '\n');
    output.Reference(bytes);
    if (output.Flush() != State::kBlocked) _exit(1);
  }));
}

TEST(Output, FullSocketBlocksNobodyWithAFileRange) {
  EXPECT_TRUE(EndsSoon([] {
    const std::string bytes(4 << 20, 'x');
    const UniqueFd file = FileHolding(bytes);
    SocketSink sink;
    Output output(sink.fd(), '\n');
    output.FileRange(file.get(), 0, bytes.size());
    if (output.Flush() != State::kBlocked) _exit(1);
  }));
}

// --- Failures ---

TEST(Output, ReaderThatWentAwayIsUnavailable) {
  signal(SIGPIPE, SIG_IGN);
  for (bool by_range : {false, true}) {
    const UniqueFd file = FileHolding("a\n");
    PipeSink sink;
    Output output(sink.fd(), '\n');
    sink.CloseReader();
    if (by_range) {
      output.FileRange(file.get(), 0, 2);
    } else {
      output.Copy("a\n");
    }
    EXPECT_EQ(output.Flush(), State::kFailed);
    EXPECT_EQ(output.status().code(), absl::StatusCode::kUnavailable) << output.status();
  }
}

TEST(Output, FullDeviceFails) {
  for (bool by_range : {false, true}) {
    const UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
    if (!full.valid()) FAIL() << "no /dev/full";
    const UniqueFd file = FileHolding("a\n");
    Output output(full.get(), '\n');
    if (by_range) {
      output.FileRange(file.get(), 0, 2);
    } else {
      output.Copy("a\n");
    }
    EXPECT_EQ(output.Flush(), State::kFailed) << "by range " << by_range;
    EXPECT_FALSE(output.status().ok());
    EXPECT_NE(output.status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST(Output, DescriptorThatCannotBeWrittenFails) {
  const UniqueFd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Output output(fd.get(), '\n');
  output.Copy("a\n");
  EXPECT_EQ(output.Flush(), State::kFailed);
}

TEST(Output, HoldsNothingAfterAFailure) {
  const UniqueFd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Output output(fd.get(), '\n');
  output.Copy("a\n");
  output.Flush();
  EXPECT_TRUE(output.empty());
}

// --- CutAfterRecord ---

TEST(OutputCut, NothingWrittenDropsAll) {
  PipeSink sink;
  Output output(sink.fd(), '\n');
  output.Copy("a\nb\n");
  output.CutAfterRecord();
  EXPECT_TRUE(output.empty());
}

TEST(OutputCut, AfterAWholeRecordDropsAll) {
  PipeSink sink;
  Output output(sink.fd(), '\n');
  output.Copy("a\n");
  FlushAndTake(&output, &sink);
  output.Copy("b\n");
  output.CutAfterRecord();
  EXPECT_TRUE(output.empty());
}

// Cuts the output, in pieces of text or of a file, while its reader keeps it waiting.
void ExpectCutAfterRecord(bool by_range, size_t piece_size) {
  Random random(piece_size);
  std::string bytes = RandomText(&random, std::string(40'000, 'x') + '\n', 3 << 20);
  bytes += '\n';
  const UniqueFd file = FileHolding(bytes);
  PipeSink sink;
  Output output(sink.fd(), '\n');
  for (size_t at = 0; at < bytes.size(); at += piece_size) {
    const size_t size = std::min(piece_size, bytes.size() - at);
    if (by_range) {
      output.FileRange(file.get(), at, size);
    } else {
      output.Reference(absl::string_view(bytes).substr(at, size));
    }
  }
  ASSERT_EQ(output.Flush(), State::kBlocked);
  std::string taken = sink.Take();
  ASSERT_NE(taken.back(), '\n');
  output.CutAfterRecord();
  const size_t end = bytes.find('\n', taken.size() - 1) + 1;
  taken += FlushAndTake(&output, &sink);
  EXPECT_EQ(taken.size(), end);
  EXPECT_TRUE(taken == bytes.substr(0, end));
}

TEST(OutputCut, FinishesTheRecordOfText) { ExpectCutAfterRecord(false, 4 << 20); }
TEST(OutputCut, FinishesTheRecordOfManyTexts) { ExpectCutAfterRecord(false, 1000); }
TEST(OutputCut, FinishesTheRecordOfAFileRange) { ExpectCutAfterRecord(true, 4 << 20); }
TEST(OutputCut, FinishesTheRecordOfManyFileRanges) { ExpectCutAfterRecord(true, 50'000); }

}  // namespace
}  // namespace bigscan
