#include "cmd/lost_bytes.h"

#include "absl/strings/str_cat.h"
#include "cmd/message.h"

namespace bigscan {

void LostBytes::Add(const std::string& name, uint64_t begin, uint64_t end,
                    absl::string_view reason) {
  any_ = true;
  if (latest_.has_value() && latest_->name == name && latest_->end == begin &&
      latest_->reason == reason) {
    latest_->end = end;
    return;
  }
  Print();
  latest_ = {name, begin, end, std::string(reason)};
}

void LostBytes::Print() {
  if (!latest_.has_value()) return;
  const std::string bytes =
      latest_->end == 0 ? absl::StrCat("bytes from ", latest_->begin, " on lost: ")
                        : absl::StrCat("bytes [", latest_->begin, ",", latest_->end, ") skipped: ");
  PrintMessage(absl::StrCat(latest_->name, ": ", bytes, latest_->reason));
  latest_.reset();
}

}  // namespace bigscan
