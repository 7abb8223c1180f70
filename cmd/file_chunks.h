// The chunks of the files that the workers map or decode: where they end, and how long they are.
#ifndef BIGSCAN_CMD_FILE_CHUNKS_H_
#define BIGSCAN_CMD_FILE_CHUNKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "cmd/options.h"
#include "ipc/scan_client.h"
#include "lib/chunk.h"
#include "lib/data_extents.h"
#include "lib/segment_splitter.h"

namespace bigscan {

// Whether the workers decode it.
bool IsDecoded(const Source& source);
// The first bytes of a file, kMemberHeadBytes unless it is shorter.
std::string Head(const Source& source);

class FileChunks {
 public:
  // `options` must outlive it.
  explicit FileChunks(const Options& options) : options_(options) {}

  // How long a chunk of a mapped file is at most.
  static uint64_t MostBytes(const Options& options);

  // Goes over to a file, whose descriptor must stay open.
  void Start(const Source& source);
  // The next chunk of it; nothing after the last one. `dense`: what came of the latest one was much.
  std::optional<ScanClient::Range> Next(bool dense);

 private:
  bool SkipsHoles();
  void StartExtent(ByteRange extent);

  const Options& options_;
  std::optional<bool> skips_holes_;  // once it had to be known

  // Of the file: its parts, the current one, and the chunks of this.
  int fd_ = -1;
  uint32_t how_ = 0;
  Compression compression_ = Compression::kNone;
  std::optional<DataExtents> extents_;
  ByteRange extent_;
  std::optional<uint64_t> file_end_;  // if the chunks are those of a part of it
  std::variant<std::monostate, Splitter, SegmentSplitter> splitter_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_FILE_CHUNKS_H_
