// The time of a record: of its format's time field, or of the first time stamp in it.
#ifndef BIGSCAN_LIB_RECORD_TIME_H_
#define BIGSCAN_LIB_RECORD_TIME_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/field_format.h"
#include "lib/time_format.h"
#include "lib/time_reader.h"

namespace bigscan {

// For one thread.
class RecordTime {
 public:
  struct Options {
    const FieldFormat* format = nullptr;   // one without a time field is as none
    std::string header = {};               // of the file, where the format has one
    std::vector<TimeFormat> formats = {};  // see TimeReader
    TimeContext context = {};
  };
  // Fails as FieldFormat::make. To be made before the process is confined.
  static absl::StatusOr<RecordTime> Create(const Options& options);

  // In microseconds since 1970; nothing if `record`, which has no delimiter, has none, or does not fit
  // the format.
  std::optional<int64_t> Find(absl::string_view record);

  // Whether `record` is the header, which has none but is no record either.
  bool IsHeader(absl::string_view record) const;

 private:
  RecordTime(const Options& options, std::unique_ptr<FieldSplitter> splitter);

  std::unique_ptr<FieldSplitter> splitter_;  // of the time field alone
  TimeReader reader_;
  std::string header_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_RECORD_TIME_H_
