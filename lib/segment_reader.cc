#include "lib/segment_reader.h"

#include "lib/segment_readers.h"

namespace bigscan {

std::unique_ptr<SegmentReader> SegmentReader::Open(Compression compression, const Segment& segment,
                                                   std::optional<uint64_t> start) {
  if (compression == Compression::kBzip2) return OpenBzip2Segment(segment, start);
  if (compression == Compression::kXz) return OpenXzSegment(segment, start);
  return OpenMemberSegment(compression, segment, start);
}

}  // namespace bigscan
