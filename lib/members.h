// Where the members of a compressed file begin, as far as their first bytes tell.
//
// A member can be decoded without what is before it, so that several processes can decode one file. But
// the bytes that a member begins with may occur within another one, too. Who goes by them has to find
// out later whether the member before ended there.
#ifndef BIGSCAN_LIB_MEMBERS_H_
#define BIGSCAN_LIB_MEMBERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "lib/chunk.h"
#include "lib/decompressor.h"
#include "lib/file_input.h"

namespace bigscan {

// How many bytes of a member FindMember looks at, at most.
inline constexpr size_t kMemberHeadBytes = 32;

// The first place in `bytes`, at or after `from`, that looks like the beginning of a member, and that
// kMemberHeadBytes follow; npos if there is none. Only for gzip and zstd.
size_t FindMember(Compression compression, absl::string_view bytes, size_t from);
// The same of a file, from where `input` stands, and before `end`. `input` stands there then; if there is none,
// or the file can not be read, anywhere behind.
std::optional<uint64_t> FindMember(Compression compression, FileInput* input, uint64_t end);

// Whether the bytes `file` of the regular file `fd` can be decoded in segments (segment_reader.h): they are
// bzip2's, or xz's of several blocks, or seem to be several members; looks for the second one in the first
// half (256 MiB at most, which is a twentieth of the time that they take to be decoded), or at xz's index.
bool HasSegments(int fd, ByteRange file, Compression compression);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_MEMBERS_H_
