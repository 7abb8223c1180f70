// A text of another encoding becomes the same UTF-8 however it comes in pieces: for UTF-16, that of the
// decoder of https://encoding.spec.whatwg.org; for the others, what iconv(3) makes of it at once.
#include <errno.h>
#include <iconv.h>

#include <string>
#include <vector>

#include "lib/json_text.h"
#include "lib/text_decoder.h"
#include "tests/fuzz/fuzz.h"

namespace bigscan {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

std::string ToUtf8(uint32_t code) {
  std::string bytes;
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  bytes += static_cast<char>((0xff00 >> (more + 1) & 0xff) | code >> (6 * more));
  for (int i = more - 1; i >= 0; --i) bytes += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
  return bytes;
}

// "shared UTF-16 decoder", byte by byte.
std::string NaiveUtf16(absl::string_view in, bool little) {
  std::string out;
  int lead_byte = -1;
  uint32_t lead = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    const auto byte = static_cast<unsigned char>(in[i]);
    if (lead_byte < 0) {
      lead_byte = byte;
      continue;
    }
    const uint32_t unit = little ? static_cast<uint32_t>(byte << 8 | lead_byte)
                                 : static_cast<uint32_t>(lead_byte << 8 | byte);
    lead_byte = -1;
    if (lead != 0 && unit >= 0xdc00 && unit <= 0xdfff) {
      out += ToUtf8(0x10000 + ((lead - 0xd800) << 10) + (unit - 0xdc00));
      lead = 0;
      continue;
    }
    if (lead != 0) out += kReplacement;
    lead = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
    if (lead != 0 || (i == 1 && unit == 0xfeff)) continue;
    out += unit >= 0xdc00 && unit <= 0xdfff ? kReplacement : ToUtf8(unit);
  }
  if (lead_byte >= 0 || lead != 0) out += kReplacement;
  return out;
}

// All at once, with room for everything; wrong units become U+FFFD.
std::string ByIconv(const char* encoding, absl::string_view in, size_t unit) {
  iconv_t state = iconv_open("UTF-8", encoding);
  EXPECT_NE(state, reinterpret_cast<iconv_t>(-1)) << encoding;
  std::string out(16 * in.size() + 64, '\0');
  char* from = const_cast<char*>(in.data());
  size_t left = in.size();
  char* to = out.data();
  size_t room = out.size();
  while (left > 0 && iconv(state, &from, &left, &to, &room) == static_cast<size_t>(-1)) {
    const size_t wrong = errno == EINVAL ? left : std::min(left, unit);
    for (const char* byte = kReplacement; *byte != '\0'; ++byte, --room) *to++ = *byte;
    from += wrong;
    left -= wrong;
  }
  iconv(state, nullptr, nullptr, &to, &room);
  iconv_close(state);
  out.resize(out.size() - room);
  return out;
}

// In pieces of `step` bytes, each a copy of its very size.
std::string DecodeInPieces(TextDecoder* decoder, absl::string_view in, size_t step, size_t room) {
  std::string out;
  std::vector<char> buffer(room);
  size_t begin = 0;
  size_t end = 0;
  while (true) {
    const bool last = end == in.size();
    const std::vector<char> piece(in.begin() + static_cast<ptrdiff_t>(begin),
                                  in.begin() + static_cast<ptrdiff_t>(end));
    const auto progress = decoder->Decode({piece.data(), piece.size()}, last, buffer.data(), room);
    EXPECT_LE(progress.consumed, piece.size());
    EXPECT_LE(progress.produced, room);
    begin += progress.consumed;
    out.append(buffer.data(), progress.produced);
    if (progress.consumed > 0 || progress.produced > 0) continue;
    if (last) break;
    end = std::min(in.size(), end + step);
  }
  EXPECT_EQ(begin, in.size());
  return out;
}

struct Encoding {
  const char* name;
  size_t unit;  // how many bytes are wrong together where one is
};
// Single bytes, several bytes, states that escapes change, wide units. Not UTF-7: behind something wrong,
// glibc's iconv(3) itself decodes it in pieces to something else.
constexpr Encoding kEncodings[] = {
    {"utf-16le", 2}, {"utf-16be", 2}, {"auto", 1},      {"latin1", 1},      {"windows-1252", 1},
    {"koi8-r", 1},   {"euc-jp", 1},   {"shift_jis", 1}, {"iso-2022-jp", 1}, {"gb18030", 1},
    {"big5", 1},     {"utf-32le", 4}, {"euc-kr", 1},    {"ibm1047", 1}};

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bigscan;
  FuzzInput input(data, size);
  const Encoding& encoding = kEncodings[input.Below(std::size(kEncodings))];
  const size_t step = 1 + input.Below(40);
  const size_t room = TextDecoder::kLeastRoom + input.Below(40);
  const absl::string_view text = input.rest();
  const TextEncoding chosen = TextEncoding::ByName(encoding.name).value();
  const auto decoder = chosen.DecoderFor(text);
  const absl::string_view name = encoding.name;
  const bool little = text.substr(0, 2) == "\xff\xfe" || name == "utf-16le";
  const bool big = text.substr(0, 2) == "\xfe\xff" || (name == "utf-16be" && !little);
  if (decoder == nullptr) {
    EXPECT_TRUE(name == "auto" || text.substr(0, 3) == "\xef\xbb\xbf");
    return 0;
  }
  const std::string decoded = DecodeInPieces(decoder.get(), text, step, room);
  if (big || little) {
    EXPECT_EQ(decoded, NaiveUtf16(text, !big));
  } else {
    EXPECT_EQ(decoded,
              ByIconv(name == "latin1" ? "ISO-8859-1" : encoding.name, text, encoding.unit));
  }
  EXPECT_TRUE(IsUtf8(decoded));
  return 0;
}
