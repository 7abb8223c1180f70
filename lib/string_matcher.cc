#include "lib/string_matcher.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace bigscan {
namespace {

bool IsWordByte(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '_';
}

}  // namespace

bool IsString(const Pattern& pattern) {
  return pattern.fixed || pattern.text.find_first_of("\\^$.|?*+()[]{}") == std::string::npos;
}

StringMatcher::StringMatcher(const Pattern& pattern)
    : text_(pattern.text),
      caseless_(pattern.caseless),
      whole_word_(pattern.whole_word && !pattern.whole_record),
      whole_record_(pattern.whole_record) {}

// The first occurrence at or after `from`, or npos.
size_t StringMatcher::Find(absl::string_view record, size_t from) const {
  if (!caseless_) return record.find(text_, from);
  for (; from + text_.size() <= record.size(); ++from) {
    if (absl::EqualsIgnoreCase(record.substr(from, text_.size()), text_)) return from;
  }
  return absl::string_view::npos;
}

bool StringMatcher::Matches(absl::string_view record) const {
  if (whole_record_) {
    return record.size() == text_.size() && Find(record, 0) == 0;
  }
  for (size_t at = Find(record, 0); at != absl::string_view::npos; at = Find(record, at + 1)) {
    const size_t end = at + text_.size();
    const bool inside = whole_word_ && ((at > 0 && IsWordByte(record[at - 1])) ||
                                        (end < record.size() && IsWordByte(record[end])));
    if (!inside) return true;
  }
  return false;
}

}  // namespace bigscan
