// Splits records of key=value pairs: logfmt, as pkg.go.dev/github.com/kr/logfmt describes it, but
// that a value without quotes goes on to the next blank, whatever is in it.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lib/byte_search.h"
#include "lib/field_splitters.h"

namespace bigscan {
namespace {

bool IsBlank(char byte) { return byte == ' ' || byte == '\t'; }

class LogfmtSplitter final : public FieldSplitter {
 public:
  explicit LogfmtSplitter(FieldNames names) {
    for (size_t i = 0; i < names.size(); ++i) {
      const auto first = std::find(names.begin(), names.end(), names[i]) - names.begin();
      if (static_cast<size_t>(first) == i) {
        keys_.push_back({names[i], i});
      } else {
        copies_.emplace_back(first, i);
      }
    }
  }

  bool Split(absl::string_view record, std::span<absl::string_view> fields) override {
    std::fill(fields.begin(), fields.end(), absl::string_view());
    record = WithoutReturn(record);
    unescaped_.clear();
    unescaped_.reserve(record.size());  // so that what is in it stays where it is
    const ByteSearch search(record);
    const char* const end = record.data() + record.size();
    const char* at = record.data();
    size_t left = keys_.size();
    bool has_pair = false;
    while (left > 0 || !has_pair) {
      while (at != end && IsBlank(*at)) ++at;
      if (at == end) break;
      const char* const key = at;
      at = search.Find(at, '=', ' ', '\t');
      const absl::string_view name(key, static_cast<size_t>(at - key));
      Value value{{at, 0}, false};
      if (at != end && *at == '=') {
        has_pair |= !name.empty();
        if (!TakeValue(search, end, &at, &value)) return false;
      }
      left -= Keep(name, value, fields);
    }
    for (const auto& [from, to] : copies_) fields[to] = fields[from];
    return has_pair;
  }

 private:
  struct Key {
    std::string name;
    size_t slot;
  };
  struct Value {
    absl::string_view text;
    bool is_escaped;
  };

  // From the '=' at *at on. False if a quote is not closed.
  static bool TakeValue(const ByteSearch& search, const char* end, const char** at, Value* value) {
    const char* begin = *at + 1;
    if (begin == end || *begin != '"') {
      *at = search.Find(begin, ' ', '\t');
      value->text = {begin, static_cast<size_t>(*at - begin)};
      return true;
    }
    const char* quote = ++begin;
    while (true) {
      quote = search.Find(quote, '"', '\\');
      if (end - quote < 1 || (*quote == '\\' && end - quote < 2)) return false;
      if (*quote == '"') break;
      value->is_escaped = true;
      quote += 2;
    }
    value->text = {begin, static_cast<size_t>(quote - begin)};
    *at = quote + 1;
    return true;
  }

  // How many fields it is: the first one of a key, and one that is wanted.
  size_t Keep(absl::string_view name, const Value& value, std::span<absl::string_view> fields) {
    for (const Key& key : keys_) {
      if (key.name != name) continue;
      if (fields[key.slot].data() != nullptr) return 0;
      fields[key.slot] = value.is_escaped ? Unescape(value.text) : value.text;
      return 1;
    }
    return 0;
  }

  absl::string_view Unescape(absl::string_view text) {
    const size_t begin = unescaped_.size();
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        unescaped_ += text[i];
        continue;
      }
      const char escaped = text[++i];  // TakeValue() has seen that it is there
      switch (escaped) {
        case 'n':
          unescaped_ += '\n';
          break;
        case 't':
          unescaped_ += '\t';
          break;
        case 'r':
          unescaped_ += '\r';
          break;
        case '"':
        case '\\':
          unescaped_ += escaped;
          break;
        default:  // no escape that there is: as it is written
          unescaped_ += '\\';
          unescaped_ += escaped;
      }
    }
    return absl::string_view(unescaped_).substr(begin);
  }

  std::vector<Key> keys_;                          // each once
  std::vector<std::pair<size_t, size_t>> copies_;  // of those that are wanted more than once
  std::string unescaped_;
};

}  // namespace

FieldSplitterOr MakeLogfmtSplitter(FieldNames names, absl::string_view /*header*/) {
  for (const std::string& name : names) {
    if (IsNumber(name) || name.empty() || name.find_first_of(" \t=") != std::string::npos) {
      return NoSuchField("logfmt", name, "any key but a number");
    }
  }
  return std::make_unique<LogfmtSplitter>(names);
}

}  // namespace bigscan
