// Cuts a compressed file into segments (segment_reader.h), lazily and in order.
#ifndef BIGSCAN_LIB_SEGMENT_SPLITTER_H_
#define BIGSCAN_LIB_SEGMENT_SPLITTER_H_

#include <cstdint>

#include "lib/chunk.h"
#include "lib/decompressor.h"

namespace bigscan {

class SegmentSplitter {
 public:
  struct Options {
    Compression compression = Compression::kNone;
    uint64_t bytes = 1;  // how long a segment is, unless it ends with the file
    // Whether a segment is longer where that lets it end with a member of gzip or zstd, as far as the first
    // bytes tell. So a long member makes one segment, and none is read twice.
    bool at_members = true;
  };
  // The bytes `file` of the regular file `fd`, which must stay open. REQUIRES: options.bytes > 0.
  SegmentSplitter(int fd, ByteRange file, const Options& options)
      : fd_(fd), rest_(file), options_(options) {}

  bool done() const { return rest_.empty(); }

  // The next segment. REQUIRES: !done().
  ByteRange Next();

 private:
  uint64_t NextMember(uint64_t from) const;

  const int fd_;
  ByteRange rest_;
  const Options options_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SEGMENT_SPLITTER_H_
