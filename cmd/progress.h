// Tells somebody who waits how far the scan is: on a terminal in a line that is rewritten, elsewhere in a line
// every few seconds, and at any time when asked (SIGUSR1).
#ifndef BIGSCAN_CMD_PROGRESS_H_
#define BIGSCAN_CMD_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cmd/input_progress.h"
#include "cmd/options.h"
#include "cmd/progress_text.h"
#include "cmd/status_line.h"
#include "ipc/activity.h"

namespace bigscan {

class Progress {
 public:
  // `options` must outlive it. `output_fd`: where the result goes.
  Progress(const Options& options, int output_fd);

  // How often Tick is to be called, in microseconds; 0: never.
  static uint64_t TickMicros(const Options& options);

  // The scan at a moment.
  struct View {
    Activity activity = {};
    uint64_t selected = 0;            // records
    uint64_t skipped = 0;             // bytes that need not be looked at
    const InputList* list = nullptr;  // the inputs, if they are listed
    bool output_rests = true;         // nothing is to be written, and what was ended a line
    // See Job::Preview.
    std::function<std::vector<std::string>(size_t most_lines)> preview = {};
  };
  void Tick(const View& view);
  // Says it once, in a line of its own.
  void Say(const View& view);
  // Nothing more is scanned, and the result comes, maybe to a program that shows it on the terminal: nothing is
  // drawn any more.
  void BeforeResult();
  // Nothing more is written either.
  void End(const View& view);

  // Before the output is written: see StatusLine::Clear.
  bool BeforeOutput() { return !shares_output_ || line_.Clear(); }
  // Before the process stops.
  void BeforeStop() { line_.Clear(); }

  InputProgress& input() { return input_; }

 private:
  enum class Way { kNone, kLines, kTerminal };
  static Way WayFor(const Options& options);
  struct Sample {
    uint64_t at_us;
    uint64_t bytes;
    Activity activity;
  };

  ProgressState StateOf(const View& view);
  const std::vector<std::string>& Rows(const View& view);

  const Options& options_;
  const Way way_;
  StatusLine line_;
  const bool shares_output_;
  InputProgress input_;
  std::optional<InputProgress::Size> all_;
  bool asked_for_all_ = false;
  const uint64_t start_us_;
  std::deque<Sample> samples_;  // of late; the first one is what the others are compared with
  std::vector<std::string> rows_;
  uint64_t next_rows_us_ = 0;  // not before that
  bool scan_ended_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_PROGRESS_H_
