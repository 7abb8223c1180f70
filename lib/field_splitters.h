// The splitters that there are, one for each file, and what they share.
#ifndef BIGSCAN_LIB_FIELD_SPLITTERS_H_
#define BIGSCAN_LIB_FIELD_SPLITTERS_H_

#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/field_format.h"

namespace bigscan {

using FieldNames = std::span<const std::string>;
using FieldSplitterOr = absl::StatusOr<std::unique_ptr<FieldSplitter>>;

// As FieldFormat::make has them. The template's text (lib/field_template.h) must outlive its
// splitter.
FieldSplitterOr MakeTemplateSplitter(absl::string_view format, absl::string_view text,
                                     FieldNames names);
FieldSplitterOr MakeSpaceSplitter(FieldNames names, absl::string_view header);
FieldSplitterOr MakeTsvSplitter(FieldNames names, absl::string_view header);
FieldSplitterOr MakeCsvSplitter(FieldNames names, absl::string_view header);
FieldSplitterOr MakeJsonSplitter(FieldNames names, absl::string_view header);
FieldSplitterOr MakeLogfmtSplitter(FieldNames names, absl::string_view header);

// `fields` are those that there are.
absl::Status NoSuchField(absl::string_view format, absl::string_view name,
                         absl::string_view fields);

// Whether `name` is digits, one at least.
bool IsNumber(absl::string_view name);

// `record` without the '\r' at its end, if it has one; never a null pointer.
inline absl::string_view WithoutReturn(absl::string_view record) {
  if (record.empty()) return "";
  return record.substr(0, record.size() - (record.back() == '\r'));
}

}  // namespace bigscan

#endif  // BIGSCAN_LIB_FIELD_SPLITTERS_H_
