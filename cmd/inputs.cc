#include "cmd/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/make_jobs.h"
#include "cmd/message.h"
#include "cmd/open_file.h"
#include "lib/decompressor.h"
#include "lib/members.h"

namespace bigscan {
namespace {

constexpr uint64_t kNoEnd = std::numeric_limits<int64_t>::max();
// To map a file of this size costs as much as to copy it.
constexpr uint64_t kMostPackedFileBytes = 128 << 10;
constexpr uint64_t kMostPackBytes = 1 << 20;
constexpr uint32_t kMostStreams = 8;
constexpr uint64_t kDropMicros = 20'000;  // to wait for heads that are still being read

bool IsDevice(mode_t mode) {
  return S_ISCHR(mode) || S_ISBLK(mode) || S_ISSOCK(mode) || S_ISFIFO(mode);
}

bool IsSameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// grep reads on when its input is its own output only where that ends: after the first record.
bool OutputMustDiffer(const Options& options) {
  return options.partial.empty() && options.output.empty() &&
         (options.mode == OutputMode::kRecords || options.mode == OutputMode::kJson) &&
         options.max_count.value_or(UINT64_MAX) > 1;
}

}  // namespace

Inputs::Inputs(const Options& options, const DecoderFactory& decoders, uint64_t most_chunk_bytes)
    : options_(options),
      decoders_(decoders),
      most_chunk_bytes_(most_chunk_bytes),
      rules_(options.file_rules, options.excluded_dirs),
      operands_(options.files),
      show_names_(options.with_filename) {
  const bool recursive = options.directories == Directories::kRecurse;
  if (operands_.empty()) {
    in_working_directory_ = recursive;
    operands_.push_back(recursive ? "." : "-");
  }
  if (!show_names_.has_value() && (operands_.size() > 1 || !recursive)) {
    show_names_ = operands_.size() > 1;
  }
  const std::vector<const Options*> jobs = JobsOf(options);
  struct stat output;
  if (std::any_of(jobs.begin(), jobs.end(), [](auto* job) { return OutputMustDiffer(*job); }) &&
      fstat(STDOUT_FILENO, &output) == 0 && S_ISREG(output.st_mode)) {
    output_ = output;
  }
  for (const Options* job : jobs) {
    if (!job->output.empty() && stat(job->output.c_str(), &output) == 0) {
      replaced_.push_back(output);
    }
  }
}

uint32_t Inputs::StreamsAtOnce() const {
  std::set<std::pair<dev_t, ino_t>> streams;
  for (const std::string& operand : operands_) {
    struct stat info;
    const int failed = operand == "-" ? fstat(STDIN_FILENO, &info) : stat(operand.c_str(), &info);
    if (failed != 0 || !IsDevice(info.st_mode)) continue;
    // Two who read the same one would take each other's records.
    if (!streams.emplace(info.st_dev, info.st_ino).second) return 1;
  }
  if (MayEndSoon(options_)) return 1;
  return std::clamp(static_cast<uint32_t>(streams.size()), 1U, kMostStreams);
}

// --- Opening ---

bool Inputs::CanBeMapped(int fd) {
  void* address = mmap(nullptr, 1, PROT_READ, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return false;
  munmap(address, 1);
  return true;
}

bool Inputs::ReadsFoundDevices() const {
  return options_.devices == Devices::kRead ||
         (options_.devices == Devices::kNamed && options_.follow_links);
}

std::optional<Inputs::Opened> Inputs::OpenNext() {
  if (list_.has_value()) return OpenListed();
  while (true) {
    if (walk_.has_value()) {
      std::optional<TreeWalk::File> file =
          walk_->Next([this](const std::string& name, TreeWalk::Problem problem, int error) {
            if (problem == TreeWalk::Problem::kLoop) {
              Say(name, "warning: recursive directory loop");
            } else {
              Complain(name, error);
            }
          });
      if (!file.has_value()) {
        walk_.reset();
        continue;
      }
      std::optional<Opened> input = Accept(std::move(file->name), std::move(file->fd), false);
      if (input.has_value()) return input;
    } else if (next_operand_ < operands_.size()) {
      std::optional<Opened> input = OpenOperand(operands_[next_operand_++]);
      if (input.has_value()) return input;
    } else {
      return std::nullopt;
    }
  }
}

// Nothing if the operand is a directory, too: walk_ then is what is in it.
std::optional<Inputs::Opened> Inputs::OpenOperand(const std::string& operand) {
  const bool is_stdin = operand == "-";
  const std::string& name = is_stdin ? options_.stdin_label : operand;
  UniqueFd fd = is_stdin ? UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) : OpenFile(operand);
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0) {
    Complain(name, errno);
    return std::nullopt;
  }
  const bool is_directory = S_ISDIR(info.st_mode);
  if (is_directory && options_.directories == Directories::kSkip) return std::nullopt;
  if (!is_stdin && options_.devices == Devices::kSkip && IsDevice(info.st_mode)) {
    return std::nullopt;
  }
  if (!is_stdin && !in_working_directory_) {
    const auto origin = FileRules::Origin::kCommandLine;
    if (is_directory ? rules_.SkipsDirectory(operand.c_str(), origin)
                     : rules_.SkipsFile(operand.c_str(), origin)) {
      return std::nullopt;
    }
  }
  if (!show_names_.has_value()) show_names_ = is_directory;
  if (is_directory && options_.directories == Directories::kRecurse && !is_stdin) {
    walk_.emplace(operand, std::move(fd), rules_,
                  TreeWalk::Options{.follow_links = options_.follow_links,
                                    .read_devices = ReadsFoundDevices(),
                                    .name_begin = in_working_directory_ ? size_t{2} : 0});
    return std::nullopt;
  }
  return Accept(name, std::move(fd), is_stdin);
}

// Takes an open file as an input, unless it turns out that it can not be one.
std::optional<Inputs::Opened> Inputs::Accept(std::string name, UniqueFd fd, bool is_stdin) {
  struct stat info;
  if (fstat(fd.get(), &info) != 0) {
    Complain(name, errno);
    return std::nullopt;
  }
  if (S_ISDIR(info.st_mode)) {
    // To grep it is a file of which nothing can be read.
    Complain(name, EISDIR);
    Opened empty{.name = std::move(name), .fd = std::move(fd), .is_stdin = is_stdin};
    empty.regular = true;
    empty.looked_at = true;
    return empty;
  }
  // What took a file's place since its directory was read, too.
  if (walk_.has_value() && !ReadsFoundDevices() && IsDevice(info.st_mode)) return std::nullopt;
  if (walk_.has_value() && std::any_of(replaced_.begin(), replaced_.end(), [&info](auto& output) {
        return IsSameFile(info, output);
      })) {
    return std::nullopt;  // nobody named it
  }
  if (IsOutput(info)) {
    had_error_ = true;
    Say(name, "input file is also the output");
    return std::nullopt;
  }
  Opened input{.name = std::move(name), .fd = std::move(fd), .is_stdin = is_stdin};
  if (S_ISREG(info.st_mode)) {
    input.regular = true;
    input.size = static_cast<uint64_t>(info.st_size);
    if (is_stdin) {
      const off_t position = lseek(input.fd.get(), 0, SEEK_CUR);
      input.begin = position < 0 ? 0 : static_cast<uint64_t>(position);
    }
    if (options_.drop_cache) {
      input.cold = ColdRanges::Find(input.fd.get(), input.begin, input.size);
    }
    LookAhead(&input);
  }
  return input;
}

bool Inputs::IsOutput(const struct stat& info) const {
  return output_.has_value() && S_ISREG(info.st_mode) && IsSameFile(info, *output_);
}

// Reads the head if that needs no waiting, and has the kernel read it otherwise, so that the disk has
// the heads of all files of a pack to read at once.
void Inputs::LookAhead(Opened* input) const {
  input->head.resize(DecoderFactory::kHeadBytes);
  const iovec vector{input->head.data(), input->head.size()};
  const ssize_t got =
      preadv2(input->fd.get(), &vector, 1, static_cast<off_t>(input->begin), RWF_NOWAIT);
  if (got >= 0) {
    input->head.resize(static_cast<size_t>(got));
    input->looked_at = true;
  } else if (errno == EAGAIN) {
    posix_fadvise(input->fd.get(), static_cast<off_t>(input->begin),
                  static_cast<off_t>(kMostPackedFileBytes), POSIX_FADV_WILLNEED);
  }
}

bool Inputs::NeedsDecoder(Opened* input) const {
  if (!input->looked_at) {
    input->head.resize(DecoderFactory::kHeadBytes);
    const ssize_t got = pread(input->fd.get(), input->head.data(), input->head.size(),
                              static_cast<off_t>(input->begin));
    if (got < 0) input->regular = false;  // its feeder will meet the error
    input->head.resize(got < 0 ? 0 : static_cast<size_t>(got));
    input->looked_at = true;
  }
  return !input->head.empty() && decoders_.Choose(input->head, true).decoder != nullptr;
}

// --- Making sources ---

bool Inputs::Packable(const Opened& input) const {
  return input.regular && !input.is_stdin && !input.part.has_value() &&
         options_.io != IoMode::kOn &&
         input.size <= std::min(kMostPackedFileBytes, most_chunk_bytes_);
}

std::optional<Source> Inputs::Next(size_t most_files) {
  const size_t pack_files = std::min(pack_files_, most_files);
  while (ahead_.size() < pack_files && (ahead_.empty() || Packable(ahead_.back()))) {
    std::optional<Opened> input = OpenNext();
    if (!input.has_value()) break;
    ahead_.push_back(*std::move(input));
  }
  if (ahead_.empty()) return std::nullopt;
  std::optional<Source> pack = TakePack(pack_files);
  if (!pack.has_value()) return TakeSingle();
  pack_files_ = std::min(2 * pack_files_, kMostPackedFiles);
  return pack;
}

// Nothing if the first input is not to be packed.
std::optional<Source> Inputs::TakePack(size_t most_files) {
  Source pack;
  const uint64_t most_bytes = std::min(kMostPackBytes, most_chunk_bytes_);
  while (!ahead_.empty() && pack.pack.size() < most_files) {
    Opened& input = ahead_.front();
    if (!Packable(input) || pack.end + input.size > most_bytes) break;
    // Files such as those in /proc claim to be empty and are not.
    if (NeedsDecoder(&input) || !input.regular || (input.size == 0 && !input.head.empty())) break;
    const uint32_t id = Register(std::move(input.name));
    if (pack.pack.empty()) pack.id = id;
    pack.end += input.size;
    pack.pack.push_back({std::move(input.fd), input.size, std::move(input.cold)});
    ahead_.pop_front();
  }
  if (pack.pack.empty()) return std::nullopt;
  return pack;
}

Source Inputs::TakeSingle() {
  Opened input = std::move(ahead_.front());
  ahead_.pop_front();
  Source source;
  source.id = Register(std::move(input.name));
  source.begin = input.begin;
  source.end = kNoEnd;
  source.is_stream = true;
  if (input.regular) {
    const bool decoded = NeedsDecoder(&input);
    // Of what is listed just a part may be wanted, which a stream would not know of.
    const bool as_told =
        list_.has_value() || (input.size > 0 ? CanBeMapped(input.fd.get()) : input.head.empty());
    if (as_told && input.regular) {
      source.end = std::max(input.begin, input.size);
      // An empty one needs no feeder, which for a directory would complain once more.
      const bool empty = source.begin == source.end;
      const ReadHow how = !empty && decoded ? HowToDecode(&input) : ReadHow::kMap;
      source.how = static_cast<uint32_t>(how);
      if (input.part.has_value()) {
        source.begin = input.part->begin;
        source.end = input.part->end;
        source.file_end = input.size;
      }
      const bool fed = options_.io == IoMode::kOn && !input.part.has_value();
      source.is_stream = !empty && how == ReadHow::kMap && (decoded || fed);
      source.seekable = true;
    }
    if (input.is_stdin && !decoded) stdins_.push_back({source.id, input.begin});
    if (input.is_stdin && input.begin > 0 && source.seekable) {
      // Offsets count from where reading begins, as those of a stream do.
      source.begin = 0;
      source.end = kNoEnd;
      source.how = 0;
      source.is_stream = true;
      source.seekable = false;
    } else if (input.is_stdin && source.seekable) {
      // Whoever reads the standard input after us, under this name or another, finds it at its end.
      lseek(input.fd.get(), static_cast<off_t>(source.end), SEEK_SET);
    }
  }
  source.fd = std::move(input.fd);
  source.cold = std::move(input.cold);
  return source;
}

// By whom a file is decoded: kMap stands for a feeder. A worker decodes a whole file by itself and scans
// what comes of it, so that as many files are decoded at once as there are workers, or a segment of one
// that has many members. A file that is alone and of one piece had better be decoded by a feeder and
// scanned by the workers meanwhile, and so had one of which a few records may be enough, and the last of
// several if most of the time will go there.
ReadHow Inputs::HowToDecode(Opened* input) {
  if (input->begins_inside) return ReadHow::kDecode;
  if (options_.io == IoMode::kOn || MayEndSoon(options_)) return ReadHow::kMap;
  const ByteRange file{input->begin, input->size};
  const Compression compression =
      options_.decompress ? CompressionOf(input->head) : Compression::kNone;
  // The worker puts the offsets in, and does not know them in a segment.
  const bool plain_text = options_.encoding == "auto" || options_.encoding == "none";
  if (!options_.byte_offset && plain_text && compression != Compression::kNone &&
      HasSegments(input->fd.get(), file, compression)) {
    return ReadHow::kSegment;
  }
  if (options_.io == IoMode::kOff || options_.workers == 1) return ReadHow::kDecode;
  if (ahead_.empty()) {
    std::optional<Opened> next = OpenNext();
    if (next.has_value()) ahead_.push_back(*std::move(next));
  }
  const bool others = std::any_of(ahead_.begin(), ahead_.end(), [this](Opened& next) {
    return next.regular && NeedsDecoder(&next);
  });
  const bool large = input->size > decoded_by_workers_;
  if (!others && large) return ReadHow::kMap;
  decoded_by_workers_ += input->size;
  return ReadHow::kDecode;
}

void Inputs::LeaveStdin(const std::map<uint32_t, uint64_t>& ends) const {
  for (const Stdin& input : stdins_) {
    const auto end = ends.find(input.id);
    if (end == ends.end()) continue;
    lseek(STDIN_FILENO, static_cast<off_t>(input.begin + end->second), SEEK_SET);
  }
}

uint32_t Inputs::Register(std::string name) {
  named_.push_back({std::move(name), show_names_.value_or(false)});
  return first_id_ + static_cast<uint32_t>(named_.size()) - 1;
}

void Inputs::Release(uint32_t id) {
  while (!named_.empty() && first_id_ <= id) {
    named_.pop_front();
    ++first_id_;
  }
}

void Inputs::Close() {
  for (const Opened& input : ahead_) input.cold.DropAll(input.fd.get(), kDropMicros);
  ahead_.clear();
}

// --- Messages ---

void Inputs::Complain(const std::string& name, int error) {
  had_error_ = true;
  Say(name, strerror(error));
}

// With -q nothing is said of what comes after the first selected record, as grep would not get there.
void Inputs::Say(const std::string& name, const char* what) {
  if (options_.no_messages) return;
  unsaid_.push_back({first_id_ + static_cast<uint32_t>(named_.size() + ahead_.size()),
                     absl::StrCat(name, ": ", what)});
  if (options_.mode != OutputMode::kQuiet) SayBefore(std::numeric_limits<uint32_t>::max());
}

void Inputs::SayBefore(uint32_t id) {
  for (; !unsaid_.empty() && unsaid_.front().id <= id; unsaid_.pop_front()) {
    PrintMessage(unsaid_.front().text);
  }
}

}  // namespace bigscan
