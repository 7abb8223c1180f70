#include "lib/members.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "lib/xz_index.h"

namespace bigscan {
namespace {

constexpr absl::string_view kGzip = "\x1f\x8b\x08";
constexpr absl::string_view kZstd = "\x28\xb5\x2f\xfd";
constexpr absl::string_view kSkippable = "\x2a\x4d\x18";
constexpr size_t kInputBytes = 256 << 10;
constexpr uint64_t kMostProbeBytes = 256 << 20;
constexpr uint64_t kProbedPart = 2;  // of the file: with a longer first member little is to be won

unsigned char At(absl::string_view bytes, size_t place) {
  return static_cast<unsigned char>(bytes[place]);
}

// RFC 1952: flags, and what compressors write as extra flags and operating system.
bool LooksLikeGzip(absl::string_view head) {
  const unsigned char extra = At(head, 8);
  const unsigned char system = At(head, 9);
  return (At(head, 3) & 0xe0) == 0 && (extra == 0 || extra == 2 || extra == 4) &&
         (system <= 13 || system == 255);
}

// RFC 8878: the frame header's reserved bit, its window, and the header of the first block.
bool LooksLikeZstd(absl::string_view head) {
  const unsigned char descriptor = At(head, 4);
  if ((descriptor & 0x08) != 0) return false;
  const bool single_segment = (descriptor & 0x20) != 0;
  constexpr size_t kDictionaryBytes[] = {0, 1, 2, 4};
  constexpr size_t kContentBytes[] = {0, 2, 4, 8};
  size_t block = 5 + kDictionaryBytes[descriptor & 3] + kContentBytes[descriptor >> 6];
  if (single_segment) {
    block += descriptor >> 6 == 0 ? 1 : 0;
  } else {
    if (At(head, 5) >> 3 > 21) return false;
    block += 1;
  }
  const uint32_t header = At(head, block) | At(head, block + 1) << 8 | At(head, block + 2) << 16;
  const uint32_t type = header >> 1 & 3;
  return type != 3 && header >> 3 <= 128 << 10;
}

// A skippable frame that is short and has a frame behind it, as pzstd writes them.
bool LooksLikeSkippable(absl::string_view head) {
  const uint32_t size =
      At(head, 4) | At(head, 5) << 8 | At(head, 6) << 16 | static_cast<uint32_t>(At(head, 7)) << 24;
  return size <= kMemberHeadBytes - 12 && head.substr(8 + size, 4) == kZstd;
}

// The first place of `magic` at or after `from` with kMemberHeadBytes behind it that `looks_right`.
template <typename LooksRight>
size_t Find(absl::string_view bytes, absl::string_view magic, size_t before, size_t from,
            LooksRight looks_right) {
  for (size_t at = bytes.find(magic, from + before); at != absl::string_view::npos;
       at = bytes.find(magic, at + 1)) {
    const size_t begin = at - before;
    if (begin + kMemberHeadBytes > bytes.size()) break;
    if (looks_right(bytes.substr(begin, kMemberHeadBytes))) return begin;
  }
  return absl::string_view::npos;
}

}  // namespace

size_t FindMember(Compression compression, absl::string_view bytes, size_t from) {
  if (compression == Compression::kGzip) return Find(bytes, kGzip, 0, from, LooksLikeGzip);
  if (compression != Compression::kZstd) return absl::string_view::npos;
  const size_t frame = Find(bytes, kZstd, 0, from, LooksLikeZstd);
  const size_t skippable = Find(bytes, kSkippable, 1, from, [](absl::string_view head) {
    return (At(head, 0) & 0xf0) == 0x50 && LooksLikeSkippable(head);
  });
  return std::min(frame, skippable);
}

std::optional<uint64_t> FindMember(Compression compression, FileInput* input, uint64_t end) {
  while (input->begin() < end && !input->at_end() && input->More().ok()) {
    const size_t found = FindMember(compression, input->bytes(), 0);
    if (found != absl::string_view::npos) {
      if (input->begin() + found >= end) return std::nullopt;
      input->Drop(found);
      return input->begin();
    }
    // One may begin in the last bytes.
    input->Drop(input->bytes().size() - std::min(input->bytes().size(), kMemberHeadBytes - 1));
  }
  return std::nullopt;
}

bool HasSegments(int fd, ByteRange file, Compression compression) {
  if (compression == Compression::kBzip2) return true;
  if (compression == Compression::kXz) {
    const std::optional<std::vector<XzBlock>> blocks = ReadXzIndex(fd, file);
    return blocks.has_value() && blocks->size() > 1;
  }
  // pzstd's skippable frame and the frame behind it are two, but no more than one.
  FileInput input(fd, file.begin + kMemberHeadBytes, file.end, kInputBytes);
  const uint64_t probe = std::min(file.size() / kProbedPart + kMemberHeadBytes, kMostProbeBytes);
  return FindMember(compression, &input, file.begin + probe).has_value();
}

}  // namespace bigscan
