// Text in another encoding, made UTF-8.
//
// What can not be decoded becomes U+FFFD, as https://encoding.spec.whatwg.org has it and ripgrep does.
#ifndef BIGSCAN_LIB_TEXT_DECODER_H_
#define BIGSCAN_LIB_TEXT_DECODER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// The state of one text.
class TextDecoder {
 public:
  // No encoding turns one character into more bytes.
  static constexpr size_t kLeastRoom = 64;

  virtual ~TextDecoder() = default;

  struct Progress {
    size_t consumed;
    size_t produced;
  };
  // Decodes `in`, which follows what has been consumed before, as far as there is room in `out`. An
  // incomplete character at the end is left for the next call; with `last`, it is U+FFFD.
  // The text has ended when a call with `last` neither consumes nor produces anything.
  // REQUIRES: room >= kLeastRoom.
  virtual Progress Decode(absl::string_view in, bool last, char* out, size_t room) = 0;
};

// How a text is to be decoded: a validated name of an encoding.
class TextEncoding {
 public:
  // - "none": not at all;
  // - "auto": UTF-16 if it begins with such a byte order mark, else not at all; "utf-8" is the same;
  // - "utf-16" (little-endian), "utf-16le", "utf-16be", and whatever iconv(3) knows; a byte order mark
  //   of UTF-8 or UTF-16 outdoes the name.
  // A byte order mark of UTF-16 is no part of the decoded text; one of UTF-8 is, as for grep.
  //
  // kInvalidArgument if there is no such encoding. Loads what iconv(3) has to load.
  static absl::StatusOr<TextEncoding> ByName(absl::string_view name);

  // Whether `head`, which is not all of the text, is too short to choose a decoder.
  bool NeedsMore(absl::string_view head) const;

  // The decoder for a text that begins with `head`, or null if its bytes are to be taken as they are.
  std::unique_ptr<TextDecoder> DecoderFor(absl::string_view head) const;

 private:
  enum class Kind { kNone, kAuto, kUtf16Little, kUtf16Big, kIconv };
  struct Converter;

  Kind kind_ = Kind::kNone;
  std::string name_;                         // for iconv
  std::shared_ptr<const Converter> loaded_;  // keeps what iconv has loaded
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TEXT_DECODER_H_
