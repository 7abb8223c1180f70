// What a scan is about: the sources, and what becomes of the results. The coordinator calls it, in
// its own process, and knows of it no more than this.
#ifndef BIGSCAN_IPC_SCAN_CLIENT_H_
#define BIGSCAN_IPC_SCAN_CLIENT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipc/activity.h"
#include "ipc/packed_file.h"
#include "ipc/page_cache.h"
#include "ipc/unique_fd.h"
#include "ipc/wire.h"

namespace bigscan {

// One input, or a pack of small ones: the files `id`, `id` + 1, and so on.
struct Source {
  uint32_t id = 0;         // ascending
  UniqueFd fd;             // open until EndSource; unless it is a pack
  bool is_stream = false;  // read by a feeder into blocks; otherwise mapped by the workers
  bool seekable = false;   // a stream that can be read again
  uint64_t begin = 0;      // the bytes to scan, [begin, end)
  uint64_t end = 0;
  // When these are a part of a mapped file, where that ends: a record may run over `end`.
  std::optional<uint64_t> file_end = {};
  uint32_t how = 0;  // to be told to the mapper with each chunk: how the client wants it to be read
  ColdRanges cold = {};  // what is to be dropped from the page cache behind the scan, if no pack
  std::vector<PackedFile> pack = {};  // when not empty, [begin, end) counts their bytes together

  size_t files() const { return pack.empty() ? 1 : pack.size(); }
};

class ScanClient {
 public:
  virtual ~ScanClient() = default;

  // The next source, in order; nothing after the last one. A pack holds at most `most_files`, and
  // so many descriptors may the client itself keep open for what comes next.
  virtual std::optional<Source> NextSource(size_t most_files) = 0;

  struct Range {
    uint64_t begin;
    uint64_t end;
    // The bytes around them that are scanned like a file of their own: all of the source, or a part.
    uint64_t file_begin;
    uint64_t file_end;
    Note note = {};
  };
  // The next chunk of a mapped source that is no pack; nothing after the last one. Called for one
  // source at a time.
  virtual std::optional<Range> NextChunk(const Source& source) = 0;

  struct Result {
    absl::string_view bytes;  // live until Flush has returned kDone
    absl::string_view block;  // a stream's chunk, which lives as long
    uint64_t begin;           // where the chunk begins in the source
    uint64_t end;
    bool more;  // it is a part of the chunk's result, and others follow
  };
  // Commits a chunk's result, or the next part of it: in order, each once, and only after Flush has
  // returned kDone. It may be taken in piece by piece while it is flushed.
  virtual void Merge(const Source& source, const Result& result) = 0;

  // Asked once the last part of a chunk's result is merged and flushed: whether the chunk is to be mapped
  // once more, with another note, now that all before it is known. What comes of it is merged next.
  virtual std::optional<Note> Again() { return std::nullopt; }

  // The bytes [begin, end) of a source could not be scanned; end is 0 when it is not known.
  virtual void Lost(const Source& source, uint64_t begin, uint64_t end,
                    absl::string_view reason) = 0;
  // The source could not be read any further.
  virtual void ReadError(const Source& source, absl::string_view reason) = 0;
  // All results of the source have been merged.
  virtual void EndSource(const Source& source) = 0;
  // No more will come, of any source. Flush is called once more.
  virtual void EndScan() = 0;

  // No further chunk of the source that is being merged, or of any source, can change the result.
  virtual bool SourceDecided() const = 0;
  virtual bool AllDecided() const = 0;

  enum class FlushState { kDone, kBlocked, kFailed };
  // Writes what is to be written for what has been merged, as far as that goes without waiting.
  virtual FlushState Flush() = 0;
  // To be polled: for writing when Flush has returned kBlocked, for a reader's end at all times.
  virtual int OutputFd() const = 0;
  // Drops what is not yet written, save the rest of a record that is written in part.
  virtual void CutOutput() = 0;

  // Called every ScanOptions::tick_us, or as soon after that as there is time, if that is not 0.
  virtual void Tick(const Activity& /*activity*/) {}
  // A signal has come that does not end the scan: SIGUSR1, or with ticks SIGTSTP, which stops this process
  // when the call has returned.
  virtual void SignalCame(int /*signal*/, const Activity& /*activity*/) {}
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SCAN_CLIENT_H_
