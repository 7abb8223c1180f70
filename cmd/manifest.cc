#include "cmd/manifest.h"

#include <sys/stat.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/decoders.h"
#include "cmd/file_chunks.h"
#include "cmd/inputs.h"
#include "cmd/make_plan.h"
#include "cmd/partial_writer.h"
#include "cmd/scanning_options.h"
#include "cmd/snapshot_file.h"
#include "lib/text_decoder.h"

namespace bigscan {
namespace {

absl::StatusOr<InputList> ListInputs(const Options& options) {
  absl::StatusOr<TextEncoding> encoding = TextEncoding::ByName(options.encoding);
  if (!encoding.ok()) return encoding.status();
  const Decoders decoders(*std::move(encoding), options.decompress);
  absl::StatusOr<InputList> list = Inputs(options, decoders, FileChunks::MostBytes(options)).List();
  if (!list.ok()) return list.status();
  for (const ListedInput& input : list->inputs) {
    if (!input.is_stdin) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(input.name, ": has no name that a manifest could tell others"));
  }
  return list;
}

}  // namespace

absl::Status WriteManifest(const Options& options) {
  const absl::StatusOr<std::unique_ptr<ScanPlan>> plan = MakePlan(options);
  if (!plan.ok()) return plan.status();
  const absl::StatusOr<InputList> list = ListInputs(options);
  if (!list.ok()) return list.status();
  snapshot::Snapshot manifest;
  FillHeader(options, *list, manifest.mutable_header());
  manifest.mutable_header()->clear_shard();
  manifest.mutable_header()->clear_shards();
  absl::StatusOr<std::unique_ptr<SnapshotWriter>> writer = SnapshotWriter::Create(options.partial);
  if (!writer.ok()) return writer.status();
  const absl::Status status = (*writer)->Append(manifest);
  return status.ok() ? (*writer)->Commit() : status;
}

absl::StatusOr<Options> ManifestOptions(const CommandLine& line) {
  for (const CommandLine::Option& option : line.options()) {
    const std::string& name = option.name;
    if (name != "manifest" && name != "shard" && name != "partial" && !IsScanningOption(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--", option.name,
          " and --manifest can not be used together: ", "the manifest tells what is asked for"));
    }
  }
  if (!line.arguments().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", line.arguments().front(),
                     "' is too much: the manifest has the patterns and the names of the files"));
  }
  const std::string& path = line.Last({"manifest"})->value;
  const absl::StatusOr<std::unique_ptr<SnapshotReader>> reader = SnapshotReader::Open(path);
  if (!reader.ok()) return absl::FailedPreconditionError(reader.status().message());
  const snapshot::Header& header = (*reader)->header();
  if (header.shards() != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": a snapshot, and no manifest"));
  }
  const SavedOptions saved{.result_words = {header.option().begin(), header.option().end()},
                           .patterns = {header.pattern().begin(), header.pattern().end()},
                           .header_record = header.header_record()};
  absl::StatusOr<Options> options = ParseSavedOptions(saved, &line);
  if (!options.ok()) return options.status();
  auto list = std::make_shared<InputList>();
  list->show_names = options->with_filename.value_or(false);
  for (const snapshot::Input& input : header.input()) {
    list->inputs.push_back({.name = input.name(),
                            .size = input.size(),
                            .modified_ns = input.modified_ns(),
                            .whole = input.whole(),
                            .ends_digest = input.ends_digest()});
  }
  options->manifest = std::move(list);
  return options;
}

absl::StatusOr<InputList> ManifestInputs(const Options& options) {
  struct stat snapshot;
  const bool replaces = !options.partial.empty() && stat(options.partial.c_str(), &snapshot) == 0;
  for (const ListedInput& input : options.manifest->inputs) {
    struct stat info;
    if (replaces && stat(input.name.c_str(), &info) == 0 && info.st_dev == snapshot.st_dev &&
        info.st_ino == snapshot.st_ino) {
      return absl::FailedPreconditionError(
          absl::StrCat(input.name, ": input file is also the snapshot"));
    }
  }
  return *options.manifest;
}

bool HoldsShare(const Options& options) {
  const absl::StatusOr<std::unique_ptr<SnapshotReader>> reader =
      SnapshotReader::Open(options.partial);
  if (!reader.ok()) return false;
  InputList list = *options.manifest;
  list.TakeShare(options.shard, options.shards);
  snapshot::Header header;
  FillHeader(options, list, &header);
  return (*reader)->header().SerializeAsString() == header.SerializeAsString();
}

}  // namespace bigscan
