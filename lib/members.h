// Where the members of a compressed file begin, as far as their first bytes tell.
//
// A member can be decoded without what is before it, so that several processes can decode one file. But
// the bytes that a member begins with may occur within another one, too. Who goes by them has to find
// out later whether the member before ended there.
#ifndef BIGSCAN_LIB_MEMBERS_H_
#define BIGSCAN_LIB_MEMBERS_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/chunk.h"
#include "lib/decompressor.h"

namespace bigscan {

// How many bytes of a member FindMember looks at, at most.
inline constexpr size_t kMemberHeadBytes = 32;

// The first place in `bytes`, at or after `from`, that looks like the beginning of a member, and that
// kMemberHeadBytes follow; npos if there is none. Only for gzip and zstd.
size_t FindMember(Compression compression, absl::string_view bytes, size_t from);

// Whether the bytes `file` of the regular file `fd` can be decoded in segments (segment_reader.h): they are
// bzip2's, or xz's of several blocks, or seem to be many members, of which none is very long; looks at the
// first eighth (1 MiB at least, 8 MiB at most), or at xz's index.
bool HasSegments(int fd, ByteRange file, Compression compression);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_MEMBERS_H_
