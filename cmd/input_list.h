// All inputs of a scan, known before any of them is read: what shares of all their bytes, and snapshots, go by.
#ifndef BIGSCAN_CMD_INPUT_LIST_H_
#define BIGSCAN_CMD_INPUT_LIST_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/chunk.h"

namespace bigscan {

struct ListedInput {
  std::string name = {};  // what it is opened by, unless it is the standard input
  bool is_stdin = false;
  uint64_t size = 0;        // bytes, of the file as it is
  int64_t modified_ns = 0;  // since 1970
  // What it holds is not what its bytes are: it can not be cut, and belongs to whom its first byte belongs to.
  bool whole = false;
  // Of --state. What is shown as its name, unless empty.
  std::string label = {};
  // If so, it may have grown since, but must be this file: by device and inode.
  bool may_grow = false;
  std::pair<uint64_t, uint64_t> id = {};
  uint64_t decoded_begin = 0;  // so many bytes of what it decompresses to are done with
  bool missed = false;         // it turned out to be another one, or could not be opened
  // Of its first and last bytes, if it comes from a manifest: it may then have grown since. See cmd/listed_input.h.
  std::string ends_digest = {};
};

struct InputList {
  std::vector<ListedInput> inputs;
  bool show_names = false;
  // What of each is to be scanned; the record that runs over the end belongs to it, too.
  std::vector<ByteRange> parts;
  // The inputs [first, last) have all that is not empty.
  size_t first = 0;
  size_t last = 0;

  // Takes the `shard`-th, from 1, of `shards` shares of all bytes: [total * (shard - 1) / shards,
  // total * shard / shards).
  void TakeShare(uint32_t shard, uint32_t shards) { TakeShares(shard, shard, shards); }
  // The same of those from `from` to `to`, this one included, in one piece.
  void TakeShares(uint32_t from, uint32_t to, uint32_t shards);
  // When the latest change was, in microseconds since 1970.
  int64_t LatestMicros() const;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_INPUT_LIST_H_
