#include "lib/json_text.h"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/writer.h>
#include <string.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

using Sink = absl::FunctionRef<void(absl::string_view)>;

// A multiple of 3: no base64 group is cut.
constexpr size_t kSliceBytes = 12 << 10;

// RapidJSON's concept of an output stream: passes slices on.
class SliceStream {
 public:
  using Ch = char;

  explicit SliceStream(Sink sink) : sink_(sink) {}

  void Put(char c) {
    slice_[size_++] = c;
    if (size_ == sizeof(slice_)) Flush();
  }
  void Flush() {
    sink_(absl::string_view(slice_, size_));
    size_ = 0;
  }

 private:
  const Sink sink_;
  size_t size_ = 0;
  char slice_[512] = {};
};

// What RapidJSON writes what it has validated to.
struct NullStream {
  using Ch = char;
  void Put(char) {}
  void PutUnsafe(char) {}
};

void PutString(absl::string_view text, Sink sink) {
  SliceStream stream(sink);
  rapidjson::Writer<SliceStream> writer(stream);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void PutBase64(absl::string_view bytes, Sink sink) {
  std::string slice;
  for (size_t at = 0; at < bytes.size(); at += kSliceBytes) {
    absl::Base64Escape(bytes.substr(at, kSliceBytes), &slice);
    sink(slice);
  }
}

}  // namespace

bool IsUtf8(absl::string_view bytes) {
  rapidjson::MemoryStream in(bytes.data(), bytes.size());
  NullStream out;
  while (in.Tell() < bytes.size()) {
    uint64_t eight;
    if (bytes.size() - in.Tell() >= sizeof(eight)) {
      memcpy(&eight, in.src_, sizeof(eight));
      if ((eight & 0x8080808080808080) == 0) {
        in.src_ += sizeof(eight);
        continue;
      }
    }
    // At the end of the stream it reads a NUL, which continues no character.
    if (!rapidjson::UTF8<>::Validate(in, out)) return false;
  }
  return true;
}

void PutJsonBytes(absl::string_view bytes, Sink sink) {
  if (IsUtf8(bytes)) {
    sink("{\"text\":");
    PutString(bytes, sink);
    sink("}");
  } else {
    sink("{\"bytes\":\"");
    PutBase64(bytes, sink);
    sink("\"}");
  }
}

void AppendJsonBytes(absl::string_view bytes, std::string* to) {
  PutJsonBytes(bytes, [to](absl::string_view part) { absl::StrAppend(to, part); });
}

void AppendJsonString(absl::string_view bytes, std::string* to) {
  constexpr size_t kMostBytes = 4;  // of a character
  std::string replaced;
  absl::string_view text = bytes;
  if (!IsUtf8(bytes)) {
    while (!bytes.empty()) {
      size_t size = 1;
      while (size <= kMostBytes && !IsUtf8(bytes.substr(0, size))) ++size;
      const bool is_character = size <= std::min(kMostBytes, bytes.size());
      absl::StrAppend(&replaced, is_character ? bytes.substr(0, size) : "\xef\xbf\xbd");
      bytes.remove_prefix(is_character ? size : 1);
    }
    text = replaced;
  }
  PutString(text, [to](absl::string_view part) { absl::StrAppend(to, part); });
}

}  // namespace bigscan
