// A segment of a compressed file: the units that begin in a range of its bytes, decoded.
//
// A unit can be decoded without what is before it: a member of gzip or zstd, a block of bzip2 or xz. As a
// chunk owns the records that begin in it, a segment owns the units that do. It is read on beyond them for the
// record that runs over their end.
#ifndef BIGSCAN_LIB_SEGMENT_READER_H_
#define BIGSCAN_LIB_SEGMENT_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/chunk.h"
#include "lib/decompressor.h"

namespace bigscan {

class SegmentReader {
 public:
  struct Segment {
    int fd = -1;     // a regular file
    ByteRange file;  // what of it is compressed
    ByteRange cut;   // a range of these bytes: where the segment's units begin
  };

  // Places of units are counted in bits, as the blocks of bzip2 begin at any.
  //
  // `start`: where the first unit begins, or nothing if it is to be found by what it looks like. For
  // kBzip2 and kXz also the beginning of the file. REQUIRES: HasSegments (members.h).
  static std::unique_ptr<SegmentReader> Open(Compression compression, const Segment& segment,
                                             std::optional<uint64_t> start);
  virtual ~SegmentReader() = default;

  // Where the first unit begins; nothing if none does.
  std::optional<uint64_t> start() const { return start_; }

  // Decodes up to `room` bytes, at least one if there are any; 0 at the end of the file. Fails when the
  // file can not be read or decoded any further, with the reason, after all that can be decoded has been
  // returned. REQUIRES: start(), and room >= 64.
  virtual absl::StatusOr<size_t> Read(char* to, size_t room) = 0;
  // Of a failure: at which byte of the file.
  virtual uint64_t failed_at() const = 0;

  // How many bytes the segment's own units decode to, once that is known.
  std::optional<uint64_t> own_bytes() const { return own_bytes_; }
  // And where they end, which is where those of the next segment begin.
  uint64_t end() const { return end_; }

 protected:
  SegmentReader(const Segment& segment, std::optional<uint64_t> start)
      : segment_(segment), start_(start) {}

  // A unit has ended where `decoded` bytes have come, and a further one may begin at bit `at`.
  void EndUnit(uint64_t decoded, uint64_t at) {
    if (own_bytes_.has_value() || (at < 8 * segment_.cut.end && at < 8 * segment_.file.end)) return;
    own_bytes_ = decoded;
    end_ = at;
  }

  const Segment segment_;
  std::optional<uint64_t> start_;

 private:
  std::optional<uint64_t> own_bytes_;
  uint64_t end_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SEGMENT_READER_H_
