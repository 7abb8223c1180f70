// What a scan is about: the sources, and what becomes of the results. The coordinator calls it, in
// its own process, and knows of it no more than this.
#ifndef BIGSCAN_IPC_SCAN_CLIENT_H_
#define BIGSCAN_IPC_SCAN_CLIENT_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "ipc/unique_fd.h"
#include "ipc/wire.h"

namespace bigscan {

struct Source {
  uint32_t id = 0;         // ascending
  UniqueFd fd;             // open until EndSource
  bool is_stream = false;  // read by a feeder into blocks; otherwise mapped by the workers
  bool seekable = false;   // a stream that can be read again
  uint64_t begin = 0;      // the bytes to scan, [begin, end)
  uint64_t end = 0;
};

class ScanClient {
 public:
  virtual ~ScanClient() = default;

  // The next source, in order; nothing after the last one.
  virtual std::optional<Source> NextSource() = 0;

  struct Range {
    uint64_t begin;
    uint64_t end;
  };
  // The next chunk of a mapped source; nothing after the last one. Called for one source at a time.
  virtual std::optional<Range> NextChunk(const Source& source) = 0;

  struct Result {
    absl::string_view bytes;  // live until Flush has returned kDone
    absl::string_view block;  // a stream's chunk, which lives as long
    uint64_t begin;           // where the chunk begins in the source
    uint64_t end;
    uint64_t records;
    Loss loss;
  };
  // Commits a chunk's result: in order, each once, and only after Flush has returned kDone.
  virtual void Merge(const Source& source, const Result& result) = 0;

  // The bytes [begin, end) of a source could not be scanned; end is 0 when it is not known.
  virtual void Lost(const Source& source, uint64_t begin, uint64_t end,
                    absl::string_view reason) = 0;
  // The source could not be read any further.
  virtual void ReadError(const Source& source, int error) = 0;
  // All results of the source have been merged.
  virtual void EndSource(const Source& source) = 0;

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
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SCAN_CLIENT_H_
