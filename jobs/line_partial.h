// The partial result of the jobs that print records: what is printed, as lines with holes for what
// only the coordinator knows, which are a record's number, the name of its source, and whether a
// record is printed at all.
//
//   part := item*
//   item := head before? offset? (bytes | begin:varint)
//   head := varint: length << 6 | gap << 5 | unterminated << 4 | by_range << 3 | kind
//
// An item stands for `length` bytes of output: the bytes follow, or (by_range) lie in the source
// from `begin` on; `unterminated` tells that a delimiter is missing after them. Its kind says how it
// joins the items before it:
//
//   selected     the first line of a selected record
//   context      the first line of another record, printed if a selected one is near enough
//   line         a further line of the same record
//   piece        goes on with the same line
//   alternative  the line to print instead, for a selected record, when it is only context
//   text         the lines of any number of records, and separators between groups of them, that
//                are printed as they are; or a part of that
//   number       goes on with the same line, after the record's number and offset; matches:varint
//                begin:varint size:varint follow, the last two of the record in the source
//   end          of a part: `length` records follow the last item; then selected:varint, how many
//                records are selected in `text`, hidden:varint, how many in what is binary, times
//                two, plus 1 if the chunk is binary from here on, and owed:varint, how many of the
//                records after the chunk are printed as context of its last selected one
//
// Where the worker decides (see context.h), what it decides on is `text`: with context, all from the
// record after the first selected one of a chunk to the end of the context of the last one, or of the
// chunk. There is such an item even if nothing is printed of these records.
//
// `gap` tells, for selected, context and end, that records between it and the record before are not
// among the items; in a numbered partial, before:varint tells how many. In one with offsets,
// offset:varint follows the head of selected, context, line and alternative. A selected or context
// item by range of length 0 stands for a record of which nothing is printed.
//
// Bytes are sent along as long as they are few. Long runs stay where they are: in the file, from
// which they go to stdout inside the kernel, or in the block.
#ifndef BIGSCAN_JOBS_LINE_PARTIAL_H_
#define BIGSCAN_JOBS_LINE_PARTIAL_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "jobs/job.h"
#include "lib/chunk.h"

namespace bigscan {

enum class ItemKind { kSelected, kContext, kLine, kPiece, kAlternative, kText, kNumber, kEnd };

struct LineLayout {
  bool text = false;     // the worker composes whole lines, which may be sent as `text`
  bool numbers = false;  // the coordinator puts numbers in
  bool offsets = false;  // and offsets
};

// A worker's. Between Start and Finish, opens one item after the other and fills it.
class LineWriter {
 public:
  LineWriter(const LineLayout& layout, char delimiter) : layout_(layout), delimiter_(delimiter) {}

  // Starts the partial of a chunk, which must outlive the use of the writer.
  void Start(Partial* partial);

  // The next record: `before` records are left out between it and the one before.
  void StartRecord(bool selected, uint64_t before_or_gap);
  // From here to the next StartRecord, all lines are text; Append is allowed between them.
  // REQUIRES: the layout allows text.
  void StartText();

  // Opens the record's next item; `offset` is that of the line in the source.
  void OpenLine(uint64_t offset);
  void OpenAlternative(uint64_t offset);
  // After a line that was closed: opens what follows the number and offset of the record, which is at
  // `record` in the source and has `matches` in it.
  void OpenNumber(uint64_t matches, ByteRange record);
  void Append(absl::string_view bytes);
  void Append(char byte);
  void Close();
  // Ends the open line with `bytes`, which begin at `begin` in the source and may lack a delimiter.
  // Only where the coordinator has no other way to them they are sent along.
  void CloseWithRange(uint64_t begin, absl::string_view bytes);
  // Ends a record; if it had no line, it is one of which nothing is printed.
  void EndRecord();

  // Of a chunk.
  struct End {
    uint64_t trailing = 0;  // records that follow the last one (or just 1 if not numbered)
    uint64_t hidden = 0;
    bool binary = false;
    uint64_t owed = 0;
  };
  void Finish(const End& end);

  // Counts records that are selected in text.
  void CountSelected(uint64_t records) { selected_ += records; }

  // Below this, a copy is cheaper than the system call that moves a range of the file.
  static constexpr size_t kRangeBytes = 32 << 10;

 private:
  void PutHead(ItemKind kind, uint64_t length, bool gap, bool unterminated, bool by_range);
  void Open(ItemKind kind, bool gap);
  void Seal();
  void PutEnd(const End& end);
  void SendIfFull();

  const LineLayout layout_;
  const char delimiter_;
  Partial* partial_ = nullptr;
  ItemKind next_ = ItemKind::kSelected;  // what the next line is
  uint64_t before_ = 0;                  // of the record whose first line is still to come
  uint64_t selected_ = 0;
  size_t head_ = kNone;  // where the open item's head is
  size_t text_ = 0;      // and its bytes
  ItemKind kind_ = ItemKind::kText;
  bool gap_ = false;

  static constexpr size_t kNone = SIZE_MAX;
};

// The coordinator's.
class LineReader {
 public:
  LineReader() = default;
  // `part` must outlive the reader; it was written with the same layout.
  LineReader(const LineLayout& layout, absl::string_view part) : layout_(layout), rest_(part) {}

  struct Item {
    ItemKind kind = ItemKind::kEnd;
    bool gap = false;
    bool unterminated = false;
    bool by_range = false;
    uint64_t before = 0;  // records left out; for an end: those that follow
    uint64_t offset = 0;
    absl::string_view bytes;  // unless by_range
    ByteRange range;          // when by_range
    uint64_t matches = 0;     // of kNumber
    ByteRange record;
    uint64_t selected = 0;  // of kEnd
    uint64_t hidden = 0;
    bool binary = false;
    uint64_t owed = 0;
  };
  // False when there is none left.
  bool Next(Item* item);

 private:
  LineLayout layout_;
  absl::string_view rest_;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_LINE_PARTIAL_H_
