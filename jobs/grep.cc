#include "jobs/grep.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/record.h"

namespace bigscan {
namespace {

// What one Report puts into the output at most, give or take a span.
constexpr size_t kReportBytes = 256 << 10;
constexpr int kReportSpans = 64;

GrepLayout LayoutFor(const GrepOptions& options) {
  if (options.with_number) return GrepLayout::kNumbered;
  if (options.with_path || options.max_count.has_value()) return GrepLayout::kRecords;
  return GrepLayout::kRuns;
}

}  // namespace

GrepJob::GrepJob(const GrepOptions& options)
    : options_(options), layout_(LayoutFor(options)), writer_(layout_, options.delimiter) {}

void GrepJob::StartChunk(uint64_t begin, std::string* partial) {
  chunk_begin_ = begin;
  selected_ = 0;
  records_ = 0;
  last_number_ = 0;
  run_ = {};
  writer_.Start(partial);
}

void GrepJob::Map(const RecordScanner::Selected& selected, std::string* partial) {
  if (layout_ == GrepLayout::kRuns) {
    selected_ += selected.records;
    MapRuns(selected, partial);
  } else {
    MapRecords(selected, partial);
  }
}

void GrepJob::MapRuns(const RecordScanner::Selected& selected, std::string* partial) {
  for (const Run& run : selected.runs) {
    const absl::string_view bytes = selected.block.substr(run.begin, run.end - run.begin);
    if (!run_.empty() && run_.data() + run_.size() == bytes.data()) {
      run_ = absl::string_view(run_.data(), run_.size() + bytes.size());
      continue;
    }
    FlushRun(partial);
    run_begin_ = chunk_begin_ + selected.block_begin + run.begin;
    run_ = bytes;
  }
}

void GrepJob::FlushRun(std::string* partial) {
  if (!run_.empty()) writer_.Add(0, run_begin_, run_, partial);
  run_ = {};
}

void GrepJob::MapRecords(const RecordScanner::Selected& selected, std::string* partial) {
  size_t counted = 0;  // bytes of the block whose records are in `number`
  uint64_t number = records_;
  for (const Run& run : selected.runs) {
    for (size_t begin = run.begin; begin < run.end;) {
      if (options_.max_count.has_value() && selected_ == *options_.max_count) return;
      const size_t end = RecordEnd(selected.block, begin, options_.delimiter);
      if (options_.with_number) {
        number +=
            CountRecords(selected.block.substr(counted, begin - counted), options_.delimiter) + 1;
        counted = end;
      }
      writer_.Add(number - last_number_ - 1, chunk_begin_ + selected.block_begin + begin,
                  selected.block.substr(begin, end - begin), partial);
      last_number_ = number;
      ++selected_;
      begin = end;
    }
  }
  if (options_.with_number) {
    records_ = number + CountRecords(selected.block.substr(counted), options_.delimiter);
  }
}

void GrepJob::EndChunk(std::string* partial) {
  FlushRun(partial);
  writer_.Finish(selected_, records_, partial);
}

void GrepJob::Merge(const SourceInfo& source, const PartialResult& partial) {
  source_ = source;
  partial_ = partial;
  reader_ = GrepPartialReader(layout_, partial.bytes);
  number_ = base_;
  base_ += reader_.records();
  uint64_t selected = reader_.selected();
  if (options_.max_count.has_value()) {
    selected = std::min(selected, *options_.max_count - printed_);
  }
  selected_in_all_ += selected;
}

bool GrepJob::Report(Output* output) {
  GrepPartialReader::Span span;
  for (int spans = 0; spans < kReportSpans || text_.size() < kReportBytes; ++spans) {
    if (SourceDecided() || !reader_.Next(&span)) {
      reader_ = {};
      FlushText(output);
      return !output->empty();
    }
    if (layout_ == GrepLayout::kRuns) {
      PutSpan(span, output);
      if (spans >= kReportSpans) break;
    } else {
      PutRecord(span, output);
    }
  }
  FlushText(output);
  return true;
}

void GrepJob::PutSpan(const GrepPartialReader::Span& span, Output* output) {
  if (span.by_range) {
    PutRange(span.range, output);
  } else {
    output->Reference(span.bytes);
  }
  if (span.unterminated) output->EndRecord();
}

void GrepJob::PutRecord(const GrepPartialReader::Span& span, Output* output) {
  number_ += span.before + 1;
  ++printed_;
  if (options_.with_path) absl::StrAppend(&text_, source_.name, ":");
  if (options_.with_number) absl::StrAppend(&text_, number_, ":");
  if (span.by_range) {
    FlushText(output);
    PutRange(span.range, output);
    if (span.unterminated) output->EndRecord();
    return;
  }
  absl::StrAppend(&text_, span.bytes);
  if (span.unterminated) text_ += options_.delimiter;
}

void GrepJob::PutRange(ByteRange range, Output* output) {
  if (source_.file_fd >= 0) {
    output->FileRange(source_.file_fd, range.begin, range.size());
  } else if (range.begin >= partial_.begin &&
             range.begin - partial_.begin <= partial_.block.size()) {
    output->Reference(partial_.block.substr(range.begin - partial_.begin, range.size()));
  }
}

void GrepJob::FlushText(Output* output) {
  output->Copy(text_);
  text_.clear();
}

void GrepJob::EndSource(const SourceInfo& /*source*/) {
  base_ = 0;
  printed_ = 0;
}

bool GrepJob::SourceDecided() const {
  return options_.max_count.has_value() && printed_ == *options_.max_count;
}

}  // namespace bigscan
