#include "lib/decompressor.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/decompressors.h"

namespace bigscan {
namespace {

constexpr absl::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
constexpr absl::string_view kXzMagic("\xfd\x37zXZ\0", 6);
constexpr absl::string_view kLz4Magic = "\x04\x22\x4d\x18";
constexpr absl::string_view kSkippableMagic = "\x2a\x4d\x18";  // behind a byte of its own

bool IsSkippableFrame(absl::string_view head) {
  return head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xf0) == 0x50 &&
         head.substr(1, 3) == kSkippableMagic;
}

bool IsGzip(absl::string_view head) {
  return absl::StartsWith(head, "\x1f\x8b\x08") && head.size() > 3 &&
         (static_cast<unsigned char>(head[3]) & 0xe0) == 0;
}

// "BZh", a digit, and the first bytes of a block or of the end.
bool IsBzip2(absl::string_view head) {
  return head.size() >= 8 && absl::StartsWith(head, "BZh") && head[3] >= '1' && head[3] <= '9' &&
         (head.substr(4, 4) == "1AY&" || head.substr(4, 4) == "\x17\x72\x45\x38");
}

}  // namespace

Compression CompressionOf(absl::string_view head) {
  if (IsGzip(head)) return Compression::kGzip;
  if (absl::StartsWith(head, kZstdMagic) || IsSkippableFrame(head)) {
    return Compression::kZstd;
  }
  if (absl::StartsWith(head, kXzMagic)) return Compression::kXz;
  if (IsBzip2(head)) return Compression::kBzip2;
  if (absl::StartsWith(head, kLz4Magic)) return Compression::kLz4;
  return Compression::kNone;
}

bool MayBeCompressed(absl::string_view head) {
  if (head.size() >= 8) return CompressionOf(head) != Compression::kNone;
  for (const absl::string_view magic : {absl::string_view("\x1f\x8b\x08"), kZstdMagic, kXzMagic,
                                        absl::string_view("BZh"), kLz4Magic}) {
    if (absl::StartsWith(magic, head) || absl::StartsWith(head, magic)) return true;
  }
  return (static_cast<unsigned char>(head[0]) & 0xf0) == 0x50 &&
         absl::StartsWith(kSkippableMagic, head.substr(1, kSkippableMagic.size()));
}

absl::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kXz:
      return "xz";
    case Compression::kBzip2:
      return "bzip2";
    case Compression::kLz4:
      return "lz4";
  }
  return "";
}

std::string DescribeDamage(Compression compression, uint64_t at, uint64_t decoded,
                           absl::string_view reason) {
  return absl::StrCat("damaged ", CompressionName(compression), " data at byte ", at, " (decoded ",
                      decoded, "): ", reason);
}

std::unique_ptr<Decompressor> Decompressor::Create(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      return MakeGzipDecompressor();
    case Compression::kZstd:
      return MakeZstdDecompressor();
    case Compression::kXz:
      return MakeXzDecompressor();
    case Compression::kBzip2:
      return MakeBzip2Decompressor();
    case Compression::kLz4:
      return MakeLz4Decompressor();
  }
  return nullptr;
}

absl::StatusOr<Decompressor::Progress> Decompressor::Decode(absl::string_view in, bool last,
                                                            char* out, size_t room) {
  if (!damage_.ok()) return damage_;
  Buffers buffers{in, out, room, last};
  const absl::Status status = Advance(&buffers, last);
  const Progress progress{in.size() - buffers.in.size(), room - buffers.room};
  consumed_ += progress.consumed;
  produced_ += progress.produced;
  if (!status.ok()) {
    reason_ = std::string(status.message());
    damage_ = absl::DataLossError(DescribeDamage(compression_, consumed_, produced_, reason_));
    if (progress.produced == 0) return damage_;
  }
  return progress;
}

absl::Status Decompressor::Advance(Buffers* buffers, bool last) {
  while (true) {
    if (between_members_) {
      // The first member comes at once: it was recognized by its first bytes.
      if (!first_member_) {
        const size_t padding = buffers->in.find_first_not_of('\0');
        buffers->in.remove_prefix(std::min(padding, buffers->in.size()));
        if (buffers->in.size() < 8 && !last) return absl::OkStatus();
        if (buffers->in.empty()) return absl::OkStatus();
        if (CompressionOf(buffers->in.substr(0, 8)) != compression_) {
          return absl::DataLossError("what follows is not compressed");
        }
      }
      if (buffers->in.empty()) return absl::OkStatus();
      if (absl::Status status = StartMember(); !status.ok()) return status;
      between_members_ = false;
    }
    const size_t in_before = buffers->in.size();
    const size_t room_before = buffers->room;
    if (absl::Status status = Step(buffers, &between_members_); !status.ok()) return status;
    if (between_members_) {
      first_member_ = false;
      if (buffers->room == 0 || stop_between_members_) return absl::OkStatus();
      continue;
    }
    const bool moved = buffers->in.size() < in_before || buffers->room < room_before;
    if (moved && buffers->room > 0 && !buffers->in.empty()) continue;
    if (!moved && buffers->in.empty() && last) return absl::DataLossError("unexpected end");
    return absl::OkStatus();
  }
}

}  // namespace bigscan
