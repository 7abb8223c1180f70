#include "lib/text_decoder.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";
constexpr absl::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr absl::string_view kLittleMark = "\xff\xfe";
constexpr absl::string_view kBigMark = "\xfe\xff";

char* PutReplacement(char* out) {
  memcpy(out, kReplacement.data(), kReplacement.size());
  return out + kReplacement.size();
}

// REQUIRES: `code` is a code point that is no surrogate.
char* PutUtf8(uint32_t code, char* out) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xc0 | code >> 6);
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xe0 | code >> 12);
    *out++ = static_cast<char>(0x80 | (code >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
  } else {
    *out++ = static_cast<char>(0xf0 | code >> 18);
    *out++ = static_cast<char>(0x80 | (code >> 12 & 0x3f));
    *out++ = static_cast<char>(0x80 | (code >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
  }
  return out;
}

// Not by iconv(3): it stops at each lone surrogate, and is slower by far.
template <bool kLittle>
class Utf16Decoder : public TextDecoder {
 public:
  Progress Decode(absl::string_view in, bool last, char* out, size_t room) override {
    const char* from = in.data();
    const char* const end = from + in.size();
    char* to = out;
    char* const full = out + room - kMostBytes;
    if (at_start_ && in.size() >= 2) {
      if (Unit(from) == 0xfeff) from += 2;
      at_start_ = false;
    }
    while (to <= full && end - from >= 2) {
      while (end - from >= 8 && to <= full && PutAscii(from, to)) {
        from += 8;
        to += 4;
      }
      if (to > full || end - from < 2) break;
      const uint32_t unit = Unit(from);
      if ((unit & 0xf800) != 0xd800) {
        to = PutUtf8(unit, to);
      } else if (unit >= 0xdc00) {
        to = PutReplacement(to);
      } else if (end - from >= 4) {
        const uint32_t low = Unit(from + 2);
        if ((low & 0xfc00) == 0xdc00) {
          to = PutUtf8(0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), to);
          from += 2;
        } else {
          to = PutReplacement(to);
        }
      } else if (last) {
        break;
      } else {
        return {static_cast<size_t>(from - in.data()), static_cast<size_t>(to - out)};
      }
      from += 2;
    }
    if (last && from != end && to <= full && end - from < 4) {  // half a character
      to = PutReplacement(to);
      from = end;
    }
    return {static_cast<size_t>(from - in.data()), static_cast<size_t>(to - out)};
  }

 private:
  // What one step of the loop writes at most.
  static constexpr size_t kMostBytes = 4;

  static uint32_t Unit(const char* at) {
    const auto first = static_cast<unsigned char>(at[0]);
    const auto second = static_cast<unsigned char>(at[1]);
    return kLittle ? first | uint32_t{second} << 8 : second | uint32_t{first} << 8;
  }

  // Four units at once, if all are ASCII.
  static bool PutAscii(const char* from, char* to) {
    uint64_t units;
    memcpy(&units, from, sizeof(units));  // the first is the lowest
    if (!kLittle) units = (units & 0x00ff00ff00ff00ff) << 8 | (units >> 8 & 0x00ff00ff00ff00ff);
    if ((units & 0xff80ff80ff80ff80) != 0) return false;
    units |= units >> 8;
    units &= 0x0000ffff0000ffff;
    const auto bytes = static_cast<uint32_t>(units | units >> 16);
    memcpy(to, &bytes, sizeof(bytes));
    return true;
  }

  bool at_start_ = true;
};

}  // namespace

struct TextEncoding::Converter {
  explicit Converter(const std::string& name) : state(iconv_open("UTF-8", name.c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (valid()) iconv_close(state);
  }
  bool valid() const { return state != reinterpret_cast<iconv_t>(-1); }

  iconv_t state;
};

namespace {

// How many bytes are wrong together where one is.
size_t UnitBytes(absl::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(name);
  const auto has = [&upper](absl::string_view part) { return absl::StrContains(upper, part); };
  if (has("UTF-32") || has("UTF32") || has("UCS-4") || has("UCS4")) return 4;
  return has("UCS-2") || has("UCS2") ? 2 : 1;
}

template <typename Converter>
class IconvDecoder : public TextDecoder {
 public:
  explicit IconvDecoder(const std::string& name) : converter_(name), unit_(UnitBytes(name)) {}

  bool valid() const { return converter_.valid(); }

  Progress Decode(absl::string_view in, bool last, char* out, size_t room) override {
    char* from = const_cast<char*>(in.data());  // iconv(3) does not write there
    size_t left = in.size();
    char* to = out;
    size_t free = room;
    while (left > 0 && free >= kReplacement.size()) {
      if (iconv(converter_.state, &from, &left, &to, &free) != static_cast<size_t>(-1)) break;
      if (errno == E2BIG || (errno == EINVAL && !last)) break;
      if (free < kReplacement.size()) break;
      const size_t wrong = errno == EINVAL ? left : std::min(left, unit_);
      to = PutReplacement(to);
      free -= kReplacement.size();
      from += wrong;
      left -= wrong;
    }
    if (last && left == 0 && !flushed_ && free >= room / 2) {
      iconv(converter_.state, nullptr, nullptr, &to, &free);
      flushed_ = true;
    }
    return {in.size() - left, room - free};
  }

 private:
  Converter converter_;
  const size_t unit_;
  bool flushed_ = false;
};

}  // namespace

absl::StatusOr<TextEncoding> TextEncoding::ByName(absl::string_view name) {
  TextEncoding encoding;
  const std::string lower = absl::AsciiStrToLower(name);
  if (lower == "none") {
    encoding.kind_ = Kind::kNone;
  } else if (lower == "auto" || lower == "utf-8" || lower == "utf8") {
    encoding.kind_ = Kind::kAuto;
  } else if (lower == "utf-16" || lower == "utf16" || lower == "utf-16le" || lower == "utf16le") {
    encoding.kind_ = Kind::kUtf16Little;
  } else if (lower == "utf-16be" || lower == "utf16be") {
    encoding.kind_ = Kind::kUtf16Big;
  } else {
    encoding.kind_ = Kind::kIconv;
    encoding.name_ = lower == "latin1" ? "ISO-8859-1" : std::string(name);
    // To iconv_open(3) the empty name is that of the locale, and a slash begins a flag.
    const bool plain = !name.empty() && name.find_first_of("/,") == absl::string_view::npos;
    auto converter = plain ? std::make_shared<const Converter>(encoding.name_) : nullptr;
    if (converter == nullptr || !converter->valid()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown encoding '", name, "'"));
    }
    encoding.loaded_ = std::move(converter);
  }
  return encoding;
}

bool TextEncoding::NeedsMore(absl::string_view head) const {
  if (kind_ == Kind::kNone) return false;
  const auto may_become = [head](absl::string_view mark) {
    return head.size() < mark.size() && absl::StartsWith(mark, head);
  };
  return may_become(kLittleMark) || may_become(kBigMark) ||
         (kind_ != Kind::kAuto && may_become(kUtf8Mark));
}

std::unique_ptr<TextDecoder> TextEncoding::DecoderFor(absl::string_view head) const {
  if (kind_ == Kind::kNone) return nullptr;
  if (absl::StartsWith(head, kLittleMark)) return std::make_unique<Utf16Decoder<true>>();
  if (absl::StartsWith(head, kBigMark)) return std::make_unique<Utf16Decoder<false>>();
  if (kind_ == Kind::kAuto || absl::StartsWith(head, kUtf8Mark)) return nullptr;
  if (kind_ == Kind::kUtf16Little) return std::make_unique<Utf16Decoder<true>>();
  if (kind_ == Kind::kUtf16Big) return std::make_unique<Utf16Decoder<false>>();
  auto decoder = std::make_unique<IconvDecoder<Converter>>(name_);
  // It could be made when the name was checked; now memory is short. Rather undecoded than not at all.
  if (!decoder->valid()) return nullptr;
  return decoder;
}

}  // namespace bigscan
