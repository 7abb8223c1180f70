// loggen: writes a synthetic log of a wanted kind and size, for benchmarks and
// tests.
//
// Owns the shape of the three kinds of records and the promise that makes them
// useful: the bytes depend on the kind and the seed alone. The size only says
// where they stop, so a shorter log is a prefix of a longer one, and two
// machines that generate the same log can compare what they measure on it.
// Hence no std distributions, no locale and no wall clock in here.
//
// Does not know what is searched for in the logs; the shares of records given
// below (1 in 1,000, 11 %, ...) are what the benchmarks' patterns count on.
//
// Speed (a gigabyte a second and more) comes from appending preformatted
// pieces by copies of a fixed width. A copy may so write past the end of its
// text; Sink leaves room for that.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/combined.h"
#include "tests/bench/json_lines.h"
#include "tests/bench/log_text.h"
#include "tests/bench/xferlog.h"
namespace {

using loggen::Combined;
using loggen::JsonLines;
using loggen::kMaxRecordBytes;
using loggen::Xferlog;

constexpr char kUsage[] =
    R"(Usage: loggen --kind KIND --size SIZE [--seed N] [--output FILE]

Writes a synthetic log that depends on KIND and the seed alone; SIZE says where
it stops. It ends with its last whole record that fits in SIZE.

  --kind KIND    xferlog, combined (with the response time in seconds as last
                 field) or jsonl
  --size SIZE    bytes, with K, M, G or T for powers of 1,024
  --seed N       another log of the same kind (default 1)
  --output FILE  where to write (default: standard output)
  --help         this text

Exit status: 0 all written, 2 an error.
)";

constexpr int kExitError = 2;

// An open file, closed with it. Errors are errno values, 0 for none.
class OutputFile {
 public:
  // An empty path means standard output.
  explicit OutputFile(const std::string& path)
      : fd_(path.empty() ? STDOUT_FILENO
                         : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)),
        open_errno_(fd_ < 0 ? errno : 0) {}
  ~OutputFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  int open_errno() const { return open_errno_; }

  int Write(const char* data, size_t bytes) {
    while (bytes > 0) {
      const ssize_t written = ::write(fd_, data, bytes);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      data += written;
      bytes -= static_cast<size_t>(written);
    }
    return 0;
  }

  // Some file systems report a full disk only here.
  int Close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) < 0 ? errno : 0;
  }

 private:
  int fd_;
  int open_errno_;
};

// Writes the records that fit in `size` bytes. Returns an errno, 0 for none.
template <class Generator>
int Generate(uint64_t seed, uint64_t size, OutputFile& output) {
  // Small enough to stay in a second-level cache between its filling and its
  // writing.
  constexpr size_t kBufferBytes = 256 << 10;
  Generator generator(seed);
  const auto buffer = std::make_unique<char[]>(kBufferBytes + kMaxRecordBytes);
  char* const full = buffer.get() + kBufferBytes;
  uint64_t left = size;
  for (;;) {
    char* end = buffer.get();
    bool fits = true;
    while (end < full) {
      char* const next = generator.AppendRecord(end);
      const auto bytes = static_cast<uint64_t>(next - end);
      fits = bytes <= left;
      if (!fits) break;
      left -= bytes;
      end = next;
    }
    const int error = output.Write(buffer.get(), static_cast<size_t>(end - buffer.get()));
    if (error != 0 || !fits) return error;
  }
}

struct Kind {
  std::string_view name;
  int (*generate)(uint64_t seed, uint64_t size, OutputFile& output);
};

constexpr std::array<Kind, 3> kKinds{{{"xferlog", Generate<Xferlog>},
                                      {"combined", Generate<Combined>},
                                      {"jsonl", Generate<JsonLines>}}};

struct Options {
  bool help = false;
  const Kind* kind = nullptr;
  std::optional<uint64_t> size;
  uint64_t seed = 1;
  std::string output;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "loggen: %s\n", message.c_str());
  return kExitError;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<uint64_t> ParseSize(std::string_view text) {
  int shift = 0;
  constexpr std::string_view kUnits = "KMGT";
  if (const size_t unit = text.empty() ? kUnits.npos : kUnits.find(text.back());
      unit != kUnits.npos) {
    shift = static_cast<int>(unit + 1) * 10;
    text.remove_suffix(1);
  }
  const std::optional<uint64_t> value = ParseNumber(text);
  if (!value || *value > (std::numeric_limits<uint64_t>::max() >> shift)) return std::nullopt;
  return *value << shift;
}

// Sets one option. Returns what is wrong with it, empty if nothing.
std::string SetOption(const std::string& name, const std::string& value, Options& options) {
  const std::string bad_value = "bad value '" + value + "' for " + name;
  if (name == "--kind") {
    const auto* const kind = std::find_if(
        kKinds.begin(), kKinds.end(), [&value](const Kind& each) { return each.name == value; });
    if (kind == kKinds.end()) return bad_value + " (xferlog, combined, jsonl)";
    options.kind = kind;
  } else if (name == "--size") {
    options.size = ParseSize(value);
    if (!options.size) return bad_value;
  } else if (name == "--seed") {
    const std::optional<uint64_t> seed = ParseNumber(value);
    if (!seed) return bad_value;
    options.seed = *seed;
  } else if (name == "--output") {
    if (value.empty()) return bad_value;
    options.output = value;
  } else {
    return "unknown option '" + name + "'";
  }
  return "";
}

// Accepts "--name value" and "--name=value". Returns what is wrong, empty if
// nothing.
std::string ParseOptions(const std::vector<std::string>& arguments, Options& options) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    if (name == "--help") {
      options.help = true;
      return "";
    }
    std::string value;
    if (const size_t equals = name.find('='); equals != name.npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (name.rfind("--", 0) == 0 && i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return "unexpected argument or missing value: '" + name + "'";
    }
    if (std::string wrong = SetOption(name, value, options); !wrong.empty()) return wrong;
  }
  if (options.kind == nullptr) return "--kind is missing";
  if (!options.size) return "--size is missing";
  return "";
}

int Run(const Options& options) {
  const std::string name = options.output.empty() ? "standard output" : options.output;
  OutputFile output(options.output);
  int error = output.open_errno();
  if (error == 0) error = options.kind->generate(options.seed, *options.size, output);
  if (error == 0) error = output.Close();
  if (error == EPIPE) return kExitError;  // the reader had enough: no news
  if (error != 0) return Fail(name + ": " + std::strerror(error));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Options options;
  const std::string wrong = ParseOptions(std::vector<std::string>(argv + 1, argv + argc), options);
  if (!wrong.empty()) return Fail(wrong + "; see --help");
  if (options.help) {
    const bool written = std::fputs(kUsage, stdout) >= 0 && std::fflush(stdout) == 0;
    return written ? 0 : kExitError;
  }
  return Run(options);
}
