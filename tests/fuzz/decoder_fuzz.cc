// Bytes that may be anything, taken for what they begin as: gzip, zstd, xz, bzip2 or lz4. However they are
// cut, they decode to the same, as far as they do.
#include "lib/decompressor.h"
#include "lib/members.h"
#include "tests/fuzz/decoding.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const DecodingCuts cuts{.step = 1 + input.Below(200u),
                          .room = 64 + 4 * size_t{input.Byte()},
                          .segment_bytes = 1 + 2 * size_t{input.Byte()}};
  const absl::string_view bytes = input.rest();
  const absl::string_view head = bytes.substr(0, 8);
  const Compression compression = CompressionOf(head);
  if (compression == Compression::kNone) return 0;
  for (size_t known = 1; known < head.size(); ++known) {
    EXPECT_TRUE(MayBeCompressed(head.substr(0, known)));
  }
  DecodeInAllWays(bytes, cuts);
  return 0;
}
