// A chunk: the unit of work. Owns the vocabulary of byte ranges; knows neither files nor processes.
#ifndef BIGSCAN_LIB_CHUNK_H_
#define BIGSCAN_LIB_CHUNK_H_

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

// Cuts the bytes of one source into chunks of equal size, lazily and in order. A chunk owns every
// record that *starts* in it (see record.h), so a bound may fall anywhere, also inside a record.
class Splitter {
 public:
  // REQUIRES: chunk_size > 0.
  Splitter(ByteRange bytes, uint64_t chunk_size) : rest_(bytes), chunk_size_(chunk_size) {}

  bool done() const { return rest_.empty(); }

  // REQUIRES: !done().
  ByteRange Next() {
    ByteRange chunk{rest_.begin, rest_.begin + chunk_size_};
    if (chunk.end > rest_.end || chunk.end < chunk.begin) chunk.end = rest_.end;
    rest_.begin = chunk.end;
    return chunk;
  }

 private:
  ByteRange rest_;
  uint64_t chunk_size_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_CHUNK_H_
