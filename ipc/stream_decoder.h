// What a feeder does to the bytes of a stream before they are cut into records: undo an encoding.
//
// ipc knows only that there is such a thing. cmd/ brings a factory along, and so decides which encodings
// and compressed formats there are; a factory looks at a stream's first bytes, never at its name.
#ifndef BIGSCAN_IPC_STREAM_DECODER_H_
#define BIGSCAN_IPC_STREAM_DECODER_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// The state of one stream. Lives in its feeder.
class StreamDecoder {
 public:
  // The room that Decode needs to make progress.
  static constexpr size_t kLeastRoom = 64;

  virtual ~StreamDecoder() = default;

  struct Progress {
    size_t consumed;  // bytes of `in`
    size_t produced;  // bytes in `out`
  };
  // Decodes `in`, which follows what has been consumed before, into the `room` bytes at `out`, as far as
  // there is room. What is not consumed comes again, with more behind it: an incomplete character may
  // stay. With `last` nothing comes behind `in`; the stream has ended when such a call neither consumes
  // nor produces anything.
  //
  // Fails when the bytes can not be decoded any further; the message is for the user. What has been
  // produced before counts.
  //
  // REQUIRES: room >= kLeastRoom.
  virtual absl::StatusOr<Progress> Decode(absl::string_view in, bool last, char* out,
                                          size_t room) = 0;
};

class DecoderFactory {
 public:
  // How many of a stream's first bytes are enough to choose.
  static constexpr size_t kHeadBytes = 8;

  virtual ~DecoderFactory() = default;

  struct Choice {
    bool undecided = false;                       // more than `head` must be seen
    std::unique_ptr<StreamDecoder> decoder = {};  // or null: the bytes are taken as they are
  };
  // Chooses for a stream that begins with `head`. `complete`: it has no further bytes, or there are
  // kHeadBytes; then the choice is made. Called in the coordinator, too, for files: there it must be
  // cheap.
  virtual Choice Choose(absl::string_view head, bool complete) const = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_STREAM_DECODER_H_
