// Which records are printed: the selected ones, and those before and after them (-A, -B, -C), up to
// a number of selected ones (-m).
//
// A worker sees one chunk. Without -m, what is printed between the first selected record of a chunk
// and the last one depends on no other chunk, and neither does the context after that, as far as the
// chunk holds it: the RecordPicker of a worker decides on these. Of the other records it picks those
// that may be printed, whatever the chunks around its own hold, and the ContextGate of the
// coordinator, which is told of them one by one, decides. The rules are those of prtext and
// prpending in GNU grep's src/grep.c.
#ifndef BIGSCAN_JOBS_CONTEXT_H_
#define BIGSCAN_JOBS_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lib/record_scanner.h"

namespace bigscan {

struct ContextOptions {
  std::optional<uint64_t> before = {};  // records; groups are separated if this or `after` is given
  std::optional<uint64_t> after = {};
  std::optional<uint64_t> max_selected = {};  // of each source
};

// How the records are picked that go to a RecordPicker's sink.
struct PickOptions {
  bool numbered = false;  // how many are left out has to be known
  bool decide = false;    // the picker decides where it can
  // Of those decided on, adjacent ones of one kind may be picked together.
  bool join_selected = false;
  bool join_context = false;
  char delimiter = '\n';
};

// In a worker.
class RecordPicker {
 public:
  RecordPicker(const ContextOptions& context, const PickOptions& options)
      : before_(context.before.value_or(0)),
        after_(context.after.value_or(0)),
        max_selected_(context.max_selected.value_or(UINT64_MAX)),
        groups_(context.before.has_value() || context.after.has_value()),
        decides_(options.decide && !context.max_selected.has_value()),
        options_(options) {}

  // One record, or adjacent ones.
  struct Picked {
    bool selected;
    bool decided;       // to be printed
    bool new_group;     // if decided: a separator comes before it
    uint64_t left_out;  // records since the one picked before; if not numbered, only whether any
    size_t begin;       // [begin, end) in the chunk's records, delimiter included
    absl::string_view bytes;
  };
  using Sink = absl::FunctionRef<void(const Picked&)>;

  void StartChunk();
  // False when no further record of the chunk can be printed.
  bool Pick(const RecordScanner::Selected& selected, Sink sink);
  // After the chunk's last block: those that may stand before a record of the next chunk.
  void EndChunk(Sink sink);
  // How many records were left out after the last one that was picked.
  uint64_t trailing() const { return left_out_; }
  // After EndChunk: how many records that follow the chunk are decided to be printed.
  uint64_t owed() const { return decides_ && selected_ > 0 ? after_left_ : 0; }
  bool decides() const { return decides_; }
  // Then just what is selected is printed.
  bool decides_on_all() const { return decides_ && !groups_; }

 private:
  // What stands before the first selected record of the chunk, and between it and what was printed
  // before, depends on other chunks.
  bool decided() const { return decides_on_all() || (decides_ && selected_ > 0); }
  void PutPicked(bool selected, bool decided, size_t begin, size_t end, Sink sink);
  void PickAfter(size_t limit, Sink sink);
  void PickBefore(size_t limit, bool decided, Sink sink);
  void Pass(size_t to);

  const uint64_t before_;
  const uint64_t after_;
  const uint64_t max_selected_;
  const bool groups_;
  const bool decides_;
  const PickOptions options_;

  const char* records_ = nullptr;  // the chunk's
  size_t scanned_ = 0;             // offsets into them: the end of the blocks so far
  size_t picked_ = 0;              // the end of the record picked last
  size_t passed_ = 0;              // the records before are picked, or in left_out_
  uint64_t left_out_ = 0;
  uint64_t selected_ = 0;
  uint64_t after_left_ = 0;  // records that are picked since they follow a selected one
  bool ended_ = false;
};

// In the coordinator: is told, in order, of the records that workers picked.
class ContextGate {
 public:
  explicit ContextGate(const ContextOptions& options)
      : before_(options.before.value_or(0)),
        after_(options.after.value_or(0)),
        max_selected_(options.max_selected.value_or(UINT64_MAX)),
        groups_(options.before.has_value() || options.after.has_value()) {}

  enum class What {
    kPrint,
    kPrintAsContext,  // a selected record, though -m has been reached
    kHold,            // to be printed before a selected record, if one follows soon enough
    kSkip,
  };
  struct Verdict {
    What what = What::kSkip;
    uint64_t drop = 0;        // of the records held, the first ones that will not be printed
    bool separate = false;    // first print a group separator,
    bool print_held = false;  // and then those held
  };
  // `adjacent`: no record stands between this one and the one before.
  Verdict Next(bool selected, bool adjacent);
  // After a selected record: a worker decided that further ones are printed, up to the end of the
  // context of one of them.
  void NextDecided();
  // That context has not ended yet: the next `records` ones belong to it.
  void Owe(uint64_t records);

  void EndSource();
  // No further record of the source will be printed.
  bool source_decided() const { return selected_ == max_selected_ && after_left_ == 0; }

 private:
  const uint64_t before_;
  const uint64_t after_;
  const uint64_t max_selected_;
  const bool groups_;
  bool printed_ = false;   // anything, of any source
  bool adjacent_ = false;  // all since what was printed last is held
  uint64_t held_ = 0;
  uint64_t selected_ = 0;
  uint64_t after_left_ = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_CONTEXT_H_
