// A chunk: the unit of work. Owns the vocabulary of byte ranges; knows neither files nor processes.
#ifndef BIGSCAN_LIB_CHUNK_H_
#define BIGSCAN_LIB_CHUNK_H_

#include <algorithm>
#include <cstdint>

namespace bigscan {

// A half-open range [begin, end) of a source's decoded bytes.
struct ByteRange {
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  bool operator==(const ByteRange&) const = default;
};

// How long chunks are: `first` bytes, and each twice as long as the one before it up to `most`. Their
// bounds, save those of the source, are multiples of `unit`.
// REQUIRES: 0 < unit <= first <= most.
struct ChunkSizes {
  uint64_t first;
  uint64_t most;
  uint64_t unit = 1;
};

// Cuts the bytes of one source into chunks, lazily and in order. A chunk owns every record that *starts*
// in it (see record.h), so a bound may fall anywhere, also inside a record. The first chunks are short
// where the first result is to come soon; long ones cost less.
class Splitter {
 public:
  Splitter(ByteRange bytes, const ChunkSizes& sizes)
      : rest_(bytes), size_(sizes.first), sizes_(sizes) {}

  bool done() const { return rest_.empty(); }

  // The next chunk, of at most `most` bytes or `sizes.first`. REQUIRES: !done().
  ByteRange Next(uint64_t most = UINT64_MAX) {
    size_ = std::max(sizes_.first, std::min(size_, most));
    ByteRange chunk{rest_.begin, rest_.begin + size_};
    chunk.end -= chunk.end % sizes_.unit;
    size_ = std::min(sizes_.most, 2 * size_);
    if (chunk.end > rest_.end || chunk.end < chunk.begin) chunk.end = rest_.end;
    rest_.begin = chunk.end;
    return chunk;
  }

 private:
  ByteRange rest_;
  uint64_t size_;  // of the next chunk
  ChunkSizes sizes_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_CHUNK_H_
