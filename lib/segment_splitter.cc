#include "lib/segment_splitter.h"

#include <algorithm>

#include "lib/file_input.h"
#include "lib/members.h"

namespace bigscan {
namespace {

constexpr size_t kInputBytes = 256 << 10;
// Of a longer member, the rest is cut into segments in which none begins.
constexpr uint64_t kMostSearchBytes = 256 << 20;

}  // namespace

// Where the next member begins at or after `from`, as far as that is searched for.
uint64_t SegmentSplitter::NextMember(uint64_t from) const {
  const uint64_t end = std::min(from + kMostSearchBytes, rest_.end);
  FileInput input(fd_, from, rest_.end, kInputBytes);
  return FindMember(options_.compression, &input, end).value_or(end);
}

ByteRange SegmentSplitter::Next() {
  ByteRange segment{rest_.begin, std::min(rest_.begin + options_.bytes, rest_.end)};
  const bool by_heads =
      options_.compression == Compression::kGzip || options_.compression == Compression::kZstd;
  if (options_.at_members && by_heads && segment.end < rest_.end) {
    segment.end = NextMember(segment.end);
  }
  rest_.begin = segment.end;
  return segment;
}

}  // namespace bigscan
