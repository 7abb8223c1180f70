// The parts of a sparse file that have to be scanned: its data, without the large holes between them.
//
// Where NULs make a file binary (block_splitter.h), each NUL ends a record. So a hole is a row of empty
// records, and what stands before it and what follows it share none: when no pattern matches an empty
// record, each part can be scanned like a file of its own. A part holds a byte or more of the holes
// around it, and whole buffers of BlockSplitter, so that what is binary in the file is binary in it.
#ifndef BIGSCAN_LIB_DATA_EXTENTS_H_
#define BIGSCAN_LIB_DATA_EXTENTS_H_

#include <cstdint>
#include <optional>

#include "lib/chunk.h"

namespace bigscan {

class DataExtents {
 public:
  // Holes that are shorter are not worth a part more.
  static constexpr uint64_t kLeastHoleBytes = 1 << 20;

  // Whether the regular file `fd` may have holes: it takes less space than it is long.
  static bool IsSparse(int fd);

  // Of the bytes `file` of `fd`, which must stay open; where it stands is kept. Without `skip`, there
  // is one part, and nothing is asked of the file.
  DataExtents(int fd, ByteRange file, bool skip) : fd_(fd), file_(file), skip_(skip) {}

  // The next part, in order; nothing after the last one, which always ends where `file` does.
  std::optional<ByteRange> Next();

 private:
  uint64_t Seek(uint64_t from, int whence) const;
  ByteRange FindPart() const;

  const int fd_;
  ByteRange file_;  // what is left of it
  bool skip_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DATA_EXTENTS_H_
