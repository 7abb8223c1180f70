// Inputs that are listed before they are read, and then opened by that list.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/inputs.h"
#include "cmd/listed_input.h"
#include "cmd/message.h"
#include "cmd/open_file.h"

namespace bigscan {
namespace {

int64_t ModifiedNs(const struct stat& info) {
  return static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
}

absl::Status IsStream(const std::string& name) {
  return absl::FailedPreconditionError(absl::StrCat(
      name, ": no regular file whose size is known, which --shard and --partial need"));
}

}  // namespace

absl::StatusOr<InputList> Inputs::List() {
  // To open a FIFO, and close it, would be the end of its writer.
  for (const std::string& operand : operands_) {
    struct stat info;
    const int failed = operand == "-" ? fstat(STDIN_FILENO, &info) : stat(operand.c_str(), &info);
    if (failed == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
      return IsStream(operand == "-" ? options_.stdin_label : operand);
    }
  }
  struct stat snapshot;
  const bool replaces = stat(options_.partial.c_str(), &snapshot) == 0;
  InputList list;
  while (std::optional<Opened> input = OpenNext()) {
    struct stat info;
    if (fstat(input->fd.get(), &info) != 0) return absl::ErrnoToStatus(errno, input->name);
    if (replaces && info.st_dev == snapshot.st_dev && info.st_ino == snapshot.st_ino) {
      return absl::FailedPreconditionError(
          absl::StrCat(input->name, ": input file is also the snapshot"));
    }
    const bool whole = input->regular && NeedsDecoder(&*input);
    std::string ends;
    if (options_.writes_manifest && input->regular) {
      absl::StatusOr<std::string> digest = EndsDigest(input->fd.get(), input->size);
      if (!digest.ok()) {
        return absl::FailedPreconditionError(
            absl::StrCat(input->name, ": ", digest.status().message()));
      }
      ends = *std::move(digest);
    }
    const bool as_told = input->size > 0 ? CanBeMapped(input->fd.get()) : input->head.empty();
    if (!had_error_ && (!input->regular || !as_told || input->begin > 0)) {
      return IsStream(input->name);
    }
    list.inputs.push_back({.name = std::move(input->name),
                           .is_stdin = input->is_stdin,
                           .size = input->size,
                           .modified_ns = ModifiedNs(info),
                           .whole = whole,
                           .ends_digest = std::move(ends)});
  }
  SayBefore(std::numeric_limits<uint32_t>::max());
  if (had_error_) {
    return absl::FailedPreconditionError(
        "nothing is scanned: --shard and --partial need all inputs to be readable");
  }
  list.show_names = show_names_.value_or(false);
  return list;
}

void Inputs::Visit(absl::FunctionRef<void(const std::string& name, int fd)> visit) {
  while (const std::optional<Opened> input = OpenNext()) visit(input->name, input->fd.get());
  SayBefore(std::numeric_limits<uint32_t>::max());
}

void Inputs::Follow(InputList list) {
  list_ = std::move(list);
  next_listed_ = list_->first;
  first_id_ = static_cast<uint32_t>(list_->first);
  show_names_ = list_->show_names;
}

// One that can not be opened any more is an empty input, so that the others keep their places.
std::optional<Inputs::Opened> Inputs::OpenListed() {
  if (next_listed_ == list_->last) return std::nullopt;
  ListedInput& listed = list_->inputs[next_listed_];
  const ByteRange part = list_->parts[next_listed_];
  ++next_listed_;
  Opened input{.name = listed.label.empty() ? listed.name : listed.label,
               .fd = listed.is_stdin ? UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
                                     : OpenFile(listed.name),
               .is_stdin = listed.is_stdin};
  input.regular = true;
  struct stat info;
  if (!input.fd.valid() || fstat(input.fd.get(), &info) != 0) {
    Complain(listed.name, errno);
    listed.missed = true;
    input.looked_at = true;
  } else if (absl::Status status = CheckListed(listed, input.fd.get()); !status.ok()) {
    had_error_ = true;
    listed.missed = true;
    Say(listed.name, std::string(status.message()).c_str());
    input.looked_at = true;
  } else if (!part.empty()) {
    input.size = listed.size;
    const bool has_grown = static_cast<uint64_t>(info.st_size) > listed.size;
    if (part.size() < listed.size || (has_grown && !listed.may_grow)) input.part = part;
    input.begins_inside = listed.decoded_begin > 0;
    if (options_.drop_cache) input.cold = ColdRanges::Find(input.fd.get(), part.begin, part.end);
    LookAhead(&input);
  } else {
    input.looked_at = true;
  }
  return input;
}

}  // namespace bigscan
