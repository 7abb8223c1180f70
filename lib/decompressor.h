// Compressed bytes, undone as a stream: gzip, zstd, xz, bzip2 and lz4, told apart by their first bytes.
//
// A compressed file is a row of *members*, one behind the other: gzip's members, the frames of zstd and
// lz4 (skippable ones too), the streams of xz and bzip2. What they decode to is one text. Zeros behind a
// member are padding; anything else there is damage, as is a member that is cut short.
//
// The decoding itself is done by ISA-L, libzstd, liblzma, libbz2 and liblz4.
#ifndef BIGSCAN_LIB_DECOMPRESSOR_H_
#define BIGSCAN_LIB_DECOMPRESSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

enum class Compression { kNone, kGzip, kZstd, kXz, kBzip2, kLz4 };

// What begins with `head`: 8 bytes, or all that there are.
Compression CompressionOf(absl::string_view head);
// Of a failure at byte `at` of the file, which is byte `decoded` of what it decodes to.
std::string DescribeDamage(Compression compression, uint64_t at, uint64_t decoded,
                           absl::string_view reason);
// Whether `head`, which is not all of a text, is the beginning of something compressed as far as it goes.
bool MayBeCompressed(absl::string_view head);
// "gzip", and so on.
absl::string_view CompressionName(Compression compression);

// The state of one stream.
class Decompressor {
 public:
  // REQUIRES: compression != kNone.
  static std::unique_ptr<Decompressor> Create(Compression compression);
  virtual ~Decompressor() = default;

  struct Progress {
    size_t consumed;
    size_t produced;
  };
  // Decodes `in`, which follows what has been consumed before, as far as there is room in `out`. With
  // `last` nothing comes behind `in`; the stream has ended when such a call neither consumes nor
  // produces anything.
  //
  // kDataLoss when the bytes can not be decoded any further: the message has the place, in compressed
  // and decoded bytes, and the reason. All that could be decoded has been returned by earlier calls.
  absl::StatusOr<Progress> Decode(absl::string_view in, bool last, char* out, size_t room);

  // For bytes that begin where a member has ended, with padding or a member: from now on, a call of Decode
  // ends where a member does, before what may be padding.
  void StopBetweenMembers() {
    first_member_ = false;
    stop_between_members_ = true;
  }
  // Whether a member has just ended, and no further one begun.
  bool between_members() const { return between_members_; }
  uint64_t consumed() const { return consumed_; }
  uint64_t produced() const { return produced_; }
  // Why Decode has failed, without the place.
  absl::string_view reason() const { return reason_; }

 protected:
  explicit Decompressor(Compression compression) : compression_(compression) {}

  // What one step works on; both shrink from the front.
  struct Buffers {
    absl::string_view in;
    char* out;
    size_t room;
    bool last;  // nothing comes behind `in`
  };
  // Prepares for a member; its first byte comes next.
  virtual absl::Status StartMember() = 0;
  // Goes on with the member as far as the buffers allow, or less, and sets `ended` at its end. Fails with
  // a reason for the user; what the same call has decoded before that is lost with some libraries, which
  // are therefore not given more at a time than they can use at once.
  virtual absl::Status Step(Buffers* buffers, bool* ended) = 0;

 private:
  absl::Status Advance(Buffers* buffers, bool last);

  const Compression compression_;
  bool between_members_ = true;
  bool first_member_ = true;
  bool stop_between_members_ = false;
  uint64_t consumed_ = 0;
  uint64_t produced_ = 0;
  std::string reason_;
  absl::Status damage_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DECOMPRESSOR_H_
