// How much of the input has been scanned, and how much there is, as far as that is known.
#ifndef BIGSCAN_CMD_INPUT_PROGRESS_H_
#define BIGSCAN_CMD_INPUT_PROGRESS_H_

#include <cstdint>
#include <optional>

#include "cmd/input_list.h"
#include "cmd/options.h"
#include "ipc/scan_client.h"

namespace bigscan {

class InputProgress {
 public:
  struct Size {
    uint64_t bytes = 0;  // of files as they are, compressed or not
    uint64_t files = 0;
  };

  // The operands' sizes, by stat(2). Nothing if one of them has none (a pipe, a device), or is a directory
  // to be walked.
  static std::optional<Size> SizeOf(const Options& options);
  // Of what is to be scanned of the list.
  static Size SizeOf(const InputList& list);

  // The source is merged up to `end`.
  void Merged(const Source& source, uint64_t end);
  // All of it is.
  void Ended(const Source& source);

  // So far. `read_end`: see Activity.
  Size Done(std::optional<uint64_t> read_end) const;

 private:
  Size ended_;
  uint64_t begin_ = 0;      // of the current source, if one is being merged,
  uint64_t merged_ = 0;     // bytes of it,
  bool by_feeder_ = false;  // which is a file that a feeder decodes
  uint64_t size_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_INPUT_PROGRESS_H_
