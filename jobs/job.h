// A job: what is computed from the records of a scan. Adding one touches its own files and the
// place in cmd/ that makes it.
//
// `Map` runs in a worker, for one chunk after another, and leaves a partial result as bytes;
// `Merge` and `Report` run in the coordinator, which gets the partials in the order of the chunks,
// each exactly once, whichever worker made it. One scan serves a list of jobs.
#ifndef BIGSCAN_JOBS_JOB_H_
#define BIGSCAN_JOBS_JOB_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/output.h"
#include "lib/record_scanner.h"

namespace bigscan {

namespace snapshot {
class Group;
class Snapshot;
class Source;
}  // namespace snapshot

// A source as the coordinator knows it. Lives from its first chunk until Job::EndSource.
struct SourceInfo {
  uint32_t id = 0;         // its place among the inputs, from 0
  std::string name;        // as in messages and prefixes
  int file_fd = -1;        // the file that offsets refer to, or -1 for a stream
  bool show_name = false;  // whether the name is to be printed with what comes of the source
  std::optional<uint64_t> size = {};  // in bytes, where it was known from the start
};

// What becomes of a source from where binary data were found in it.
enum class BinaryData {
  kHide,  // nothing more is printed; whether a record is selected counts
  kVoid,  // nothing counts as selected in the source, though what was printed was printed
};

// A record that could not be matched.
struct RecordFailure {
  uint64_t begin;  // in the source
  uint64_t end;
  std::string reason;
};

// Where a worker leaves the partial result of a chunk. It goes to the coordinator in parts, since
// what a single record can come to has no bound.
class Partial {
 public:
  // `bytes` are empty. `send` sends what is in them, and empties them. `has_source`: see has_source().
  Partial(std::string* bytes, std::function<void()> send, bool has_source = true)
      : bytes_(*bytes), send_(std::move(send)), has_source_(has_source) {}

  std::string& bytes() { return bytes_; }
  const std::string& bytes() const { return bytes_; }

  // To be asked at least once for every 64 KiB: whether it is time for Send.
  bool full() const { return bytes_.size() >= kPartBytes; }
  // REQUIRES: full(). Leaves bytes() empty.
  void Send() { send_(); }

  // Whether the coordinator, too, has the chunk's bytes, in the file or in a block: then they may be
  // referred to by where they are. Otherwise the worker alone has decoded them.
  bool has_source() const { return has_source_; }

  static constexpr size_t kPartBytes = 512 << 10;

 private:
  std::string& bytes_;
  std::function<void()> send_;
  const bool has_source_;
};

// A part of one chunk's partial result, as it comes back to the coordinator.
struct PartialResult {
  absl::string_view bytes;
  // For a stream, the chunk's own bytes, which begin at `begin` in the source.
  absl::string_view block = {};
  uint64_t begin = 0;
  uint64_t end = 0;  // of the chunk, which may be less than that of its last record
  // To be added to places that the worker tells: it did not know where its bytes begin in the source.
  uint64_t base = 0;
  bool more = false;  // further parts of the chunk's result follow
};

class Job {
 public:
  virtual ~Job() = default;

  // In a worker. The partial result of a chunk is what these append to `partial`, which is the same
  // from StartChunk until EndChunk has returned; it depends on nothing but the chunk.
  // `begin`: where the chunk's first record begins in the source.
  virtual void StartChunk(uint64_t begin, Partial* partial) = 0;
  // False when the rest of the chunk can not change the result: the scan of it then ends.
  virtual bool Map(const RecordScanner::Selected& selected, Partial* partial) = 0;
  virtual void EndChunk(Partial* partial) = 0;
  // Records of the chunk in which the job could not find what it looked for.
  virtual std::vector<RecordFailure> TakeFailures() { return {}; }

  // In the coordinator. Takes in a part of one chunk's partial, whose bytes live until Report has
  // returned false and all that is in the output has been written.
  virtual void Merge(const SourceInfo& source, const PartialResult& partial) = 0;

  // Puts a bounded part of what is to be written now into `output`, which is empty. False when
  // there is nothing left to write for what has been merged.
  virtual bool Report(Output* output) = 0;

  // All chunks of `source` are merged.
  virtual void EndSource(const SourceInfo& source) = 0;
  // All sources have ended, or no further one matters.
  virtual void EndScan() {}

  // Before EndScan: the first rows of the result as it stands, for a person who waits, under their titles if
  // they have any: at most `most_lines` lines, without their ends. Nothing where a result is no table, or too
  // large to be looked at. Changes nothing.
  virtual std::vector<std::string> Preview(size_t /*most_lines*/) const { return {}; }

  // After EndScan: what the user is to be told besides the result.
  struct Remark {
    std::string text;
    bool is_error;
  };
  virtual std::vector<Remark> TakeRemarks() { return {}; }

  // What is merged, as it is kept on disk (snapshot.proto), in the coordinator. Equal results are equal bytes, however
  // the input was cut. Before EndSource: what was found in the source, besides what Report has put out.
  virtual void SaveSource(snapshot::Source* /*state*/) const {}
  // After all sources, in place of EndScan: hands what is known of all of them to `put`, piece by piece.
  using PutState = std::function<absl::Status(const snapshot::Snapshot& piece)>;
  virtual absl::Status SaveState(const PutState& /*put*/) { return absl::OkStatus(); }
  // The reverse, in place of Merge: adds to the current source, or to all, what another run has saved, whose input
  // stands behind that of those before it. False if that was saved by some other job.
  virtual bool LoadSource(const snapshot::Source& /*state*/) { return false; }
  virtual bool LoadState(const snapshot::Snapshot& /*piece*/) { return false; }

  // Of the source that ended last: whether it is binary and what was selected in it is not shown,
  // which the user is to be told.
  virtual bool HidBinaryMatch() const { return false; }

  // True when no further chunk of the current source, or of any source, can change the result.
  virtual bool SourceDecided() const { return false; }
  virtual bool AllDecided() const { return false; }

  // How many records have been selected so far, as far as the job had to look.
  virtual uint64_t selected() const = 0;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_JOB_H_
