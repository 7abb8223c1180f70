#include "cmd/cluster/say.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/message.h"

namespace bigscan {

void SayError(absl::string_view text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    fputs(absl::StrCat("bigscan-cluster: ", Printable(line), "\n").c_str(), stderr);
  }
}

}  // namespace bigscan
