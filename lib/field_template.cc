#include "lib/field_template.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace bigscan {
namespace {

using Op = TemplateStep::Op;

// Templates are ours, so that one which is not well-formed is a bug.
void Check(bool well_formed) {
  if (!well_formed) abort();
}

TemplateShape MakeShape(absl::string_view text) {
  TemplateShape shape;
  shape.size = text.size();
  constexpr size_t kWidth = sizeof(uint64_t);
  Check(text.size() >= kWidth);
  for (size_t begin = 0; begin < text.size(); begin += kWidth) {
    ShapeWord word{std::min(begin, text.size() - kWidth), 0, 0};
    unsigned char mask[kWidth];
    unsigned char value[kWidth];
    for (size_t i = 0; i < kWidth; ++i) {
      const auto byte = static_cast<unsigned char>(text[word.offset + i]);
      // ASCII's columns: letters are from 0x40 on, the blank and the digits from 0x20 on.
      mask[i] = absl::ascii_isalpha(byte) ? 0xc0 : absl::ascii_isdigit(byte) ? 0xe0 : 0xff;
      value[i] = byte & mask[i];
    }
    memcpy(&word.mask, mask, kWidth);
    memcpy(&word.value, value, kWidth);
    shape.words.push_back(word);
  }
  return shape;
}

class Compiler {
 public:
  Compiler(absl::string_view text, std::span<const std::string> names)
      : names_(names), rest_(text) {}

  CompiledTemplate Compile() {
    Sequence();
    Check(rest_.empty());
    Emit(Op::kEnd);
    FindStops(0);
    if (needed_ > 0 && needed_ + 1 < code_.steps.size()) {
      code_.steps.resize(needed_);
      Emit(Op::kStop);
    }
    for (const auto& [name, inside] : insides_) AddInside(name, inside);
    return std::move(code_);
  }

 private:
  TemplateStep& Emit(Op op) {
    is_after_field_ = false;
    code_.steps.emplace_back().op = op;
    return code_.steps.back();
  }

  bool Take(char byte) { return absl::ConsumePrefix(&rest_, absl::string_view(&byte, 1)); }

  absl::string_view TakeUntil(absl::string_view bytes) {
    const absl::string_view taken = rest_.substr(0, rest_.find_first_of(bytes));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  void Sequence() {
    while (!rest_.empty() && rest_.front() != ')' && rest_.front() != '|') {
      if (Take('{')) {
        Field();
      } else if (Take('(')) {
        Group();
      } else {
        Text(TakeUntil("{()|"));
      }
      if (depth_ == 0 && is_wanted_) needed_ = code_.steps.size();
      if (depth_ == 0) is_wanted_ = false;
    }
  }

  void Text(absl::string_view text) {
    is_quoted_ = text.back() == '"' && absl::StartsWith(rest_, "{");
    while (!text.empty()) {
      TemplateStep& step = is_after_field_ ? code_.steps.back() : Emit(Op::kText);
      is_after_field_ = false;
      step.after_size =
          static_cast<uint8_t>(std::min<size_t>(text.size(), TemplateStep::kMaxAfter));
      memcpy(step.after, text.data(), step.after_size);
      memset(&step.after_mask, 0xff, step.after_size);
      text.remove_prefix(step.after_size);
    }
  }

  void Field() {
    const absl::string_view name = TakeUntil("}*<:=");
    Op op = std::exchange(is_quoted_, false) ? Op::kQuoted : Op::kWord;
    uint32_t size = 0;
    if (Take('*')) {
      op = rest_ == "}" ? Op::kRest : Op::kUntil;
    } else if (Take('<')) {
      op = Op::kUntilLast;
    } else if (Take(':')) {
      absl::string_view shape = TakeUntil("}");
      const bool goes_on = absl::ConsumeSuffix(&shape, "...");
      if (!goes_on) op = Op::kFixed;
      size = static_cast<uint32_t>(shape.size());
      Emit(Op::kShape).target = static_cast<uint32_t>(code_.shapes.size());
      code_.shapes.push_back(MakeShape(shape));
    } else if (Take('=')) {
      insides_.emplace_back(code_.steps.size(), TakeInside());
    }
    Check(Take('}'));
    TemplateStep& step = Emit(op);
    step.slot = SlotOf(name);
    step.size = size;
    is_wanted_ |= step.slot >= 0;
    is_after_field_ = true;
  }

  // The template of a field: up to the brace that closes the field.
  absl::string_view TakeInside() {
    Check(depth_ == 0);  // a kTry that fails does not undo it
    size_t size = 0;
    for (int open = 0; size < rest_.size() && (open > 0 || rest_[size] != '}'); ++size) {
      if (rest_[size] == '{') ++open;
      if (rest_[size] == '}') --open;
    }
    const absl::string_view inside = rest_.substr(0, size);
    rest_.remove_prefix(size);
    for (const std::string& name : TemplateFieldNames(inside)) is_wanted_ |= SlotOf(name) >= 0;
    return inside;
  }

  void Group() {
    Check(++depth_ <= kMaxTemplateDepth);
    std::vector<size_t> commits;
    do {
      const size_t attempt = code_.steps.size();
      Emit(Op::kTry);
      Sequence();
      commits.push_back(code_.steps.size());
      Emit(Op::kCommit);
      code_.steps[attempt].target = static_cast<uint32_t>(code_.steps.size());
    } while (Take('|'));
    Check(Take(')'));
    --depth_;
    if (commits.size() > 1) Emit(Op::kFail);
    for (size_t commit : commits) {
      code_.steps[commit].target = static_cast<uint32_t>(code_.steps.size());
    }
  }

  int32_t SlotOf(absl::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    return found == names_.end() ? -1 : static_cast<int32_t>(found - names_.begin());
  }

  void FindStops(size_t begin) {
    for (size_t i = begin; i < code_.steps.size(); ++i) {
      TemplateStep& step = code_.steps[i];
      if (step.op != Op::kWord) continue;
      std::string stops = " ";
      if (step.after_size > 0) {
        stops += step.after[0];
      } else {
        AddFirst(i + 1, &stops);
      }
      std::sort(stops.begin(), stops.end());
      stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
      Check(stops.size() <= std::size(step.stops));
      if (stops.size() > 1) step.op = Op::kWord3;
      stops.resize(std::size(step.stops), stops.front());
      memcpy(step.stops, stops.data(), stops.size());
    }
  }

  // The bytes that the steps from `at` on may begin with.
  void AddFirst(size_t at, std::string* bytes) const {
    const TemplateStep& step = code_.steps[at];
    switch (step.op) {
      case Op::kText:
        *bytes += step.after[0];
        return;
      case Op::kTry:
        AddFirst(at + 1, bytes);
        AddFirst(step.target, bytes);
        return;
      case Op::kCommit:
        AddFirst(step.target, bytes);
        return;
      case Op::kEnd:
      case Op::kFail:
        return;
      default:
        Check(false);  // a field right behind a word: where does the word end?
    }
  }

  void AddInside(size_t field, absl::string_view inside) {
    const bool is_wanted = std::any_of(names_.begin(), names_.end(), [&](const std::string& name) {
      const std::vector<std::string> fields = TemplateFieldNames(inside);
      return std::find(fields.begin(), fields.end(), name) != fields.end();
    });
    if (!is_wanted || field >= code_.steps.size()) return;
    const size_t begin = code_.steps.size();
    code_.steps[field].target = static_cast<uint32_t>(begin);
    rest_ = inside;
    Sequence();
    Check(rest_.empty());
    Emit(Op::kEnd);
    FindStops(begin);
  }

  const std::span<const std::string> names_;
  absl::string_view rest_;
  CompiledTemplate code_;
  std::vector<std::pair<size_t, absl::string_view>> insides_;  // of which step
  size_t depth_ = 0;
  size_t needed_ = 0;            // how many steps there are up to the last wanted field
  bool is_wanted_ = false;       // what is being compiled holds a wanted field
  bool is_quoted_ = false;       // a quote stands before the field that comes
  bool is_after_field_ = false;  // the last step is a field, and nothing jumps behind it
};

}  // namespace

CompiledTemplate CompileTemplate(absl::string_view text, std::span<const std::string> names) {
  return Compiler(text, names).Compile();
}

std::vector<std::string> TemplateFieldNames(absl::string_view text) {
  std::vector<std::string> names;
  for (size_t brace = text.find('{'); brace != absl::string_view::npos;
       brace = text.find('{', brace + 1)) {
    absl::string_view name = text.substr(brace + 1);
    name = name.substr(0, name.find_first_of("}*<:="));
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.emplace_back(name);
  }
  return names;
}

}  // namespace bigscan
