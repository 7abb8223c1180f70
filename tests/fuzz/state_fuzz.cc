// States that anybody may have written, read by --state: whatever is in them, they are refused with a message, or
// gone on from. A run reads no other files than the logs and what rotation has put beside them, a part of one only
// behind a text that is that of the state, and none twice; and when it is done, the next one finds nothing to do.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/state_run.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/decoders.h"
#include "cmd/make_jobs.h"
#include "cmd/partial_writer.h"
#include "lib/match_locator.h"
#include "lib/text_decoder.h"
#include "tests/fuzz/fuzz.h"

namespace bigscan {
namespace {

// A log, two files that rotation may have left, and one that is none of them, in a directory of its own.
constexpr const char* kFiles[] = {"logs/log", "logs/log.1", "logs/log.2", "other/log.1"};
constexpr size_t kLogs = 3;

class Directory {
 public:
  Directory() {
    // What is synced there costs no time.
    std::string name = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : testing::TempDir();
    name += "/state_fuzz_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name + "/";
    std::filesystem::create_directories(path_ + "logs");
    std::filesystem::create_directories(path_ + "other");
  }
  ~Directory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string state() const { return path_ + "state"; }
  std::string log() const { return path_ + "logs/log"; }

  void Write(const std::string& name, absl::string_view bytes) const {
    std::ofstream(path_ + name, std::ios::binary) << bytes;
  }
  void Remove(const std::string& name) const { std::filesystem::remove(path_ + name); }

 private:
  std::string path_;
};

const Directory& Place() {
  static const Directory directory;
  return directory;
}

// The commands that a state may be of.
const std::vector<Options>& Commands() {
  static const std::vector<Options> commands = [] {
    std::vector<Options> all;
    for (const std::vector<std::string>& own :
         std::vector<std::vector<std::string>>{{"-e", "(x)"},
                                               {"-e", "(x)", "--count"},
                                               {"-e", "(x)", "--total"},
                                               {"-e", "(x)", "-e", "b", "--tally"},
                                               {"-e", "(x)", "--by=1"}}) {
      std::vector<std::string> words = {"bigscan", "--state", Place().state()};
      words.insert(words.end(), own.begin(), own.end());
      words.push_back(Place().log());
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      all.push_back(ParseOptions(static_cast<int>(words.size()), argv.data()).value());
    }
    return all;
  }();
  return commands;
}

// The magic, the fields, and the checksum of both.
std::string FileOf(absl::string_view fields) {
  snapshot::Snapshot magic;
  magic.set_magic("bigscan snapshot");
  std::string file = absl::StrCat(magic.SerializeAsString(), fields);
  const uint64_t checksum = XXH3_64bits(file.data(), file.size());
  file += static_cast<char>(15 << 3 | 1);
  for (int i = 0; i < 64; i += 8) file += static_cast<char>(checksum >> i);
  return file;
}

// --- What a state is composed of ---

void SetMark(absl::string_view text, snapshot::Fingerprint* mark) {
  text.remove_prefix(text.size() - std::min<size_t>(text.size(), 4096));
  mark->set_bytes(text.size());
  mark->set_hash(XXH3_64bits(text.data(), text.size()));
}

void AddPosition(FuzzInput* input, const std::vector<std::string>& texts, snapshot::State* state) {
  snapshot::Position* const position = state->add_position();
  const std::vector<std::string> names = {"logs/log", "logs/log.1", "other/log.1",
                                          "logs/../other/log.1", "nowhere/log"};
  position->set_name(Place().path() + names[input->Below(8) % names.size()]);
  const size_t where = input->Below(8);
  if (where > 0 && where < 6) position->set_path(Place().path() + names[where - 1]);
  const size_t of = input->Below(std::size(kFiles));
  struct stat info = {};
  if (input->Flag() && stat((Place().path() + kFiles[of]).c_str(), &info) == 0) {
    position->set_device(info.st_dev);
    position->set_inode(info.st_ino);
  }
  const std::string& text = texts[of];
  const size_t offset = std::min<size_t>(input->Short(), text.size());
  position->set_size(text.size());
  position->set_offset(offset);
  if (offset > 0) {
    SetMark(text.substr(0, std::min<size_t>(offset, 4096)), position->mutable_head());
    SetMark(text.substr(0, offset), position->mutable_tail());
  }
  // One thing may be wrong with it.
  switch (input->Below(16)) {
    case 1:
      position->set_offset(input->Flag() ? UINT64_MAX - input->Byte() : input->Short());
      break;
    case 2:
      position->clear_head();
      break;
    case 3:
      position->clear_tail();
      break;
    case 4:
      SetMark(text.substr(0, input->Short()), position->mutable_head());
      break;
    case 5:
      position->mutable_tail()->set_bytes(UINT64_MAX - input->Byte());
      break;
    case 6:
      position->set_compressed(true);
      SetMark(text, position->mutable_file_head());
      SetMark(text, position->mutable_file_tail());
      position->set_stopped(input->Flag());
      break;
    case 7:
      position->set_name(std::string(input->Take(input->Byte())));
      break;
    case 8:
      position->set_size(UINT64_MAX);
      break;
    default:
      break;
  }
}

void AddResult(FuzzInput* input, std::string* fields) {
  snapshot::Snapshot piece;
  switch (input->Below(4)) {
    case 0:
      piece.add_source()->set_input(static_cast<uint32_t>(input->Below(5)));
      piece.mutable_source(0)->set_selected(input->Byte());
      if (input->Below(8) == 1) piece.mutable_source(0)->set_input(UINT32_MAX);
      break;
    case 1:
      for (size_t patterns = input->Below(4); patterns > 0; --patterns) {
        piece.mutable_tally()->add_records(input->Byte());
      }
      break;
    case 2:
      piece.add_group()->set_records(input->Byte());
      piece.mutable_group(0)->set_key(std::string(input->Take(input->Below(16))));
      for (size_t states = input->Below(3); states > 0; --states) {
        piece.mutable_group(0)->add_state(std::string(input->Take(input->Below(32))));
      }
      break;
    default:
      piece.mutable_groups()->set_selected(input->Byte());
      for (size_t notes = input->Below(6); notes > 0; --notes) {
        piece.mutable_groups()->add_note()->set_records(input->Byte());
      }
  }
  *fields += piece.SerializeAsString();
}

std::string Compose(FuzzInput* input, const Options& options,
                    const std::vector<std::string>& texts) {
  snapshot::Snapshot piece;
  snapshot::Header* const header = piece.mutable_header();
  FillOptions(options, false, header);
  header->set_shard(1);
  header->set_shards(1);
  for (size_t inputs = input->Below(4); inputs > 0; --inputs) {
    header->add_input()->set_name(absl::StrCat(Place().log(), inputs == 3 ? "" : ".x"));
  }
  header->mutable_state()->set_has_result(input->Flag());
  for (size_t positions = input->Below(5); positions > 0; --positions) {
    AddPosition(input, texts, header->mutable_state());
  }
  std::string fields = piece.SerializeAsString();
  for (size_t results = input->Below(4); results > 0; --results) AddResult(input, &fields);
  return fields;
}

// --- What a run does with it ---

bool IsMarked(absl::string_view text, const snapshot::Fingerprint& mark) {
  snapshot::Fingerprint expected;
  SetMark(text, &expected);
  return expected.bytes() == mark.bytes() && expected.hash() == mark.hash();
}

// Whether a position of `state` tells that so much of the text is done.
bool IsDone(const std::string& text, uint64_t done, const snapshot::State& state) {
  for (const snapshot::Position& position : state.position()) {
    if (position.offset() != done) continue;
    const std::string begin = text.substr(0, done);
    // The text of a compressed file may be known by its beginning only.
    const bool by_head = position.compressed() && !position.has_tail();
    if (IsMarked(begin.substr(0, position.head().bytes()), position.head()) &&
        (by_head ||
         (IsMarked(begin, position.tail()) && IsMarked(begin.substr(0, 4096), position.head())))) {
      return true;
    }
  }
  return false;
}

// What is to be scanned, of a run that goes on from `state`.
void CheckList(const InputList& list, const std::vector<std::string>& texts,
               const snapshot::State& state) {
  std::set<std::string> names;
  EXPECT_EQ(list.parts.size(), list.inputs.size());
  for (size_t i = 0; i < list.inputs.size(); ++i) {
    const ListedInput& input = list.inputs[i];
    const ByteRange part = list.parts[i];
    EXPECT_TRUE(names.insert(input.name).second) << input.name;
    size_t file = 0;
    while (file < kLogs && Place().path() + kFiles[file] != input.name) ++file;
    EXPECT_LT(file, kLogs) << input.name << " is none of the logs";
    EXPECT_EQ(input.size, texts[file].size());
    EXPECT_LE(part.begin, part.end);
    EXPECT_LE(part.end, input.size);
    if (!part.empty() && part.begin > 0) {
      EXPECT_TRUE(IsDone(texts[file], part.begin, state))
          << input.name << " from byte " << part.begin;
    }
  }
}

// Whether each of its results is one of a log that it names.
bool NamesItsResults(SnapshotReader* reader) {
  snapshot::Snapshot piece;
  while (reader->Next(&piece).value_or(false)) {
    for (const snapshot::Source& source : piece.source()) {
      if (source.input() >= static_cast<uint32_t>(reader->header().input_size())) return false;
    }
  }
  return true;
}

// Runs up to the state's being in place, as if all that is listed had been scanned. Whether that went well.
bool RunState(const Options& options, const std::vector<std::string>& texts, bool again) {
  const std::string& path = options.state;
  auto run = StateRun::Create(options);
  if (!run.ok()) {
    EXPECT_TRUE(absl::StrContains(run.status().message(), path)) << run.status();
    EXPECT_FALSE(again) << run.status();
    return false;
  }
  const auto reader = SnapshotReader::Open(path);
  const Decoders decoders(TextEncoding::ByName(options.encoding).value(), options.decompress);
  const InputList list = (*run)->List(decoders);
  CheckList(list, texts, reader.ok() ? (*reader)->header().state() : snapshot::State());
  MatchLocator locator(options.patterns, false);
  auto jobs = MakeJobs(options, &locator, 0).value();
  const absl::Status loaded = (*run)->Load(jobs[0].get());
  if (!loaded.ok()) {
    EXPECT_TRUE(absl::StrContains(loaded.message(), path)) << loaded;
    EXPECT_FALSE(again) << loaded;
    return false;
  }
  if (reader.ok() && options.mode != OutputMode::kRecords) {
    EXPECT_TRUE(NamesItsResults(reader->get()));
  }
  for (uint32_t id = 0; id < list.inputs.size(); ++id) {
    if (again) EXPECT_TRUE(list.parts[id].empty()) << list.inputs[id].name;
    (*run)->Scanned(id, list.parts[id].end);
    (*run)->EndSource(id, *jobs[0]);
    jobs[0]->EndSource({.id = id, .name = list.inputs[id].name, .show_name = false});
  }
  jobs[0]->EndScan();
  const absl::StatusOr<std::string> written = (*run)->Write(list, jobs[0].get());
  EXPECT_TRUE(written.ok()) << written.status();
  EXPECT_TRUE((*run)->Commit().ok());
  return !(*run)->had_error();
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const Options& options = Commands()[input.Below(Commands().size())];
  const size_t form = input.Below(4);
  std::vector<std::string> texts;
  for (size_t i = 0; i < std::size(kFiles); ++i) {
    // A text is a few records of the same, more than a fingerprint is made of, or what another one begins with.
    const size_t kind = input.Below(8);
    std::string text;
    for (size_t lines = input.Byte(); lines > 0; --lines) {
      text += absl::StrCat("x", kind, "\n");
      if (kind == 7) text += std::string(100, 'x');
    }
    if (i > 0 && kind < 3) text = texts[i - 1] + text;
    texts.push_back(text);
    // Written anew, so that its time and its inode are no matter.
    Place().Remove(kFiles[i]);
    if (i != 2 || !text.empty()) Place().Write(kFiles[i], text);
  }
  std::string state(input.rest());
  if (form == 1) state = FileOf(input.rest());
  if (form >= 2) state = FileOf(Compose(&input, options, texts));
  Place().Write("state", state);
  // The same once more has nothing to do.
  if (RunState(options, texts, false)) RunState(options, texts, true);
  return 0;
}
