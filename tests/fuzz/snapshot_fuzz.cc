// Snapshots that anybody may have written, read by --merge: whatever is in them, they are merged, or refused
// with a message. What is merged once gives the same once more.
//
// The fields of most inputs are composed as a snapshot of a share has them, so that they are not refused for
// their form; the others are taken as they are, behind the magic and before the checksum.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/snapshot_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/merge_snapshots.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

std::string PathOf(const UniqueFd& fd) { return absl::StrCat("/proc/self/fd/", fd.get()); }

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

// How snapshots of each job begin.
struct JobHead {
  const char* job;
  std::vector<std::string> options;
};
const std::vector<JobHead>& Heads() {
  static const std::vector<JobHead> heads = {
      {"records", {"--no-filename"}},
      {"records", {"--line-number", "--with-filename"}},
      {"count", {"--count", "--with-filename"}},
      {"total", {"--total"}},
      {"tally", {"--tally"}},
      {"quiet", {"--quiet"}},
      {"files-with-matches", {"--files-with-matches"}},
      {"files-without-match", {"--files-without-match"}},
      {"groups", {"--fields=combined", "--by=status"}},
      {"groups",
       {"--fields=combined", "--by=status,user",
        "--agg=count,sum(bytes),mean(bytes),min(bytes),max(bytes),p50(bytes),distinct(ip),"
        "invalid(bytes)"}},
      {"groups", {"--fields=combined", "--every=5m", "--agg=count,p99(bytes)", "--format=json"}},
      {"groups", {"--by=1,pattern", "--format=tsv"}},
  };
  return heads;
}

// As many fields as the input has bytes for.
void AddState(FuzzInput* input, std::string* fields) {
  snapshot::Snapshot piece;
  switch (input->Below(5)) {
    case 0: {
      snapshot::Source* const source = piece.add_source();
      source->set_input(static_cast<uint32_t>(input->Below(4)));
      source->set_selected(input->Byte());
      const size_t flags = input->Byte();
      source->set_binary((flags & 1) != 0);
      source->set_binary_match((flags & 2) != 0);
      source->set_records((flags & 4) != 0 ? UINT64_MAX - input->Byte() : input->Byte());
      source->set_output(std::string(input->Take(input->Byte())));
      break;
    }
    case 1:
      for (size_t patterns = input->Below(4); patterns > 0; --patterns) {
        piece.mutable_tally()->add_records(input->Byte());
      }
      piece.mutable_tally()->set_selected(input->Byte());
      break;
    case 2:
    case 3: {
      snapshot::Group* const group = piece.add_group();
      group->set_records(input->Byte());
      // A time needs eight bytes, and each text an end.
      group->set_key(std::string(input->Take(input->Below(32))));
      for (size_t states = input->Below(9); states > 0; --states) {
        group->add_state(std::string(input->Take(input->Below(64))));
      }
      break;
    }
    default:
      piece.mutable_groups()->set_selected(input->Byte());
      for (size_t notes = input->Below(6); notes > 0; --notes) {
        snapshot::Note* const note = piece.mutable_groups()->add_note();
        note->set_records(input->Byte());
        note->set_example(std::string(input->Take(input->Byte())));
      }
  }
  *fields += piece.SerializeAsString();
}

std::string Compose(FuzzInput* input) {
  const JobHead& head = Heads()[input->Below(Heads().size())];
  snapshot::Snapshot piece;
  snapshot::Header* const header = piece.mutable_header();
  header->set_version(kSnapshotVersion);
  header->set_job(head.job);
  for (const std::string& option : head.options) header->add_option(option);
  header->add_pattern("(x)");
  if (input->Flag()) header->add_pattern("b");
  header->set_shard(1);
  header->set_shards(1);
  for (uint32_t i = 0; i < 2; ++i) {
    snapshot::Input* const in = header->add_input();
    in->set_name(absl::StrCat("log", i));
    in->set_size(100);
    snapshot::Range* const range = header->add_covered();
    range->set_input(i);
    range->set_end(100);
  }
  std::string fields = piece.SerializeAsString();
  while (!input->empty()) AddState(input, &fields);
  return fields;
}

// Whatever is refused, the message names the file.
void CheckReader(const std::string& path) {
  auto reader = SnapshotReader::Open(path);
  if (!reader.ok()) {
    EXPECT_TRUE(absl::StrContains(reader.status().message(), path)) << reader.status();
    return;
  }
  snapshot::Snapshot piece;
  while (true) {
    const absl::StatusOr<bool> more = (*reader)->Next(&piece);
    if (!more.ok()) EXPECT_TRUE(absl::StrContains(more.status().message(), path)) << more.status();
    if (!more.ok() || !*more) return;
  }
}

struct Merged {
  absl::Status status;
  MergeOutcome outcome;
  std::string output;
};

Merged Merge(const std::string& path) {
  Options options;
  options.files = {path};
  const UniqueFd output = FileHolding("");
  const int flags = fcntl(STDOUT_FILENO, F_GETFD);
  const UniqueFd before(flags < 0 ? -1 : dup(STDOUT_FILENO));
  dup2(output.get(), STDOUT_FILENO);
  const absl::StatusOr<MergeOutcome> outcome = MergeSnapshots(options);
  if (before.valid()) {
    dup2(before.get(), STDOUT_FILENO);
  } else {
    close(STDOUT_FILENO);
  }
  return {outcome.status(), outcome.ok() ? *outcome : MergeOutcome(), Contents(output.get())};
}

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const size_t form = input.Below(4);
  std::string file(input.rest());
  if (form == 1) file = FileOf(input.rest());
  if (form >= 2) file = FileOf(Compose(&input));
  const UniqueFd fd = FileHolding(file);
  const std::string path = PathOf(fd);
  CheckReader(path);
  const Merged merged = Merge(path);
  if (!merged.status.ok()) {
    EXPECT_FALSE(merged.status.message().empty());
    return 0;
  }
  const Merged again = Merge(path);
  EXPECT_TRUE(again.status.ok()) << again.status;
  EXPECT_EQ(again.output, merged.output);
  EXPECT_EQ(again.outcome.selected, merged.outcome.selected);
  return 0;
}
