// What a worker sends back for a task: the results of the pieces that it has scanned, one after another.
//
//   result := part*
//   part   := status:u8 binary:u8 begin:varint end:varint records:varint size:varint bytes
//
// A chunk of a file is one piece, and so are a block of a stream and each file of a pack.
#ifndef BIGSCAN_CMD_RESULT_PART_H_
#define BIGSCAN_CMD_RESULT_PART_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace bigscan {

struct ResultPart {
  enum class Status : uint8_t {
    kPiece,    // `bytes` are the rest of the ChunkResult of the piece [begin, end)
    kMore,     // the same, and further parts of the piece follow
    kLost,     // [begin, end) could not be scanned: `bytes` say why
    kFailed,   // nor could the file at all
    kFileEnd,  // of a pack: what follows is about the next file
    // Of a segment of a compressed file (lib/segment_reader.h), whose offsets count from where the segment
    // begins in the decoded text unless the worker knew where that is:
    kSegment,  // comes first: it begins at bit `begin` of the file, or nowhere if that is UINT64_MAX
    kNeedsWhole,  // comes last: the text has to be decoded further, from its beginning on
    kNeedsBase,   // comes last: what is behind `begin` can not be scanned before that is known
    kDamaged,  // the file is damaged at byte `begin`, which is `end` in the text: `bytes` say why
    kSegmentEnd,  // it ends at bit `begin` of the file, and `end` bytes of text are its own
  };
  Status status = Status::kPiece;
  uint64_t begin = 0;  // in the source
  uint64_t end = 0;
  uint64_t records = 0;  // of the piece, if statistics are asked for
  bool binary = false;   // the piece is, or the end of it
  absl::string_view bytes = {};
};

void AppendResultPart(const ResultPart& part, std::string* result);

// Takes the next part from `result`. Nothing if there is none that is well-formed.
std::optional<ResultPart> TakeResultPart(absl::string_view* result);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_RESULT_PART_H_
