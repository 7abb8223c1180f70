// The records of a file that has to be decoded, piece by piece: what a worker does when it decodes a
// file, or a segment of one, by itself and scans what comes of it while that is in its cache.
#ifndef BIGSCAN_CMD_DECODED_RECORDS_H_
#define BIGSCAN_CMD_DECODED_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/block_splitter.h"
#include "lib/chunk.h"

namespace bigscan {

// Where decoded bytes come from.
class DecodedBytes {
 public:
  virtual ~DecodedBytes() = default;

  // Up to `room` bytes, at least one if there are any; 0 at the end, or where it can not go on.
  // REQUIRES: room >= 64.
  virtual size_t Read(char* to, size_t room) = 0;
  // Of a segment: how many of the bytes are its own, once that is known.
  virtual std::optional<uint64_t> own_bytes() const { return std::nullopt; }
};

class DecodedRecords {
 public:
  struct Options {
    char delimiter = '\n';
    uint64_t most_record_bytes = 0;  // a longer record is lost
    // Where the bytes begin in the decoded text. Unless that is known, what is said of them is counted
    // from there, and pieces come only as long as no NUL is in sight: which records are binary depends
    // on the place (block_splitter.h).
    std::optional<uint64_t> base = 0;
    bool binary = false;  // the text is known to be binary before the bytes begin
    // Of the bytes, those that are owned begin behind the first delimiter; otherwise where they begin.
    bool starts_inside = false;
    uint64_t skip = 0;  // so many bytes are done with; a record begins behind them
  };
  // `bytes` must outlive it.
  DecodedRecords(DecodedBytes* bytes, const Options& options);

  struct Piece {
    enum class Kind {
      kRecords,    // a row of whole records, which live until the next call
      kLost,       // a record that was too long was in `range`
      kNeedsBase,  // there is a NUL: no more before it is known where the bytes begin
    };
    Kind kind = Kind::kRecords;
    ChunkRecords records;
    ByteRange range;  // in the decoded text, or from where the bytes begin
  };
  // False when there is none left.
  bool Next(Piece* piece);

 private:
  // A few of grep's buffers, at whose bounds the pieces end.
  static constexpr uint64_t kBufferBytes = 5 * BlockSplitter::kBufferBytes;

  absl::string_view decoded() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void Fill(size_t target);
  void Drop(size_t size);
  bool FindFirst();
  std::optional<size_t> EndOfLastPiece(size_t own_end) const;
  size_t EndOfPiece();
  bool NeedsBase(size_t end) const;
  void Skip(Piece* piece);

  DecodedBytes& bytes_;
  const Options options_;
  uint64_t
      position_;  // of what is decoded and not handed over, which is [begin_, end_) of the buffer
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;    // no more can be read
  bool started_ = false;  // the first owned record begins at begin_
  bool done_ = false;     // no more is owned
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_DECODED_RECORDS_H_
