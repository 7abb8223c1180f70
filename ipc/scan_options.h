// How a scan is to be run: what the coordinator is told once, before it begins.
#ifndef BIGSCAN_IPC_SCAN_OPTIONS_H_
#define BIGSCAN_IPC_SCAN_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ipc/privileges.h"
#include "ipc/stream_decoder.h"

namespace bigscan {

struct ScanOptions {
  uint32_t workers = 1;
  std::vector<int> worker_cpus = {};  // where to pin the workers, or empty
  int feeder_cpu = -1;                // where to pin a feeder or the reader, or -1
  bool read_ahead = true;             // of mapped files, where they are not cached
  uint64_t block_size = 0;            // bytes of a stream's block
  uint64_t most_record_bytes = 0;     // how long a stream's record may be
  uint32_t streams = 1;               // to be read at once, if so many follow one another
  char delimiter = '\n';
  uint64_t patience_us = 50'000;  // how long a record of a slow stream may wait for the next one
  // Nothing is handed out besides the first chunk before its result has come: it may well decide all,
  // and then no other worker is needed.
  bool first_alone = false;
  uint64_t tick_us = 0;           // from one call of ScanClient::Tick to the next; 0: none
  uint64_t deadline_us = 0;       // when to stop, by NowMicros; 0: never
  std::optional<User> user = {};  // that children become
  const DecoderFactory* decoders = nullptr;  // for streams; must outlive the coordinator
};

}  // namespace bigscan

#endif  // BIGSCAN_IPC_SCAN_OPTIONS_H_
