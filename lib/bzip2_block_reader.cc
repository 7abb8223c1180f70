// Segments of bzip2: its blocks, which begin at any bit with a number of 48 bits that occurs in what is
// compressed about once in 2^48 places. libbz2 decodes a block that is made a stream of its own.
//
// The format is described in https://en.wikipedia.org/wiki/Bzip2#File_format; lbzip2 and rapidgzip decode
// it in this way, too.

#include <algorithm>
#include <string>

#include "lib/file_input.h"
#include "lib/segment_readers.h"

namespace bigscan {
namespace {

constexpr size_t kInputBytes = 1 << 20;
constexpr uint64_t kMagicBits = 48;
constexpr uint64_t kMagicMask = (uint64_t{1} << kMagicBits) - 1;
constexpr uint64_t kBlock = 0x314159265359;
constexpr uint64_t kStreamEnd = 0x177245385090;
constexpr uint64_t kNone = UINT64_MAX;
constexpr size_t kHeaderBytes = 4;  // "BZh9"

// The `count` bits of `bytes` from bit `at` on. REQUIRES: count <= 48, and they are there.
uint64_t Bits(absl::string_view bytes, uint64_t at, uint64_t count) {
  uint64_t value = 0;
  for (uint64_t i = at / 8; i <= (at + count - 1) / 8; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  const uint64_t behind = 7 - (at + count - 1) % 8;
  return value >> behind & ((uint64_t{1} << count) - 1);
}

bool IsMagic(uint64_t value) { return value == kBlock || value == kStreamEnd; }

// The first bit at or after `from` where a block or the end of a stream begins, or kNone.
uint64_t FindMagic(absl::string_view bytes, uint64_t from) {
  uint64_t window = 0;
  for (uint64_t i = from / 8; i < bytes.size(); ++i) {
    window = window << 8 | static_cast<unsigned char>(bytes[i]);
    for (int behind = 7; behind >= 0; --behind) {
      const uint64_t end = 8 * (i + 1) - static_cast<uint64_t>(behind);
      if (IsMagic(window >> behind & kMagicMask) && end >= from + kMagicBits)
        return end - kMagicBits;
    }
  }
  return kNone;
}

void AppendBits(uint64_t value, uint64_t count, uint64_t* bits, std::string* to) {
  for (uint64_t i = 0; i < count; ++i, ++*bits) {
    if (*bits % 8 == 0) to->push_back(0);
    if ((value >> (count - 1 - i) & 1) != 0) {
      to->back() = static_cast<char>(to->back() | 0x80 >> *bits % 8);
    }
  }
}

// The block in the bits [begin, end) of `bytes` as a stream; `ended` if the block is all there.
std::string StreamOf(absl::string_view bytes, uint64_t begin, uint64_t end, bool ended) {
  std::string stream = "BZh9";
  const uint64_t shift = begin % 8;
  for (uint64_t i = begin / 8; 8 * i + shift < end; ++i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0;
    stream.push_back(static_cast<char>((first << 8 | second) >> (8 - shift) & 0xff));
  }
  if (!ended) return stream;
  // The end of the stream follows at once, with a checksum that for one block is the block's.
  uint64_t bits = 8 * kHeaderBytes + (end - begin);
  stream.resize((bits + 7) / 8);
  if (bits % 8 != 0) {
    stream.back() = static_cast<char>(stream.back() & static_cast<char>(0xff00 >> bits % 8));
  }
  AppendBits(kStreamEnd, kMagicBits, &bits, &stream);
  AppendBits(Bits(bytes, begin + kMagicBits, 32), 32, &bits, &stream);
  return stream;
}

class Bzip2BlockReader : public SegmentReader {
 public:
  Bzip2BlockReader(const Segment& segment, std::optional<uint64_t> start)
      : SegmentReader(segment, start),
        input_(segment.fd, start.has_value() ? *start / 8 : segment.cut.begin, segment.file.end,
               kInputBytes),
        at_(start.value_or(8 * segment.cut.begin)) {
    if (!start_.has_value()) FindStart();
  }

  absl::StatusOr<size_t> Read(char* to, size_t room) override {
    while (true) {
      if (block_ == nullptr) {
        const absl::StatusOr<bool> next = NextBlock();
        if (!next.ok()) return next.status();
        if (!*next) return 0;
      }
      const absl::string_view rest = absl::string_view(stream_).substr(used_);
      const absl::StatusOr<Decompressor::Progress> progress = block_->Decode(rest, true, to, room);
      if (!progress.ok()) return absl::DataLossError(block_->reason());
      used_ += progress->consumed;
      decoded_ += progress->produced;
      if (progress->produced > 0) return progress->produced;
      if (progress->consumed > 0) continue;
      block_.reset();
      at_ = block_end_;
    }
  }

  uint64_t failed_at() const override {
    if (block_ == nullptr || block_->consumed() <= kHeaderBytes) return at_ / 8;
    // The end of the stream that the block is made is not in the file.
    return std::min(at_ / 8 + block_->consumed() - kHeaderBytes, (block_end_ + 7) / 8);
  }

 private:
  uint64_t ToBit(uint64_t at) const { return at - 8 * input_.begin(); }

  // Has the bytes up to bit `to` of the file read. False if the file ends before.
  bool ReadTo(uint64_t to) {
    while (8 * (input_.begin() + input_.bytes().size()) < to && !input_.at_end()) {
      if (absl::Status status = input_.More(); !status.ok()) {
        error_ = status;
        return false;
      }
    }
    return 8 * (input_.begin() + input_.bytes().size()) >= to;
  }

  // The place of the next magic number at or after bit `from` of the file, below `limit`; or kNone.
  uint64_t Find(uint64_t from, uint64_t limit) {
    while (true) {
      const uint64_t found = from >= 8 * (input_.begin() + input_.bytes().size())
                                 ? kNone
                                 : FindMagic(input_.bytes(), ToBit(from));
      if (found != kNone) return 8 * input_.begin() + found;
      const uint64_t end = 8 * (input_.begin() + input_.bytes().size());
      if (input_.at_end() || from >= limit) return kNone;
      if (end >= from + kMagicBits) from = end - kMagicBits + 1;
      if (!ReadTo(end + 1)) return kNone;
    }
  }

  void FindStart() {
    while (true) {
      const uint64_t found = Find(at_, 8 * segment_.cut.end);
      if (found == kNone || found >= 8 * segment_.cut.end) return;
      if (Bits(input_.bytes(), ToBit(found), kMagicBits) == kBlock) {
        start_ = at_ = found;
        return;
      }
      at_ = found + kMagicBits;
      input_.Drop(at_ / 8 - input_.begin());
    }
  }

  // Prepares the block at at_, or the first one behind it if the bits there are no block. False at the
  // end of the file.
  absl::StatusOr<bool> NextBlock() {
    absl::StatusOr<bool> found = GoToBlock();
    if (!found.ok()) return found;
    EndUnit(decoded_, *found ? at_ : 8 * segment_.file.end);
    if (!*found) return false;
    input_.Drop(at_ / 8 - input_.begin());
    const uint64_t end = Find(at_ + kMagicBits, kNone);
    if (!error_.ok()) return error_;
    block_end_ = end != kNone ? end : 8 * (input_.begin() + input_.bytes().size());
    stream_ = StreamOf(input_.bytes(), ToBit(at_), ToBit(block_end_), end != kNone);
    used_ = 0;
    block_ = Decompressor::Create(Compression::kBzip2);
    return true;
  }

  // Steps over the ends and beginnings of streams, and what is padding.
  absl::StatusOr<bool> GoToBlock() {
    while (true) {
      if (ReadTo(at_ + kMagicBits + 32)) {
        const uint64_t magic = Bits(input_.bytes(), ToBit(at_), kMagicBits);
        if (magic == kBlock) return true;
        if (magic == kStreamEnd) {
          at_ = (at_ + kMagicBits + 32 + 7) / 8 * 8;
          ends_stream_ = true;
          continue;
        }
      }
      if (!error_.ok()) return error_;
      const absl::string_view rest =
          input_.bytes().substr(std::min<uint64_t>(ToBit(at_) / 8, input_.bytes().size()));
      if (rest.empty()) {
        if (!ends_stream_) return absl::DataLossError("unexpected end");
        return false;
      }
      if (CompressionOf(rest.substr(0, 8)) == Compression::kBzip2) {
        at_ += 8 * kHeaderBytes;
        ends_stream_ = false;
      } else if (rest[0] == 0 && ends_stream_) {
        at_ += 8;
      } else if (ends_stream_) {
        return absl::DataLossError("what follows is not compressed");
      } else {
        return absl::DataLossError("unexpected end");
      }
      if (at_ / 8 - input_.begin() > kInputBytes / 2) input_.Drop(at_ / 8 - input_.begin());
    }
  }

  FileInput input_;
  uint64_t at_;  // of the block that is being decoded, or of what comes next
  bool ends_stream_ = false;
  std::unique_ptr<Decompressor> block_;  // null between blocks
  std::string stream_;                   // the block
  size_t used_ = 0;                      // bytes of it
  uint64_t block_end_ = 0;
  uint64_t decoded_ = 0;
  absl::Status error_;
};

}  // namespace

std::unique_ptr<SegmentReader> OpenBzip2Segment(const SegmentReader::Segment& segment,
                                                std::optional<uint64_t> start) {
  return std::make_unique<Bzip2BlockReader>(segment, start);
}

}  // namespace bigscan
