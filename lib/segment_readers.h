// The kinds of segment readers that there are, one for each file.
#ifndef BIGSCAN_LIB_SEGMENT_READERS_H_
#define BIGSCAN_LIB_SEGMENT_READERS_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "lib/segment_reader.h"

namespace bigscan {

std::unique_ptr<SegmentReader> OpenMemberSegment(Compression compression,
                                                 const SegmentReader::Segment& segment,
                                                 std::optional<uint64_t> start);
std::unique_ptr<SegmentReader> OpenBzip2Segment(const SegmentReader::Segment& segment,
                                                std::optional<uint64_t> start);
std::unique_ptr<SegmentReader> OpenXzSegment(const SegmentReader::Segment& segment,
                                             std::optional<uint64_t> start);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SEGMENT_READERS_H_
