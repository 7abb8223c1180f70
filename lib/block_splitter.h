// Cuts the records of a chunk into blocks, and finds out where the data are binary.
//
// Binary is what grep takes for it: grep reads buffers of 96 KiB, and from the first buffer that holds
// a NUL on, no record is shown and each NUL ends a record as the delimiter does. A record belongs to
// the buffer that holds its delimiter. The blocks end where buffers do, so that the answer does not
// depend on how the source was cut into chunks.
#ifndef BIGSCAN_LIB_BLOCK_SPLITTER_H_
#define BIGSCAN_LIB_BLOCK_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

// The records of a chunk, as they lie in memory.
struct ChunkRecords {
  absl::string_view records;  // whole ones; the last one may lack its delimiter
  uint64_t begin = 0;         // where they begin in the source
  // What follows them in the source and in memory, as far as it is known: up to the end of their
  // last buffer is enough.
  absl::string_view after = {};
  // Whether they are known to be binary: an earlier buffer was.
  bool binary = false;
};

class BlockSplitter {
 public:
  static constexpr uint64_t kBufferBytes = 96 << 10;

  // With `find_binary` NULs are looked for; the delimiter then is none.
  BlockSplitter(char delimiter, bool find_binary)
      : delimiter_(delimiter), find_binary_(find_binary) {}

  // To be called once for each chunk, before Next. The bytes must live as long as the blocks.
  void Start(const ChunkRecords& chunk);

  struct Block {
    absl::string_view
        bytes;     // whole records; of binary data a copy, which lives until the next call
    size_t begin;  // in the chunk's records
    bool binary;   // NULs are replaced by delimiters
    // What has to be free of NULs, if the bytes are text: these, and what follows them.
    absl::string_view to_check;
  };
  // False when there is none left. A block that is not binary may turn out to be: Check must be
  // called unless nothing in to_check is a NUL.
  bool Next(Block* block);

  // Looks for NULs, and cuts the block anew if there are any.
  void Check(Block* block);
  bool finds_binary() const { return find_binary_; }

 private:
  size_t BufferEnd(size_t at) const;
  size_t EndOfRecordsIn(size_t window_end) const;
  size_t EndOfText(size_t* checked) const;
  void NextBinary(Block* block);
  size_t EndOfBinary() const;
  size_t FindBinary(size_t begin, size_t checked) const;

  const char delimiter_;
  const bool find_binary_;
  ChunkRecords chunk_;
  size_t at_ = 0;
  bool binary_ = false;
  std::string copy_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_BLOCK_SPLITTER_H_
