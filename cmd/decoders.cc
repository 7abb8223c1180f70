#include "cmd/decoders.h"

#include <algorithm>
#include <memory>
#include <string>

#include "lib/decompressor.h"

namespace bigscan {
namespace {

constexpr size_t kDecompressedBytes = 64 << 10;

class TextStreamDecoder : public StreamDecoder {
 public:
  explicit TextStreamDecoder(std::unique_ptr<TextDecoder> decoder) : decoder_(std::move(decoder)) {}

  absl::StatusOr<Progress> Decode(absl::string_view in, bool last, char* out,
                                  size_t room) override {
    static_assert(kLeastRoom >= TextDecoder::kLeastRoom);
    const TextDecoder::Progress progress = decoder_->Decode(in, last, out, room);
    return Progress{progress.consumed, progress.produced};
  }

 private:
  const std::unique_ptr<TextDecoder> decoder_;
};

// Decompresses, and decodes what comes of it if its first bytes ask for that.
class CompressedStreamDecoder : public StreamDecoder {
 public:
  CompressedStreamDecoder(Compression compression, const TextEncoding& encoding)
      : decompressor_(Decompressor::Create(compression)), encoding_(encoding) {}

  absl::StatusOr<Progress> Decode(absl::string_view in, bool last, char* out,
                                  size_t room) override {
    if (chosen_ && text_ == nullptr && begin_ == end_) return Decompress(in, last, out, room);
    size_t consumed = 0;
    if (!ended_ && damage_.ok() && end_ - begin_ < kDecompressedBytes / 2) {
      const absl::StatusOr<Progress> more = Refill(in, last);
      if (!more.ok()) {
        damage_ = more.status();  // what came before it goes first
      } else {
        consumed = more->consumed;
        ended_ = last && more->consumed == 0 && more->produced == 0;
      }
    }
    const bool complete = ended_ || !damage_.ok();
    const absl::string_view decompressed(buffer_.data() + begin_, end_ - begin_);
    if (!chosen_) {
      if (!complete && (decompressed.empty() || encoding_.NeedsMore(decompressed))) {
        return Progress{consumed, 0};
      }
      text_ = encoding_.DecoderFor(decompressed);
      chosen_ = true;
    }
    size_t produced = 0;
    if (text_ == nullptr) {
      produced = decompressed.copy(out, room);
      begin_ += produced;
    } else {
      const TextDecoder::Progress progress = text_->Decode(decompressed, complete, out, room);
      begin_ += progress.consumed;
      produced = progress.produced;
      // That it moves on although it hands nothing over is to be seen.
      if (progress.consumed > 0 && produced == 0 && consumed == 0)
        return Decode(in, last, out, room);
    }
    if (produced == 0 && consumed == 0 && !damage_.ok()) return damage_;
    return Progress{consumed, produced};
  }

 private:
  absl::StatusOr<Progress> Decompress(absl::string_view in, bool last, char* out, size_t room) {
    const absl::StatusOr<Decompressor::Progress> progress =
        decompressor_->Decode(in, last, out, room);
    if (!progress.ok()) return progress.status();
    return Progress{progress->consumed, progress->produced};
  }

  absl::StatusOr<Progress> Refill(absl::string_view in, bool last) {
    buffer_.resize(kDecompressedBytes);
    std::copy(buffer_.begin() + static_cast<ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    absl::StatusOr<Progress> progress =
        Decompress(in, last, buffer_.data() + end_, buffer_.size() - end_);
    if (progress.ok()) end_ += progress->produced;
    return progress;
  }

  const std::unique_ptr<Decompressor> decompressor_;
  const TextEncoding& encoding_;
  std::unique_ptr<TextDecoder> text_;
  bool chosen_ = false;  // whether there is a text_
  // What is decompressed and not handed over: [begin_, end_) of it.
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;
  absl::Status damage_;
};

}  // namespace

DecoderFactory::Choice Decoders::Choose(absl::string_view head, bool complete) const {
  if (decompress_) {
    const Compression compression = CompressionOf(head);
    if (compression != Compression::kNone) {
      return {.decoder = std::make_unique<CompressedStreamDecoder>(compression, encoding_)};
    }
    if (!complete && MayBeCompressed(head)) return {.undecided = true};
  }
  if (!complete && encoding_.NeedsMore(head)) return {.undecided = true};
  std::unique_ptr<TextDecoder> decoder = encoding_.DecoderFor(head);
  if (decoder == nullptr) return {};
  return {.decoder = std::make_unique<TextStreamDecoder>(std::move(decoder))};
}

}  // namespace bigscan
