#include "jobs/group_key.h"

namespace bigscan {
namespace {

constexpr char kEscaped = '\xff';
constexpr char kEnd = '\x01';
constexpr char kMissing = '\x00';
constexpr uint64_t kSign = uint64_t{1} << 63;
constexpr size_t kTimeBytes = 8;

}  // namespace

void AppendKeyText(absl::string_view value, std::string* key) {
  if (value.data() == nullptr) {
    key->append({'\0', kMissing});
    return;
  }
  for (size_t nul = value.find('\0'); nul != absl::string_view::npos; nul = value.find('\0')) {
    key->append(value.data(), nul + 1);
    key->push_back(kEscaped);
    value.remove_prefix(nul + 1);
  }
  key->append(value.data(), value.size());
  key->append({'\0', kEnd});
}

void AppendKeyTime(int64_t micros, std::string* key) {
  const uint64_t ordered = static_cast<uint64_t>(micros) + kSign;
  for (int shift = 56; shift >= 0; shift -= 8) key->push_back(static_cast<char>(ordered >> shift));
}

size_t KeyTextBytes(absl::string_view key) {
  for (size_t from = 0;;) {
    const size_t nul = key.find('\0', from);
    if (nul == absl::string_view::npos || nul + 1 >= key.size()) return 0;
    from = nul + 2;
    if (key[nul + 1] != kEscaped) return from;
  }
}

bool TakeKeyText(absl::string_view* key, std::string* memory, absl::string_view* value) {
  const size_t size = KeyTextBytes(*key);
  if (size == 0) return false;
  const absl::string_view text = key->substr(0, size - 2);
  const char end = (*key)[size - 1];
  key->remove_prefix(size);
  if (end != kEnd) {
    *value = absl::string_view();
    return end == kMissing && text.empty();
  }
  *value = text;
  if (text.find('\0') == absl::string_view::npos) return true;
  memory->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    memory->push_back(text[i]);
    if (text[i] == '\0') ++i;
  }
  *value = *memory;
  return true;
}

bool TakeKeyTime(absl::string_view* key, int64_t* micros) {
  if (key->size() < kTimeBytes) return false;
  uint64_t ordered = 0;
  for (const char byte : key->substr(0, kTimeBytes)) {
    ordered = ordered << 8 | static_cast<unsigned char>(byte);
  }
  *micros = static_cast<int64_t>(ordered - kSign);
  key->remove_prefix(kTimeBytes);
  return true;
}

}  // namespace bigscan
