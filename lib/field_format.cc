#include "lib/field_format.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/field_splitters.h"
#include "lib/field_template.h"

namespace bigscan {
namespace {

struct TemplateFormat {
  absl::string_view name;
  absl::string_view text;  // see lib/field_template.h; the time stamp is the field {time}, if any
};

constexpr TemplateFormat kTemplates[] = {
    {"combined",
     "{ip} {ident} {user*} [{time*}] \"{request={method} {path<} {protocol}}\" {status} {bytes} "
     "\"{referer}\" \"{agent}\""},
    {"common",
     "{ip} {ident} {user*} [{time*}] \"{request={method} {path<} {protocol}}\" {status} {bytes}"},
    {"xferlog",
     "({time:Www Mmm 00 00:00:00 0000}|{} {time:Www Mmm 00 00:00:00 0000}) {duration} {host} "
     "{bytes} {path} {type} {action} {direction} {access} {user} {service} {auth} {auth_user} "
     "{status}"},
    {"syslog",
     "(<{}>)({time:Mmm 00 00:00:00}|{time:0000-00-00T00:00:00...}) {host} "
     "({program}([{pid}]):( )){message*}"},
};
constexpr size_t kTemplateCount = std::size(kTemplates);

template <size_t kIndex>
FieldSplitterOr MakeTemplate(FieldNames names, absl::string_view /*header*/) {
  return MakeTemplateSplitter(kTemplates[kIndex].name, kTemplates[kIndex].text, names);
}

constexpr FieldFormat kOthers[] = {
    {"space", "1 2 ..., and 0 for the whole record", "", false, false, MakeSpaceSplitter},
    {"tsv", "1 2 ..., or the header's names", "", true, false, MakeTsvSplitter},
    {"csv", "1 2 ..., or the header's names", "", true, false, MakeCsvSplitter},
    {"json", "any path, such as request.method or /request/method", "", false, true,
     MakeJsonSplitter},
    {"logfmt", "any key", "", false, true, MakeLogfmtSplitter},
};

template <size_t... kIndexes>
std::vector<FieldFormat> AllFormats(std::index_sequence<kIndexes...>) {
  static const std::array<std::string, kTemplateCount> fields = {
      absl::StrJoin(TemplateFieldNames(kTemplates[kIndexes].text), " ")...};
  std::vector<FieldFormat> formats = {
      {kTemplates[kIndexes].name, fields[kIndexes],
       kTemplates[kIndexes].text.find("{time") != absl::string_view::npos ? "time" : "", false,
       false, MakeTemplate<kIndexes>}...};
  formats.insert(formats.end(), std::begin(kOthers), std::end(kOthers));
  return formats;
}

bool IsPlausible(absl::string_view name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), absl::ascii_iscntrl);
}

}  // namespace

std::span<const FieldFormat> FieldFormats() {
  static const std::vector<FieldFormat> formats =
      AllFormats(std::make_index_sequence<kTemplateCount>());
  return formats;
}

const FieldFormat* FindFieldFormat(absl::string_view name) {
  for (const FieldFormat& format : FieldFormats()) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

bool HasField(const FieldFormat& format, absl::string_view name) {
  if (format.any_name) return IsPlausible(name) && !IsNumber(name);
  if (format.has_header && !IsNumber(name)) return IsPlausible(name);
  const std::vector<std::string> names = {std::string(name)};
  return format.make(names, "").ok();
}

absl::Status NoSuchField(absl::string_view format, absl::string_view name,
                         absl::string_view fields) {
  return absl::InvalidArgumentError(absl::StrCat("no field '", absl::Utf8SafeCEscape(name), "' in ",
                                                 format, ", which has: ", fields));
}

bool IsNumber(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), absl::ascii_isdigit);
}

}  // namespace bigscan
