// However a file is cut into chunks, the same records are owned, and the same ones selected, as by a
// naive splitter.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/mapped_records.h"
#include "lib/record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scanning.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

constexpr size_t kBuffer = BlockSplitter::kBufferBytes;

// Each of a few bytes stands for a long run, as buffers are much longer than a fuzzer's input should be.
std::string Stretched(absl::string_view text) {
  constexpr size_t kMostBytes = 12 * kBuffer;
  std::string stretched;
  for (const char c : text) {
    if (stretched.size() > kMostBytes) break;
    if (c == '~') {
      stretched.append(kBuffer / 3, 'x');
    } else if (c == '^') {
      stretched.append(kBuffer - stretched.size() % kBuffer, 'y');
    } else {
      stretched += c;
    }
  }
  return stretched;
}

// Where the first record begins that ends in or behind the buffer with the first NUL.
size_t NaiveBinaryBegin(absl::string_view text) {
  const size_t nul = text.find('\0');
  if (nul == absl::string_view::npos) return text.size();
  size_t begin = 0;
  for (const std::string& record : NaiveRecords(text, '\n')) {
    if (begin + record.size() > nul / kBuffer * kBuffer) return begin;
    begin += record.size();
  }
  return begin;
}

// Plans are the same for all inputs, and take long to compile.
const ScanPlan& PlanFor(const std::string& pattern, char delimiter) {
  static std::map<std::pair<std::string, char>, std::unique_ptr<ScanPlan>> plans;
  std::unique_ptr<ScanPlan>& plan = plans[{pattern, delimiter}];
  if (plan == nullptr) {
    plan = ScanPlan::Compile(Regexes({pattern}), {.delimiter = delimiter}).value();
  }
  return *plan;
}

struct Choices {
  char delimiter;
  bool find_binary;
  bool invert;
  std::string pattern;
  ByteRange file;
  ChunkSizes sizes;
  size_t first_chunk;
};

// The records that chunks own are those that start in them; all together, they are the file.
// Returns what is selected.
std::vector<std::string> ScanInChunks(const std::string& text, const Choices& choices) {
  const UniqueFd fd = FileHolding(text);
  const std::unique_ptr<RecordScanner> scanner =
      RecordScanner::Create(PlanFor(choices.pattern, choices.delimiter),
                            {.invert = choices.invert, .find_binary = choices.find_binary})
          .value();
  FileWindow window;
  std::vector<std::string> selected;
  uint64_t end = choices.file.begin;
  bool binary = false;
  bool first = true;
  Splitter splitter(choices.file, choices.sizes);
  while (!splitter.done()) {
    const ByteRange chunk =
        splitter.Next(std::exchange(first, false) ? choices.first_chunk : UINT64_MAX);
    const auto owned =
        MapRecords(&window, 0, fd.get(), choices.file, chunk, choices.delimiter, kBuffer).value();
    const absl::string_view records = owned.records;
    if (records.empty()) continue;
    EXPECT_EQ(owned.begin, end);
    EXPECT_GE(owned.begin, chunk.begin);
    EXPECT_LT(owned.begin, chunk.end);
    end = owned.begin + records.size();
    EXPECT_TRUE(records == absl::string_view(text).substr(owned.begin, records.size()));
    EXPECT_TRUE(owned.after ==
                absl::string_view(text).substr(end, std::min<size_t>(kBuffer, text.size() - end)));
    size_t block_end = 0;
    scanner->Scan(
        {records, owned.begin, owned.after, binary}, [&](const RecordScanner::Selected& block) {
          EXPECT_EQ(block.block_begin, block_end);
          block_end += block.block.size();
          EXPECT_FALSE(binary && !block.binary) << "text behind binary data";
          binary |= block.binary;
          uint64_t count = 0;
          for (const Run& run : block.runs) {
            const auto in_run =
                NaiveRecords(block.block.substr(run.begin, run.end - run.begin), choices.delimiter);
            count += in_run.size();
            selected.insert(selected.end(), in_run.begin(), in_run.end());
          }
          EXPECT_EQ(block.records, count);
          EXPECT_EQ(CountRecords(block.block, choices.delimiter),
                    NaiveRecords(block.block, choices.delimiter).size());
          return true;
        });
    EXPECT_EQ(block_end, records.size());
    EXPECT_TRUE(scanner->failures().empty());
  }
  EXPECT_EQ(end, choices.file.end);
  return selected;
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  static constexpr const char* kPatterns[] = {"a",       "^a", "a$",     "^$",  "a.*b",
                                              "[^ab]xy", "",   "b(?=a)", "xx$", "a|\\bb"};
  Choices choices;
  choices.delimiter = input.Flag() ? '\0' : '\n';
  choices.find_binary = input.Flag() && choices.delimiter == '\n';
  choices.invert = input.Flag();
  choices.pattern = kPatterns[input.Below(std::size(kPatterns))];
  const size_t skip = input.Byte();
  // Up to 64 KiB, but mostly short.
  const size_t sizes = input.Byte();
  const size_t scale = sizes % 4 == 0 ? 1 : sizes % 4 == 1 ? 16 : 4096;
  choices.sizes.unit = scale;
  choices.sizes.first = scale * (1 + sizes / 4 % 8);
  choices.sizes.most = choices.sizes.first * (1 + sizes / 32);
  choices.first_chunk = 1 + input.Short();
  std::string text = Stretched(input.rest());
  // As many chunks as there may be, take their time.
  if (text.size() > kBuffer) choices.sizes = {16384 + sizes, (16384 + sizes) * (1 + sizes % 7), 1};
  // Where a NUL has a meaning, it goes by buffers, which are counted from the beginning of the file.
  const size_t begin = choices.find_binary ? 0 : std::min(skip, text.size());
  choices.file = {begin, text.size()};
  std::vector<std::string> expected;
  {
    std::string naive = text.substr(begin);
    if (choices.find_binary) {
      const auto binary = static_cast<ptrdiff_t>(NaiveBinaryBegin(naive));
      std::replace(naive.begin() + binary, naive.end(), '\0', '\n');
    }
    const auto all = TryNaiveSelected(Regexes({choices.pattern}), naive,
                                      {.delimiter = choices.delimiter}, choices.invert);
    if (!all.ok()) return 0;
    expected = all->records;
  }
  EXPECT_EQ(ScanInChunks(text, choices), expected);
  return 0;
}
