#include "jobs/text_format.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "lib/record.h"

namespace bigscan {
namespace {

size_t Digits(uint64_t value) {
  size_t digits = 1;
  while (value >= 10) {
    value /= 10;
    ++digits;
  }
  return digits;
}

}  // namespace

TextFormat::TextFormat(const TextOptions& options, MatchLocator* locator)
    : options_(options),
      colors_(options.colors.value_or(Colors())),
      matches_(locator, options.delimiter, options.crlf) {
  layout_.numbers = options.numbers;
  layout_.offsets = options.offsets && options.initial_tab;  // their width depends on the source
  layout_.text = !options.names && !layout_.numbers && !layout_.offsets;
  for (const bool selected : {false, true}) {
    Style& style = styles_[selected ? 1 : 0];
    const bool matching = selected != options.invert;
    // What -o prints with -v are the matches of context, and the separator says so.
    AppendColored(selected ? ":" : "-", colors_.separator, &style.separator);
    const bool swap = options.invert && colors_.swap_lines_if_inverted;
    style.line = selected != swap ? colors_.selected_line : colors_.context_line;
    style.match = selected ? colors_.selected_match : colors_.context_match;
    style.show_matches = matching && (options.only_matching || !style.match.empty());
  }
}

bool TextFormat::verbatim(bool selected) const {
  const Style& style = this->style(selected);
  return layout_.text && !options_.offsets && !options_.label && !options_.only_matching &&
         !style.show_matches && style.line.empty();
}

// --- Worker ---

// `pattern`: the one that matches, if any.
void TextFormat::PutPrefix(const Style& style, std::optional<uint32_t> pattern, uint64_t offset,
                           bool empty, LineWriter* writer) const {
  if (options_.offsets && !layout_.offsets) {
    writer->Append(colors_.offset.start);
    writer->Append(absl::AlphaNum(offset).Piece());
    writer->Append(colors_.offset.end);
    writer->Append(style.separator);
  }
  if (options_.label) {
    if (pattern.has_value()) writer->Append(options_.labels[*pattern]);
    writer->Append(style.separator);
  }
  if (options_.initial_tab && !empty &&
      (options_.names || options_.numbers || options_.offsets || options_.label)) {
    writer->Append('\t');
  }
}

void TextFormat::Compose(bool selected, const RecordRef& record, LineWriter* writer) {
  if (!options_.only_matching) {
    writer->OpenLine(record.offset);
    ComposeLine(style(selected), record, writer);
  } else if (style(selected).show_matches) {
    ComposeMatches(style(selected), record, writer);
  }
}

void TextFormat::ComposeAlternative(const RecordRef& record, LineWriter* writer) {
  writer->OpenAlternative(record.offset);
  ComposeLine(style(false), {record.bytes, record.offset}, writer);
}

void TextFormat::ComposeMatches(const Style& style, const RecordRef& record, LineWriter* writer) {
  for (const MatchLocator::Match& match : matches_.In(record)) {
    const uint64_t offset = record.offset + match.begin;
    writer->OpenLine(offset);
    PutPrefix(style, match.pattern, offset, false, writer);
    writer->Append(style.match.start);
    writer->Append(record.bytes.substr(match.begin, match.end - match.begin));
    writer->Append(style.match.end);
    writer->Append(options_.delimiter);
    writer->Close();
  }
}

// Fills the open line, and closes it.
void TextFormat::ComposeLine(const Style& style, const RecordRef& record, LineWriter* writer) {
  const absl::string_view bytes = record.bytes;
  const absl::string_view text = WithoutDelimiter(bytes, options_.delimiter);
  std::optional<uint32_t> pattern;
  if (!record.patterns.empty()) pattern = record.patterns.front();
  PutPrefix(style, pattern, record.offset, text.empty(), writer);
  size_t done = 0;
  if (style.show_matches) {
    for (const MatchLocator::Match& match : matches_.In(record)) {
      writer->Append(style.line.start);  // and not ended, as in grep
      writer->Append(bytes.substr(done, match.begin - done));
      writer->Append(style.match.start);
      writer->Append(bytes.substr(match.begin, match.end - match.begin));
      writer->Append(style.match.end);
      done = match.end;
    }
  }
  absl::string_view tail = text.substr(done);
  if (!style.line.empty()) {
    if (!tail.empty() && tail.back() == '\r') tail.remove_suffix(1);
    if (!tail.empty()) {
      writer->Append(style.line.start);
      writer->Append(tail);
      writer->Append(style.line.end);
    }
    done += tail.size();
  }
  const absl::string_view rest = bytes.substr(done);
  if (rest.size() >= LineWriter::kRangeBytes) {
    writer->CloseWithRange(record.offset + done, rest);
    return;
  }
  writer->Append(rest);
  if (text.size() == bytes.size()) writer->Append(options_.delimiter);
  writer->Close();
}

// --- Coordinator ---

void TextFormat::StartSource(const SourceInfo& source) {
  for (Style& style : styles_) {
    style.name.clear();
    if (!options_.names || !source.show_name) continue;
    AppendColored(source.name, colors_.name, &style.name);
    if (options_.null_after_name) {
      style.name += '\0';
    } else {
      style.name += style.separator;
    }
  }
  width_ = 0;
  if (!options_.initial_tab) return;
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  const uint64_t size = source.size.value_or(kMost);
  width_ = Digits(size + (options_.numbers && size < kMost ? 1 : 0));
}

void TextFormat::PutOffset(uint64_t value, const Color& color, std::string* to) const {
  const absl::AlphaNum digits(value);
  to->append(color.start);
  if (digits.size() < width_) to->append(width_ - digits.size(), ' ');
  to->append(digits.data(), digits.size());
  to->append(color.end);
}

void TextFormat::PutLineHead(bool selected, uint64_t number, uint64_t offset, std::string* to) {
  const Style& style = this->style(selected);
  to->append(style.name);
  if (options_.numbers) {
    PutOffset(number, colors_.number, to);
    to->append(style.separator);
  }
  if (layout_.offsets) {
    PutOffset(offset, colors_.offset, to);
    to->append(style.separator);
  }
}

}  // namespace bigscan
