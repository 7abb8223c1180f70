#include "cmd/progress_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bigscan {
namespace {

constexpr double kMicros = 1e6;

// In decimal units, as rates are.
std::string Bytes(double bytes) {
  if (bytes < 999.5) return absl::StrFormat("%.0f B", bytes);
  const char* unit = "";
  for (const char* next : {"kB", "MB", "GB", "TB", "PB", "EB"}) {
    if (bytes < 999.5) break;
    bytes /= 1000;
    unit = next;
  }
  return absl::StrFormat("%.*f %s", bytes < 9.95 ? 1 : 0, bytes, unit);
}

// To the minute from an hour on.
std::string Time(uint64_t seconds) {
  if (seconds < 60) return absl::StrCat(seconds, " s");
  const uint64_t minutes = seconds / 60;
  if (minutes < 60) return absl::StrFormat("%d min %02d s", minutes, seconds % 60);
  return absl::StrFormat("%d h %02d min", minutes / 60, minutes % 60);
}

std::string Percent(uint64_t part, uint64_t whole) {
  // Not 100% before all is done.
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return absl::StrCat(static_cast<int>(percent), "%");
}

std::string Count(uint64_t number, const char* what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

double Rate(const ProgressState& state) {
  if (state.ended) {
    return static_cast<double>(state.bytes) * kMicros /
           static_cast<double>(std::max<uint64_t>(1, state.wall_us));
  }
  if (state.recent_us == 0) return 0;
  return static_cast<double>(state.recent_bytes) * kMicros / static_cast<double>(state.recent_us);
}

std::string Workers(const ProgressState& state) {
  const uint64_t blocked = std::min(state.blocked_us, state.worker_us);
  const uint64_t waited = std::min(state.waited_us, state.worker_us - blocked);
  const auto share = [&](uint64_t part) {
    return static_cast<int>(
        100.0 * static_cast<double>(part) / static_cast<double>(state.worker_us) + 0.5);
  };
  std::string text = absl::StrCat("workers ", share(state.worker_us - blocked - waited), "% busy");
  if (share(blocked) > 0) absl::StrAppend(&text, ", ", share(blocked), "% waiting for data");
  if (share(waited) > 0) absl::StrAppend(&text, ", ", share(waited), "% idle");
  return text;
}

}  // namespace

std::vector<std::string> ProgressParts(const ProgressState& state) {
  std::vector<std::string> parts;
  std::string bytes = Bytes(static_cast<double>(state.bytes));
  // A file may grow meanwhile.
  const bool known = state.all_bytes.has_value() && state.bytes <= *state.all_bytes;
  if (known) {
    absl::StrAppend(&bytes, " of ", Bytes(static_cast<double>(*state.all_bytes)));
    if (*state.all_bytes > 0) {
      absl::StrAppend(&bytes, " (", Percent(state.bytes, *state.all_bytes), ")");
    }
  }
  parts.push_back(std::move(bytes));
  const double rate = Rate(state);
  parts.push_back(absl::StrCat(Bytes(rate), "/s"));
  if (state.ended) {
    parts.push_back(absl::StrFormat("in %.1f s", static_cast<double>(state.wall_us) / kMicros));
  } else if (known && rate >= 1) {
    const double left = static_cast<double>(*state.all_bytes - state.bytes) / rate;
    if (left < 1e9) parts.push_back(Time(static_cast<uint64_t>(left + 0.5)) + " left");
  }
  parts.push_back(absl::StrCat(Count(state.selected, "record"), " selected"));
  if (!state.all_files.has_value()) {
    parts.push_back(Count(state.files, "file"));
  } else if (*state.all_files > 1) {
    parts.push_back(absl::StrCat(state.files, " of ", Count(*state.all_files, "file")));
  }
  if (state.worker_us > 0 && !state.ended) parts.push_back(Workers(state));
  return parts;
}

}  // namespace bigscan
