// The inputs: opens them one after the other, packs small files, and says what cannot be read.
#ifndef BIGSCAN_CMD_INPUTS_H_
#define BIGSCAN_CMD_INPUTS_H_

#include <sys/stat.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "cmd/file_rules.h"
#include "cmd/input_list.h"
#include "cmd/job_mapper.h"
#include "cmd/options.h"
#include "cmd/tree_walk.h"
#include "ipc/scan_client.h"
#include "ipc/stream_decoder.h"

namespace bigscan {

class Inputs {
 public:
  // `options` and `decoders` must outlive the inputs. Chunks of files are at most `most_chunk_bytes`
  // long, and so is what a pack holds.
  Inputs(const Options& options, const DecoderFactory& decoders, uint64_t most_chunk_bytes);

  // Opens all inputs, one after the other, to say which there are; nothing comes from Next after that. Says what can not
  // be read, and then fails, as it does if there is an input whose size is not known.
  absl::StatusOr<InputList> List();
  // Opens all as well, for `visit`; nothing comes from Next after that. Says what can not be read.
  void Visit(absl::FunctionRef<void(const std::string& name, int fd)> visit);
  // Before Next: has it go by the list. Ids then are places in the list.
  void Follow(InputList list);
  // What Follow was given.
  const InputList& list() const { return *list_; }

  // Of input `id`, which is decompressed: so many bytes of its text are done with.
  uint64_t DecodedBegin(uint32_t id) const {
    return list_.has_value() ? list_->inputs[id].decoded_begin : 0;
  }

  // How many of the inputs are streams that may be read at once: at least 1, and no more than that where
  // a few records may be enough, as nobody else could then read what is left of the others.
  uint32_t StreamsAtOnce() const;

  // The next source that can be read; nothing after the last one. Opens up to `most_files` files.
  // Small files come in packs, smaller ones at first, so that the first results come soon.
  std::optional<Source> Next(size_t most_files);

  // Of input `id`, until it is released: what it is called in prefixes and messages, and whether the
  // user wants to see that in prefixes.
  const std::string& Name(uint32_t id) const { return named_[id - first_id_].name; }
  bool ShowsName(uint32_t id) const { return named_[id - first_id_].show; }

  // The inputs up to `id` are done with.
  void Release(uint32_t id);

  // Prints what is still to be said of inputs before `id`.
  void SayBefore(uint32_t id);

  // Leaves the standard input, if it is a file whose text is not decoded, behind its last record that
  // counts: `ends` tells by id where that ends, for inputs in which as many were selected as may be.
  void LeaveStdin(const std::map<uint32_t, uint64_t>& ends) const;

  // No further source is wanted: drops what was read ahead from the page cache, if it is to be.
  void Close();

  // Once all have been opened: whether the user wants to see names in prefixes.
  bool shows_names() const { return show_names_.value_or(false); }

  bool had_error() const { return had_error_; }

 private:
  // An input that is open, and not yet part of a source.
  struct Opened {
    std::string name;
    UniqueFd fd;
    bool is_stdin = false;
    bool regular = false;  // a regular file that tells its size
    uint64_t begin = 0;    // where it stands
    uint64_t size = 0;
    std::optional<ByteRange> part = {};  // what of it is to be scanned, if not all
    bool begins_inside = false;  // what it decompresses to is not to be scanned from its beginning
    bool looked_at = false;      // `head` is read
    std::string head = {};       // its first bytes
    ColdRanges cold = {};        // if it is to leave the page cache as it is
  };

  std::optional<Opened> OpenNext();
  std::optional<Opened> OpenListed();
  std::optional<Opened> OpenOperand(const std::string& operand);
  std::optional<Opened> Accept(std::string name, UniqueFd fd, bool is_stdin);
  // Those of sysfs, and of some network file systems, can not; nor is their size right.
  static bool CanBeMapped(int fd);
  bool ReadsFoundDevices() const;
  bool IsOutput(const struct stat& info) const;
  void LookAhead(Opened* input) const;
  bool NeedsDecoder(Opened* input) const;
  bool Packable(const Opened& input) const;
  Source TakeSingle();
  ReadHow HowToDecode(Opened* input);
  std::optional<Source> TakePack(size_t most_files);
  uint32_t Register(std::string name);
  void Complain(const std::string& name, int error);
  void Say(const std::string& name, const char* what);

  const Options& options_;
  const DecoderFactory& decoders_;
  const uint64_t most_chunk_bytes_;
  const FileRules rules_;
  std::vector<std::string> operands_;
  std::optional<struct stat> output_;  // when no input may be the same file
  std::vector<struct stat> replaced_;  // what stands where jobs write files
  bool in_working_directory_ = false;  // the only operand is one that nobody named
  std::optional<bool> show_names_;     // known from the first input on
  size_t next_operand_ = 0;
  std::optional<TreeWalk> walk_;   // of the last operand
  std::optional<InputList> list_;  // instead of the operands
  size_t next_listed_ = 0;
  std::deque<Opened> ahead_;
  uint64_t decoded_by_workers_ = 0;  // the sizes of whole files that are
  size_t pack_files_ = 4;            // how many the next pack is to hold

  struct Named {
    std::string name;
    bool show;
  };
  std::deque<Named> named_;  // by id
  uint32_t first_id_ = 0;    // of named_.front()
  struct Unsaid {
    uint32_t id;  // of the input that comes next
    std::string text;
  };
  std::deque<Unsaid> unsaid_;
  // The standard input as a source, if it is a file of plain text: where it began.
  struct Stdin {
    uint32_t id;
    uint64_t begin;
  };
  std::vector<Stdin> stdins_;
  bool had_error_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_INPUTS_H_
