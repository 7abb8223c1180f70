// The time stamps of records, read one after the other.
//
// The records of a log mostly have the day of the one before. Such a stamp costs a comparison with the
// last one, eight bytes at a time, and its time is added to the same day. That is done where the last
// stamp depends on no other byte than those compared, so that what is read never depends on what was
// read before.
#ifndef BIGSCAN_LIB_TIME_READER_H_
#define BIGSCAN_LIB_TIME_READER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/time_format.h"

namespace bigscan {

// For one thread.
class TimeReader {
 public:
  // How much of a record Find looks for the beginning of a stamp, in bytes.
  static constexpr size_t kMostBefore = 512;

  // Of several formats that a stamp has, the first one counts. Without any, CommonTimeFormats.
  TimeReader(std::vector<TimeFormat> formats, const TimeContext& context);

  // The time, in microseconds since 1970, that all of `field` is.
  std::optional<int64_t> Read(absl::string_view field);

  // The time of the leftmost stamp in `record`. One may stand at the beginning, or behind a '[', '"',
  // '=', ':' or blank among the first kMostBefore bytes; no digit follows it. A format that begins with
  // seconds since 1970 is only looked for at the beginning: elsewhere, any number would do.
  std::optional<int64_t> Find(absl::string_view record);

 private:
  // Where a text stands. By this, too, it depends what it is.
  enum class Place { kField, kRecordBegin, kInRecord };

  // The last stamp that was read, and all that its being one depends on.
  class Memo {
   public:
    // Whether `text` differs at most in the time of its day; then its time.
    bool Recall(absl::string_view text, Place place, int64_t* micros) const;
    // REQUIRES: `match.seen` counts what other formats have seen. `may_differ`: whether these have not
    // seen the time of the day.
    void Keep(absl::string_view text, Place place, const TimeMatch& match, bool may_differ);

   private:
    static constexpr size_t kWord = 8;
    static constexpr size_t kMostWords = 8;
    struct Word {
      size_t at;
      uint64_t mask;  // of the bytes that must be equal
      uint64_t bytes;
    };
    // Hour, minute or second: two digits.
    struct Part {
      size_t at;
      int64_t last;    // the greatest number
      int64_t micros;  // of one
    };

    // The micros of what may differ in `text`; false if it is no time.
    bool ReadClock(absl::string_view text, int64_t* micros) const;

    size_t words_size_ = 0;
    std::array<Word, kMostWords> words_ = {};
    Place place_ = Place::kField;
    size_t size_ = 0;     // of the text, all of which the words cover; 0 before the first one
    int64_t micros_ = 0;  // without what may differ
    size_t parts_size_ = 0;
    std::array<Part, 3> parts_ = {};
    size_t fraction_at_ = 0;
    size_t fraction_size_ = 0;
  };

  // The time at the beginning of `text`.
  bool At(absl::string_view text, Place place, int64_t* micros);

  std::vector<TimeFormat> formats_;
  TimeContext context_;
  std::array<bool, 256> may_begin_ = {};  // whether a stamp does, with this byte
  Memo memo_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_TIME_READER_H_
