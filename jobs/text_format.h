// Records as grep prints them: name, number, offset and label before each line, colors, and with -o
// only what matches. The bytes are those of prline in GNU grep 3.8's src/grep.c.
#ifndef BIGSCAN_JOBS_TEXT_FORMAT_H_
#define BIGSCAN_JOBS_TEXT_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobs/colors.h"
#include "jobs/record_format.h"

namespace bigscan {

struct TextOptions {
  bool names = false;        // names may have to be shown
  bool numbers = false;      // the record's number, counted from 1 in each source
  bool offsets = false;      // where the line begins in the source
  bool label = false;        // the pattern that matches
  bool initial_tab = false;  // align what is before the line
  bool null_after_name = false;
  bool only_matching = false;
  bool invert = false;  // the selected records are those that do not match
  char delimiter = '\n';
  bool crlf = false;
  std::optional<Colors> colors = {};
  std::vector<std::string> labels = {};  // by pattern
};

class TextFormat : public RecordFormat {
 public:
  // `locator` must outlive the format.
  TextFormat(const TextOptions& options, MatchLocator* locator);

  LineLayout layout() const override { return layout_; }
  AsContext as_context() const override {
    return options_.only_matching ? AsContext::kNothing : AsContext::kAlternative;
  }
  bool verbatim(bool selected) const override;
  void Compose(bool selected, const RecordRef& record, LineWriter* writer) override;
  void ComposeAlternative(const RecordRef& record, LineWriter* writer) override;
  std::vector<RecordFailure> TakeFailures() override { return matches_.TakeFailures(); }

  void StartSource(const SourceInfo& source) override;
  void PutLineHead(bool selected, uint64_t number, uint64_t offset, std::string* to) override;

 private:
  // How the lines of selected records, or those of others, look.
  struct Style {
    std::string separator;  // colored
    std::string name;       // of the current source, with what stands after it
    Color line;
    Color match;
    bool show_matches = false;  // they hold matches that are to be shown
  };
  const Style& style(bool selected) const { return styles_[selected ? 1 : 0]; }

  void PutPrefix(const Style& style, std::optional<uint32_t> pattern, uint64_t offset, bool empty,
                 LineWriter* writer) const;
  void ComposeMatches(const Style& style, const RecordRef& record, LineWriter* writer);
  void ComposeLine(const Style& style, const RecordRef& record, LineWriter* writer);
  void PutOffset(uint64_t value, const Color& color, std::string* to) const;

  const TextOptions options_;
  const Colors colors_;
  LineLayout layout_;
  Style styles_[2];
  RecordMatches matches_;
  size_t width_ = 0;  // of numbers and offsets in the current source
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_TEXT_FORMAT_H_
