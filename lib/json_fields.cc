// Splits records that are JSON objects (RFC 8259), with simdjson's On-Demand parser.
//
// The record is walked once, in its own order, and what no wanted path leads to is skipped. So the
// order of the names makes no difference, and of a key that is there twice the first one counts.
#include <simdjson.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "lib/byte_search.h"
#include "lib/field_splitters.h"
#include "lib/json_paths.h"
#include "lib/simdjson_library.h"

namespace bigscan {
namespace {

namespace ondemand = simdjson::ondemand;

// A parser takes some 7 times the memory of its record, and keeps it. A longer one does not fit.
constexpr size_t kMaxRecord = size_t{64} << 20;

// simdjson's tokens have the blanks with them that follow.
absl::string_view Trim(absl::string_view token) {
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

absl::string_view TakeDigits(absl::string_view* text) {
  const absl::string_view digits = text->substr(0, text->find_first_not_of("0123456789"));
  text->remove_prefix(digits.size());
  return digits;
}

// RFC 8259, section 6.
bool IsJsonNumber(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  const absl::string_view whole = TakeDigits(&text);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return false;
  if (absl::ConsumePrefix(&text, ".") && TakeDigits(&text).empty()) return false;
  if (absl::ConsumePrefix(&text, "e") || absl::ConsumePrefix(&text, "E")) {
    if (!absl::ConsumePrefix(&text, "+")) absl::ConsumePrefix(&text, "-");
    if (TakeDigits(&text).empty()) return false;
  }
  return text.empty();
}

class JsonSplitter final : public FieldSplitter {
 public:
  JsonSplitter(JsonPaths paths, size_t fields)
      : paths_(std::move(paths)),
        seen_in_(paths_.size()),
        has_whole_key_(fields),
        parser_(kMaxRecord) {}

  bool Split(absl::string_view record, std::span<absl::string_view> fields) override {
    std::fill(fields.begin(), fields.end(), absl::string_view());
    std::fill(has_whole_key_.begin(), has_whole_key_.end(), false);
    absl::ConsumePrefix(&record, "\xef\xbb\xbf");  // a byte order mark
    if (record.empty() || record.size() > kMaxRecord) return false;
    ++records_;
    fields_ = fields;
    ondemand::document document;
    ondemand::object object;
    if (parser_.iterate(Copy(record)).get(document) || document.get_object().get(object)) {
      return false;
    }
    // At the end there is no location; anywhere else there is one, and something behind the object.
    return WalkObject(object, paths_.node(0)) &&
           document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }

 private:
  using Node = JsonPaths::Node;

  // The parser reads behind the record, and the wanted fields are views into what it has read.
  simdjson::padded_string_view Copy(absl::string_view record) {
    const size_t size = record.size() + simdjson::SIMDJSON_PADDING;
    if (buffer_.size() < size) buffer_.resize(std::max(size, 2 * buffer_.size()));
    memcpy(buffer_.data(), record.data(), record.size());
    memset(buffer_.data() + record.size(), ' ', simdjson::SIMDJSON_PADDING);
    text_ = {buffer_.data(), record.size()};
    return simdjson::padded_string_view(text_.data(), text_.size(), buffer_.size());
  }

  // These are false if the record turns out not to fit.
  bool WalkObject(ondemand::object& object, const Node& node) {
    for (auto field : object) {
      absl::string_view key;
      ondemand::value value;
      if (field.error() || !KeyOf(field, &key) || field.value().get(value)) return false;
      for (const JsonPaths::Branch& branch : node.branches) {
        if (branch.key != key) continue;
        if (!WalkOnce(value, branch.node)) return false;
        break;
      }
    }
    return true;
  }

  bool WalkArray(ondemand::array& array, const Node& node) {
    size_t index = 0;
    for (auto element : array) {
      ondemand::value value;
      if (element.get(value)) return false;
      for (const JsonPaths::Branch& branch : node.branches) {
        if (branch.index != index) continue;
        if (!WalkOnce(value, branch.node)) return false;
        break;
      }
      ++index;
    }
    return true;
  }

  // A key as its bytes stand there, or unescaped if it has to be.
  template <typename Field>
  bool KeyOf(Field& field, absl::string_view* key) {
    ondemand::raw_json_string raw;
    if (field.key().get(raw)) return false;
    const char* const begin = raw.raw();
    const char* const end = ByteSearch(text_).Find(begin, '"', '\\');
    if (end == text_.data() + text_.size()) return false;
    if (*end == '"') {
      *key = {begin, static_cast<size_t>(end - begin)};
      return true;
    }
    std::string_view unescaped;
    if (field.unescaped_key().get(unescaped)) return false;
    *key = {unescaped.data(), unescaped.size()};
    return true;
  }

  bool WalkOnce(ondemand::value& value, size_t number) {
    if (std::exchange(seen_in_[number], records_) == records_) return true;
    return Walk(value, paths_.node(number));
  }

  bool Walk(ondemand::value& value, const Node& node) {
    ondemand::json_type type;
    if (value.type().get(type)) return false;
    std::string_view text;
    switch (type) {
      case ondemand::json_type::object: {
        ondemand::object object;
        if (value.get_object().get(object)) return false;
        if (!node.targets.empty()) {
          if (object.raw_json().get(text) || object.reset().error()) return false;
          Keep(node, Trim({text.data(), text.size()}));
        }
        return node.branches.empty() || WalkObject(object, node);
      }
      case ondemand::json_type::array: {
        ondemand::array array;
        if (value.get_array().get(array)) return false;
        if (!node.targets.empty()) {
          if (array.raw_json().get(text) || array.reset().error()) return false;
          Keep(node, Trim({text.data(), text.size()}));
        }
        return node.branches.empty() || WalkArray(array, node);
      }
      case ondemand::json_type::string:
        if (node.targets.empty()) return true;
        if (value.get_string().get(text)) return false;
        Keep(node, {text.data(), text.size()});
        return true;
      default:
        text = value.raw_json_token();
        return WalkLiteral(type, Trim({text.data(), text.size()}), node);
    }
  }

  bool WalkLiteral(ondemand::json_type type, absl::string_view text, const Node& node) {
    switch (type) {
      case ondemand::json_type::number:
        if (!IsJsonNumber(text)) return false;
        Keep(node, text);
        return true;
      case ondemand::json_type::boolean:
        if (text != "true" && text != "false") return false;
        Keep(node, text);
        return true;
      default:
        if (text != "null") return false;
        Keep(node, absl::string_view());
        return true;
    }
  }

  void Keep(const Node& node, absl::string_view value) {
    for (const JsonPaths::Target& target : node.targets) {
      if (!target.is_whole_key && has_whole_key_[target.slot]) continue;
      if (target.is_whole_key) has_whole_key_[target.slot] = true;
      fields_[target.slot] = value;
    }
  }

  const JsonPaths paths_;
  uint64_t records_ = 0;
  std::vector<uint64_t> seen_in_;    // for each node, the record in which its value was last seen
  std::vector<bool> has_whole_key_;  // for each field, whether it was found as a key
  std::span<absl::string_view> fields_;
  std::string buffer_;
  absl::string_view text_;  // the record, in `buffer_`
  ondemand::parser parser_;
};

}  // namespace

FieldSplitterOr MakeJsonSplitter(FieldNames names, absl::string_view /*header*/) {
  JsonPaths paths;
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::Status status = paths.Add(names[i], i); !status.ok()) return status;
  }
  if (absl::Status status = LoadSimdjson(); !status.ok()) return status;
  return std::make_unique<JsonSplitter>(std::move(paths), names.size());
}

}  // namespace bigscan
