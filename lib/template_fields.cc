// Splits records by a template: runs what lib/field_template.h compiles.
#include <string.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "lib/byte_search.h"
#include "lib/field_splitters.h"
#include "lib/field_template.h"

namespace bigscan {
namespace {

using Op = TemplateStep::Op;

class TemplateSplitter final : public FieldSplitter {
 public:
  TemplateSplitter(absl::string_view text, FieldNames names) : code_(CompileTemplate(text, names)) {
    for (size_t i = 0; i < names.size(); ++i) {
      const auto first = std::find(names.begin(), names.end(), names[i]) - names.begin();
      if (static_cast<size_t>(first) != i) copies_.emplace_back(first, i);
    }
  }

  bool Split(absl::string_view record, std::span<absl::string_view> fields) override {
    std::fill(fields.begin(), fields.end(), absl::string_view());
    if (!Run(0, WithoutReturn(record), fields)) return false;
    for (const auto& [from, to] : copies_) fields[to] = fields[from];
    return true;
  }

 private:
  bool Run(size_t first, absl::string_view text, std::span<absl::string_view> fields) const;
  bool HasShape(const TemplateShape& shape, const char* at, const char* end) const;
  void Forget(size_t begin, size_t end, std::span<absl::string_view> fields) const;
  // Where the template ends whose steps begin at `first`.
  size_t EndOf(size_t first) const {
    while (code_.steps[first].op != Op::kEnd) ++first;
    return first;
  }

  const CompiledTemplate code_;
  std::vector<std::pair<size_t, size_t>> copies_;  // of names that are there more than once
};

// The quote that ends what begins at `at`, or the end.
const char* FindQuote(const ByteSearch& search, const char* at, const char* end) {
  while (true) {
    at = search.Find(at, '"', '\\');
    if (at == end || *at == '"') return at;
    if (end - at < 2) return end;
    at += 2;
  }
}

const char* FindText(const ByteSearch& search, const char* at, const char* end,
                     absl::string_view text) {
  while (true) {
    at = search.Find(at, text[0]);
    if (static_cast<size_t>(end - at) < text.size()) return end;
    if (memcmp(at, text.data(), text.size()) == 0) return at;
    ++at;
  }
}

// Whether what must follow a field stands at `at`.
bool IsFollowed(const TemplateStep& step, const char* at, const char* end) {
  if (end - at < static_cast<ptrdiff_t>(sizeof(uint64_t))) {
    return end - at >= step.after_size && memcmp(at, step.after, step.after_size) == 0;
  }
  uint64_t bytes;
  uint64_t after;
  memcpy(&bytes, at, sizeof(bytes));
  memcpy(&after, step.after, sizeof(after));
  return (bytes & step.after_mask) == after;
}

bool TemplateSplitter::HasShape(const TemplateShape& shape, const char* at, const char* end) const {
  if (static_cast<size_t>(end - at) < shape.size) return false;
  return std::all_of(shape.words.begin(), shape.words.end(), [at](const ShapeWord& word) {
    uint64_t bytes;
    memcpy(&bytes, at + word.offset, sizeof(bytes));
    return (bytes & word.mask) == word.value;
  });
}

// What the steps [begin, end) have found.
void TemplateSplitter::Forget(size_t begin, size_t end, std::span<absl::string_view> fields) const {
  for (size_t i = begin; i < end; ++i) {
    if (code_.steps[i].slot >= 0) fields[static_cast<size_t>(code_.steps[i].slot)] = {};
  }
}

bool TemplateSplitter::Run(size_t first, absl::string_view text,
                           std::span<absl::string_view> fields) const {
  struct Attempt {
    const TemplateStep* step;
    const char* at;
  };
  Attempt attempts[kMaxTemplateDepth];
  size_t open = 0;

  const ByteSearch search(text);
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  const TemplateStep* const steps = code_.steps.data();
  const TemplateStep* step = steps + first;
  while (true) {
    const char* field_end = at;
    bool fits = true;
    switch (step->op) {
      case Op::kText:
        break;
      case Op::kWord:
        field_end = search.Find(at, step->stops[0]);
        fits = field_end != at;
        break;
      case Op::kWord3:
        field_end = search.Find(at, step->stops[0], step->stops[1], step->stops[2]);
        fits = field_end != at;
        break;
      case Op::kQuoted:
        field_end = FindQuote(search, at, end);
        break;
      case Op::kUntil:
        field_end = FindText(search, at, end, {step->after, step->after_size});
        fits = field_end != at;
        break;
      case Op::kUntilLast: {
        const void* last = memrchr(at, step->after[0], static_cast<size_t>(end - at));
        field_end = static_cast<const char*>(last);
        fits = last != nullptr && field_end != at;
        break;
      }
      case Op::kRest:
        field_end = end;
        break;
      case Op::kFixed:
        field_end = at + step->size;  // kShape has seen that many
        break;
      case Op::kShape:
        fits = HasShape(code_.shapes[step->target], at, end);
        break;
      case Op::kTry:
        attempts[open++] = {step, at};
        break;
      case Op::kCommit:
        --open;
        step = steps + step->target;
        continue;
      case Op::kFail:
        fits = false;
        break;
      case Op::kEnd:
        if (at == end || *at == ' ') return true;
        fits = false;
        break;
      case Op::kStop:
        return true;
    }
    fits = fits && IsFollowed(*step, field_end, end);
    if (fits) {
      if (step->slot >= 0) {
        fields[static_cast<size_t>(step->slot)] = {at, static_cast<size_t>(field_end - at)};
      }
      const bool is_field = step->op != Op::kShape && step->op != Op::kTry;
      if (is_field && step->target != 0) {
        const absl::string_view value(at, static_cast<size_t>(field_end - at));
        if (!Run(step->target, value, fields)) Forget(step->target, EndOf(step->target), fields);
      }
      at = field_end + step->after_size;
      ++step;
      continue;
    }
    if (open == 0) return false;
    const Attempt& attempt = attempts[--open];
    Forget(static_cast<size_t>(attempt.step - steps), attempt.step->target, fields);
    at = attempt.at;
    step = steps + attempt.step->target;
  }
}

}  // namespace

FieldSplitterOr MakeTemplateSplitter(absl::string_view format, absl::string_view text,
                                     FieldNames names) {
  const std::vector<std::string> fields = TemplateFieldNames(text);
  for (const std::string& name : names) {
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) {
      return NoSuchField(format, name, absl::StrJoin(fields, " "));
    }
  }
  return std::make_unique<TemplateSplitter>(text, names);
}

}  // namespace bigscan
