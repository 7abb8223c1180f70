#include "jobs/grep.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/snapshot.pb.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// What one Report puts into the output at most, give or take an item.
constexpr size_t kReportBytes = 256 << 10;
constexpr int kReportItems = 64;

}  // namespace

GrepJob::GrepJob(const GrepOptions& options, std::unique_ptr<RecordFormat> format)
    : options_(options),
      format_(std::move(format)),
      layout_(format_->layout()),
      verbatim_{format_->verbatim(false), format_->verbatim(true)},
      writer_(layout_, options.delimiter),
      picker_(options.context, {.numbered = layout_.numbers,
                                .decide = layout_.text,
                                .join_selected = verbatim_[1],
                                .join_context = verbatim_[0],
                                .delimiter = options.delimiter}),
      gate_(options.context) {}

// --- Worker ---

void GrepJob::StartChunk(uint64_t begin, Partial* partial) {
  chunk_begin_ = begin;
  run_ = {};
  hidden_ = 0;
  binary_ = false;
  writer_.Start(partial);
  picker_.StartChunk();
}

bool GrepJob::Map(const RecordScanner::Selected& selected, Partial* /*partial*/) {
  if (selected.binary) {
    binary_ = true;
    hidden_ += selected.records;
    return options_.binary == BinaryData::kHide && hidden_ == 0;
  }
  if (picker_.decides_on_all() && verbatim_[1]) {  // by far the most common: worth a shorter way
    for (const Run& run : selected.runs) {
      AddToRun(selected.block.substr(run.begin, run.end - run.begin),
               chunk_begin_ + selected.block_begin + run.begin);
    }
    writer_.CountSelected(selected.records);
    return true;
  }
  next_hit_ = 0;
  undecided_ = 0;
  const bool more =
      picker_.Pick(selected, [&](const RecordPicker::Picked& picked) { Put(picked, &selected); });
  if (picker_.decides()) writer_.CountSelected(selected.records - undecided_);
  return more;
}

void GrepJob::Put(const RecordPicker::Picked& picked, const RecordScanner::Selected* block) {
  if (picked.decided) {
    PutDecided(picked, block);
    return;
  }
  if (picked.selected) ++undecided_;
  const RecordRef record = RefTo(picked, block);
  writer_.StartRecord(picked.selected, picked.left_out);
  format_->Compose(picked.selected, record, &writer_);
  writer_.EndRecord();
  if (picked.selected && options_.context.max_selected.has_value() &&
      options_.context.after.value_or(0) > 0 &&
      format_->as_context() == RecordFormat::AsContext::kAlternative) {
    format_->ComposeAlternative(record, &writer_);
  }
}

void GrepJob::PutDecided(const RecordPicker::Picked& picked, const RecordScanner::Selected* block) {
  if (picked.new_group && !options_.group_separator.empty()) {
    FlushRun();
    writer_.StartText();
    writer_.Append(options_.group_separator);
  }
  if (verbatim_[picked.selected ? 1 : 0]) {
    AddToRun(picked.bytes, chunk_begin_ + picked.begin);
    return;
  }
  FlushRun();
  writer_.StartText();  // also if nothing comes of it: the item tells where the context ends
  format_->Compose(picked.selected, RefTo(picked, block), &writer_);
}

RecordRef GrepJob::RefTo(const RecordPicker::Picked& picked, const RecordScanner::Selected* block) {
  RecordRef record{picked.bytes, chunk_begin_ + picked.begin};
  if (!picked.selected || block->hits.empty()) return record;
  patterns_.clear();
  const size_t begin = picked.begin - block->block_begin;
  while (next_hit_ < block->hits.size() && block->hits[next_hit_].record < begin) ++next_hit_;
  for (; next_hit_ < block->hits.size() && block->hits[next_hit_].record == begin; ++next_hit_) {
    patterns_.push_back(block->hits[next_hit_].pattern);
  }
  record.patterns = patterns_;
  return record;
}

void GrepJob::AddToRun(absl::string_view bytes, uint64_t begin) {
  if (!run_.empty() && run_.data() + run_.size() == bytes.data()) {
    run_ = absl::string_view(run_.data(), run_.size() + bytes.size());
    return;
  }
  FlushRun();
  run_ = bytes;
  run_begin_ = begin;
}

void GrepJob::FlushRun() {
  if (run_.empty()) return;
  writer_.StartText();
  if (run_.size() >= LineWriter::kRangeBytes) {
    writer_.CloseWithRange(run_begin_, run_);
  } else {
    writer_.Append(run_);
    if (run_.back() != options_.delimiter) writer_.Append(options_.delimiter);
  }
  run_ = {};
}

void GrepJob::EndChunk(Partial* /*partial*/) {
  FlushRun();
  if (!binary_) {
    picker_.EndChunk([&](const RecordPicker::Picked& picked) { Put(picked, nullptr); });
  }
  writer_.Finish({.trailing = picker_.trailing(),
                  .hidden = hidden_,
                  .binary = binary_,
                  .owed = picker_.owed()});
}

// --- Coordinator ---

void GrepJob::Merge(const SourceInfo& source, const PartialResult& partial) {
  if (!started_) {
    source_ = source;
    format_->StartSource(source);
    started_ = true;
  }
  partial_ = partial;
  reader_ = LineReader(layout_, partial.bytes);
  source_stats_.bytes_searched = partial.end;
}

// Not within a chunk: the rest of a record may be in its next part.
bool GrepJob::SourceDecided() const {
  return !partial_.more && (source_void_ || hid_match_ || gate_.source_decided());
}

bool GrepJob::Report(Output* output) {
  if (!notes_.empty()) {
    output->Copy(std::exchange(notes_, ""));
    return true;
  }
  LineReader::Item item;
  for (int items = 0; items < kReportItems || text_.size() < kReportBytes; ++items) {
    if (!reader_.Next(&item)) {
      reader_ = {};
      FlushText(output);
      return !output->empty();
    }
    Take(item, output);
    if (items >= kReportItems && !output->empty()) break;
  }
  FlushText(output);
  return true;
}

void GrepJob::Take(const LineReader::Item& item, Output* output) {
  switch (item.kind) {
    case ItemKind::kSelected:
    case ItemKind::kContext:
      TakeRecord(item, output);
      break;
    case ItemKind::kLine:
      if (into_ != Into::kNothing) {
        StartLine(line_selected_, item.offset);
        PutBytes(item, output);
      }
      break;
    case ItemKind::kAlternative:
      if (!std::exchange(awaits_alternative_, false)) {
        into_ = Into::kNothing;
        break;
      }
      into_ = Into::kText;
      StartLine(false, item.offset);
      PutBytes(item, output);
      break;
    case ItemKind::kNumber:
      if (into_ == Into::kNothing) break;
      format_->PutNumber(number_, partial_.base + item.record.begin,
                         into_ == Into::kHeld ? &held_.back().text : &text_);
      if (line_selected_) source_stats_.matches += item.matches;
      last_end_ = partial_.base + item.record.end;
      PutBytes(item, output);
      break;
    case ItemKind::kPiece:
      if (into_ != Into::kNothing) PutBytes(item, output);
      break;
    case ItemKind::kText:
      TakeText(item, output);
      break;
    case ItemKind::kEnd:
      TakeEnd(item);
      break;
  }
}

void GrepJob::TakeRecord(const LineReader::Item& item, Output* output) {
  const bool selected = item.kind == ItemKind::kSelected;
  const bool adjacent = std::exchange(adjacent_, true) && !item.gap;
  number_ += item.before + 1;
  into_ = Into::kNothing;
  awaits_alternative_ = false;
  if (source_binary_) {
    hid_match_ |= selected;
    return;
  }
  const ContextGate::Verdict verdict = gate_.Next(selected, adjacent);
  DropHeld(verdict.drop);
  if (verdict.separate) text_ += options_.group_separator;
  if (verdict.print_held) PrintHeld(output);
  line_selected_ = selected;
  switch (verdict.what) {
    case ContextGate::What::kSkip:
      return;
    case ContextGate::What::kPrintAsContext:
      awaits_alternative_ = format_->as_context() == RecordFormat::AsContext::kAlternative;
      if (format_->as_context() != RecordFormat::AsContext::kSame) return;
      break;
    case ContextGate::What::kHold:
      held_.emplace_back();
      into_ = Into::kHeld;
      break;
    case ContextGate::What::kPrint:
      break;
  }
  if (into_ != Into::kHeld) into_ = Into::kText;
  if (selected) ++source_stats_.selected;
  if (item.by_range && item.range.empty()) return;  // nothing is printed of it
  StartLine(selected, item.offset);
  PutBytes(item, output);
}

void GrepJob::TakeText(const LineReader::Item& item, Output* output) {
  if (source_binary_) return;
  gate_.NextDecided();
  FlushText(output);
  if (!item.by_range) {
    output->Reference(item.bytes);
    return;
  }
  PutRange(item.range, output);
  if (item.unterminated) output->EndRecord();
}

void GrepJob::TakeEnd(const LineReader::Item& item) {
  adjacent_ &= !item.gap;
  number_ += item.before;
  if (item.owed > 0) gate_.Owe(item.owed);
  // How many there are in what is binary depends on where the search for one ended.
  if (source_binary_) {
    hid_match_ |= item.selected > 0;
  } else {
    source_stats_.selected += item.selected;
  }
  if (!item.binary) return;
  source_binary_ = true;
  held_.clear();
  if (options_.binary == BinaryData::kVoid) {
    source_void_ = true;
    source_stats_.selected = 0;
  } else {
    hid_match_ |= item.hidden > 0;
  }
}

void GrepJob::StartLine(bool selected, uint64_t offset) {
  std::string* to = into_ == Into::kHeld ? &held_.back().text : &text_;
  if (into_ == Into::kText && !std::exchange(began_, true)) format_->PutBegin(&text_);
  format_->PutLineHead(selected, number_, offset, to);
}

void GrepJob::PutBytes(const LineReader::Item& item, Output* output) {
  if (into_ == Into::kText) {
    if (!item.by_range) {
      text_.append(item.bytes.data(), item.bytes.size());
      return;
    }
    FlushText(output);
    PutRange(item.range, output);
    if (item.unterminated) output->EndRecord();
    return;
  }
  Held& held = held_.back();
  if (!item.by_range) {
    absl::StrAppend(&held.text, item.bytes);
  } else if (source_.file_fd >= 0) {
    held.range = item.range;
    held.unterminated = item.unterminated;
  } else if (item.range.begin >= partial_.begin &&
             item.range.begin - partial_.begin <= partial_.block.size()) {
    absl::StrAppend(&held.text,
                    partial_.block.substr(item.range.begin - partial_.begin, item.range.size()));
    if (item.unterminated) held.text += options_.delimiter;
  }
}

void GrepJob::PutRange(ByteRange range, Output* output) {
  if (source_.file_fd >= 0) {
    output->FileRange(source_.file_fd, range.begin, range.size());
  } else if (range.begin >= partial_.begin &&
             range.begin - partial_.begin <= partial_.block.size()) {
    output->Reference(partial_.block.substr(range.begin - partial_.begin, range.size()));
  }
}

void GrepJob::PrintHeld(Output* output) {
  into_ = Into::kText;
  for (Held& held : held_) {
    if (!held.text.empty() && !std::exchange(began_, true)) format_->PutBegin(&text_);
    text_ += held.text;
    if (held.range.empty()) continue;
    FlushText(output);
    PutRange(held.range, output);
    if (held.unterminated) output->EndRecord();
  }
  held_.clear();
}

void GrepJob::DropHeld(uint64_t count) {
  held_.erase(held_.begin(),
              held_.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(count, held_.size())));
}

void GrepJob::FlushText(Output* output) {
  if (text_.empty()) return;
  if (options_.summary_only) return text_.clear();
  source_stats_.bytes_printed += text_.size();
  output->Copy(text_);
  text_.clear();
}

void GrepJob::EndSource(const SourceInfo& /*source*/) {
  ++source_stats_.sources;
  if (source_stats_.selected > 0 || hid_match_) ++source_stats_.sources_with_match;
  if (SourceDecided()) source_stats_.bytes_searched = last_end_;
  if (began_ && !options_.summary_only) format_->PutEnd(source_stats_, &notes_);
  told_binary_ = hid_match_;
  hidden_in_all_ += hid_match_ ? 1 : 0;
  all_.sources += source_stats_.sources;
  all_.sources_with_match += source_stats_.sources_with_match;
  all_.bytes_searched += source_stats_.bytes_searched;
  all_.bytes_printed += source_stats_.bytes_printed;
  all_.selected += source_stats_.selected;
  all_.matches += source_stats_.matches;
  source_stats_ = {};
  gate_.EndSource();
  held_.clear();
  started_ = began_ = source_binary_ = source_void_ = hid_match_ = false;
  number_ = last_end_ = 0;
  adjacent_ = true;
  into_ = Into::kNothing;
}

void GrepJob::SaveSource(snapshot::Source* state) const {
  state->set_selected(source_binary_ ? std::min<uint64_t>(selected_in_source(), 1)
                                     : source_stats_.selected);
  if (layout_.numbers && !source_binary_ && !SourceDecided()) state->set_records(number_);
  state->set_binary(source_binary_);
  state->set_binary_match(hid_match_);
}

// What is binary in one share is so in those behind it, which could not know.
bool GrepJob::LoadSource(const snapshot::Source& state) {
  if (!source_binary_) notes_ += state.output();
  hid_match_ |= state.binary_match() || (source_binary_ && state.selected() > 0);
  source_stats_.selected += state.selected();
  source_binary_ |= state.binary();
  return true;
}

void GrepJob::EndScan() { format_->PutSummary(all_, &notes_); }

}  // namespace bigscan
