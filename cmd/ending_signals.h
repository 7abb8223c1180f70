// The signals that end the program, while it must not end: a file is being written that has another name until it is
// complete, or what has been printed is not yet in the state.
#ifndef BIGSCAN_CMD_ENDING_SIGNALS_H_
#define BIGSCAN_CMD_ENDING_SIGNALS_H_

#include <signal.h>

#include "absl/status/status.h"

namespace bigscan {

// As long as it lives, has them wait, so that no file of a temporary name is left behind. Those that are ignored stay so.
class EndingSignals {
 public:
  EndingSignals();
  ~EndingSignals();
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;

  // kCancelled if one has come: what is written is then to be given up.
  absl::Status status() const;

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace bigscan

#endif  // BIGSCAN_CMD_ENDING_SIGNALS_H_
