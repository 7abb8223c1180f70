// Which decoders there are, and for which sources: those of compressed formats and of encodings.
#ifndef BIGSCAN_CMD_DECODERS_H_
#define BIGSCAN_CMD_DECODERS_H_

#include <utility>

#include "absl/strings/string_view.h"
#include "ipc/stream_decoder.h"
#include "lib/text_decoder.h"

namespace bigscan {

class Decoders : public DecoderFactory {
 public:
  // With `decompress`, what is compressed is decompressed, and the encoding is that of what comes out.
  Decoders(TextEncoding encoding, bool decompress)
      : encoding_(std::move(encoding)), decompress_(decompress) {}

  Choice Choose(absl::string_view head, bool complete) const override;

 private:
  const TextEncoding encoding_;
  const bool decompress_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_DECODERS_H_
