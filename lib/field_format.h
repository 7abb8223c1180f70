// Formats of records, and what splits a record of one into its named fields, without regexes.
//
// The worker splits; the coordinator looks formats and names up when it reads the command line.
// A record is split no further than to the last wanted field: whether it fits is not known of what
// stands behind it, except where that could change what a record is (csv, json).
#ifndef BIGSCAN_LIB_FIELD_FORMAT_H_
#define BIGSCAN_LIB_FIELD_FORMAT_H_

#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// Splits the records of one source. Takes time in proportion to the record's length, whatever its
// bytes are, and keeps no more memory than the longest record needs.
class FieldSplitter {
 public:
  virtual ~FieldSplitter() = default;

  // Finds the wanted fields of `record`, which has no delimiter. fields[i] is the i-th wanted one;
  // its data() is nullptr if the record does not have it, and never if it is there but empty. The
  // fields are views into the record or into the splitter's memory, valid until the next call.
  // A '\r' at the record's end belongs to no field, but for "space".
  //
  // False if the record does not fit the format; `fields` then mean nothing.
  // REQUIRES: as many `fields` as there were names.
  virtual bool Split(absl::string_view record, std::span<absl::string_view> fields) = 0;

  // Whether `record` is the header, wherever it stands in the source: its fields are no data, but
  // Split() takes it for a record.
  virtual bool IsHeader(absl::string_view /*record*/) const { return false; }
};

// How records are written. The formats are
//
//   combined, common   the web servers' access logs (httpd.apache.org/docs/2.4/logs.html)
//   xferlog            ftp daemons' transfers (xferlog(5)); a word may stand in front
//   syslog             RFC 3164, or an ISO 8601 time stamp (rsyslog.conf(5)); with or without <PRI>
//   json               an object a record; fields are paths, a.b.0, or JSON Pointers (RFC 6901)
//   logfmt             key=value pairs (pkg.go.dev/github.com/kr/logfmt)
//   csv                RFC 4180; a quoted field cannot hold the record's delimiter
//   tsv                tabs between fields, nothing quoted
//   space              fields as awk(1) numbers them; 0 is the record
struct FieldFormat {
  absl::string_view name;
  absl::string_view fields;      // what fields there are, for messages
  absl::string_view time_field;  // the one that is the record's time stamp; empty if not known
  bool has_header;               // the first record may hold the names of the fields
  bool any_name;                 // any name is a field

  // `names` are the wanted fields, any number of times each; `header` is the first record of the
  // source where has_header, without its delimiter, or empty, where fields have numbers only.
  //
  // kInvalidArgument, with the field's name and those that there are, if there is no such field; or
  // if the header does not fit the format. kUnavailable if a library is missing: the first splitter
  // of json loads one, so it must be made before the process is confined.
  absl::StatusOr<std::unique_ptr<FieldSplitter>> (*make)(std::span<const std::string> names,
                                                         absl::string_view header);
};

// nullptr if there is none of that name.
const FieldFormat* FindFieldFormat(absl::string_view name);

std::span<const FieldFormat> FieldFormats();

// Whether `format` may have a field of that name. Without having seen a record: any name may stand
// in a header. Names of digits only are numbers of columns (csv, tsv, space), or no fields.
bool HasField(const FieldFormat& format, absl::string_view name);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_FIELD_FORMAT_H_
