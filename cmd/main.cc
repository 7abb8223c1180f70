// bigscan: scans huge logs with several processes. The main program as a list of passes.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/command_line.h"
#include "cmd/ending_signals.h"
#include "cmd/make_jobs.h"
#include "cmd/manifest.h"
#include "cmd/merge_snapshots.h"
#include "cmd/message.h"
#include "cmd/option_list.h"
#include "cmd/options.h"
#include "cmd/out_of_memory.h"
#include "cmd/progress.h"
#include "cmd/scan.h"
#include "cmd/stats.h"
#include "ipc/clock.h"
#include "ipc/coordinator.h"
#include "ipc/idle_priority.h"
#include "ipc/privileges.h"
#include "ipc/signals.h"
#include "ipc/topology.h"
#include "lib/duration.h"

namespace bigscan {
namespace {

constexpr int kSelected = 0;
constexpr int kNoneSelected = 1;
constexpr int kError = 2;
constexpr int kTimedOut = 124;  // as of timeout(1)

int Complain(const absl::Status& status) {
  PrintMessage(status.message());
  return kError;
}

int Print(const std::string& text) {
  const bool written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (fflush(stdout) == 0 && written) return kSelected;
  return Complain(absl::ErrnoToStatus(errno, "write error"));
}

// Where the workers, and after them the feeder, are to run.
absl::Status ChooseCpus(const Options& options, ScanOptions* scan) {
  if (!options.pin) return absl::OkStatus();
  std::vector<int> cpus = options.pin_cpus;
  if (cpus.empty()) {
    absl::StatusOr<std::vector<int>> by_core = CpusByCore();
    if (!by_core.ok()) {
      return absl::UnavailableError(
          absl::StrCat("--pin needs hwloc: ", by_core.status().message()));
    }
    cpus = *std::move(by_core);
  }
  if (absl::Status status = CheckCpusAllowed(cpus); !status.ok()) return status;
  if (cpus.size() > options.workers) {
    scan->feeder_cpu = cpus[options.workers];
    cpus.resize(options.workers);
  }
  scan->worker_cpus = std::move(cpus);
  return absl::OkStatus();
}

int Merge(const Options& options) {
  const absl::StatusOr<MergeOutcome> outcome = MergeSnapshots(options);
  if (!outcome.ok() && absl::IsUnavailable(outcome.status())) DieBySignal(SIGPIPE);
  if (!outcome.ok()) return Complain(outcome.status());
  if (outcome->had_error) return kError;
  return outcome->selected || !options.partial.empty() ? kSelected : kNoneSelected;
}

// All that was to be scanned has been, or there is no partial result.
int WritePartial(const Options& options, Scan* scan) {
  if (scan->had_error()) {
    PrintMessage(absl::StrCat(options.partial, ": not written, as not all could be scanned"));
    return kError;
  }
  const absl::Status status = scan->WritePartial();
  return status.ok() ? kSelected : Complain(status);
}

std::string PlanNames(std::span<const std::unique_ptr<ScanJob>> jobs) {
  if (jobs.size() == 1) return jobs[0]->plan().name();
  return absl::StrJoin(jobs, ", ", [](std::string* to, const std::unique_ptr<ScanJob>& job) {
    absl::StrAppend(to, job->options().job_name, ": ", job->plan().name());
  });
}

// What is printed comes before the state that tells that it has been: a run that is ended between the two is repeated.
int FinishState(Scan* scan) {
  const absl::StatusOr<std::string> path = scan->WriteState();
  if (!path.ok()) return Complain(path.status());
  bool selected = scan->selected() > 0;
  bool had_error = scan->had_error();
  if (scan->state()->accumulates()) {
    Options all;
    all.merge = true;
    all.files = {*path};
    all.output = scan->options().output;
    const absl::StatusOr<MergeOutcome> outcome = MergeSnapshots(all);
    if (!outcome.ok() && absl::IsUnavailable(outcome.status())) DieBySignal(SIGPIPE);
    if (!outcome.ok()) return Complain(outcome.status());
    selected = outcome->selected;
    had_error |= outcome->had_error;
  }
  if (absl::Status status = scan->CommitOutputs(); !status.ok()) return Complain(status);
  if (absl::Status status = scan->state()->Commit(); !status.ok()) return Complain(status);
  if (had_error) return kError;
  return selected ? kSelected : kNoneSelected;
}

int TimedOut(const Options& options, absl::string_view what) {
  PrintMessage(absl::StrCat("timed out after ",
                            FormatDuration(static_cast<int64_t>(options.timeout_us)), ": ", what));
  return kTimedOut;
}

int Run(const Options& options) {
  if (options.writes_manifest) {
    const absl::Status status = WriteManifest(options);
    return status.ok() ? kSelected : Complain(status);
  }
  if (options.manifest != nullptr && !options.partial.empty() && HoldsShare(options)) {
    return kSelected;
  }
  if (SelectsNothing(options) && options.partial.empty() && options.state.empty())
    return kNoneSelected;

  const uint64_t start = NowMicros();
  // Before the patterns are compiled, which takes time as well, and before there are children.
  if (options.idle) {
    const absl::Status idle = TakeIdlePriority();
    if (!idle.ok()) PrintMessage(absl::StrCat("warning: --idle: ", idle.message()));
  }
  const absl::StatusOr<std::optional<User>> user = UserForChildren(options.user);
  if (!user.ok()) {
    return Complain(absl::Status(user.status().code(),
                                 absl::StrCat(OriginOf(options, "user"), user.status().message())));
  }
  absl::StatusOr<std::unique_ptr<Scan>> scan = Scan::Create(options);
  if (absl::IsDeadlineExceeded(scan.status())) return TimedOut(options, scan.status().message());
  if (!scan.ok()) return Complain(scan.status());
  ScanOptions scan_options{.workers = options.workers,
                           .read_ahead = options.io != IoMode::kOff,
                           .block_size = (*scan)->BlockBytes(),
                           .most_record_bytes = options.max_memory,
                           .streams = (*scan)->StreamsAtOnce(),
                           .delimiter = options.delimiter,
                           .first_alone = MayEndSoon(options),
                           .tick_us = Progress::TickMicros(options),
                           .user = *user,
                           .decoders = &(*scan)->decoders()};
  if (options.line_buffered) scan_options.patience_us = 0;
  scan_options.deadline_us = options.deadline_us;
  if (absl::Status status = ChooseCpus(options, &scan_options); !status.ok()) {
    return Complain(status);
  }

  // What has been printed must not be printed again: a signal behind the scan waits until the state tells so.
  std::optional<EndingSignals> held;
  if ((*scan)->state() != nullptr && !(*scan)->state()->accumulates()) held.emplace();
  int signal = 0;
  bool timed_out = false;
  {
    Coordinator coordinator(scan_options, scan->get(), (*scan)->mapper());
    const absl::Status status = coordinator.Run();
    (*scan)->Finish();
    signal = coordinator.signal();
    timed_out = coordinator.timed_out();
    if (!status.ok() && signal == 0) {
      if (!absl::IsUnavailable(status)) return Complain(status);
      const absl::Status& output = (*scan)->output_status();
      if (!output.ok() && !absl::IsUnavailable(output)) return Complain(output);
      if (!output.ok() || coordinator.reader_gone()) signal = SIGPIPE;
      if (signal == 0) return Complain(status);
    }
    if (options.stats && signal == 0) {
      const std::string text = FormatStats({.plan = PlanNames((*scan)->jobs()),
                                            .bytes_by_engines = (*scan)->totals().bytes_by_engines,
                                            .bytes = (*scan)->totals().bytes,
                                            .skipped = (*scan)->totals().skipped,
                                            .records = (*scan)->totals().records,
                                            .selected = (*scan)->selected(),
                                            .wall_us = NowMicros() - start,
                                            .chunks = coordinator.chunks(),
                                            .retries = coordinator.retries(),
                                            .user = user->has_value() ? (*user)->name : "",
                                            .processes = coordinator.Stats()});
      fputs(text.c_str(), stderr);
    }
  }
  if (signal != 0 || timed_out) {
    if (absl::Status status = (*scan)->StopState(); !status.ok()) PrintMessage(status.message());
  }
  if (signal != 0) {
    scan->reset();  // and what it has locked
    DieBySignal(signal);
  }
  if (timed_out) return TimedOut(options, "stopped");
  if (!options.partial.empty()) return WritePartial(options, scan->get());
  if (!options.state.empty()) return FinishState(scan->get());
  if (absl::Status status = (*scan)->CommitOutputs(); !status.ok()) return Complain(status);

  const bool selected = (*scan)->selected() > 0;
  if (options.quiet && selected) return kSelected;
  if ((*scan)->had_error()) return kError;
  return selected ? kSelected : kNoneSelected;
}

// A standard descriptor that was closed would be given to the next file that is opened. What takes
// its place fails in the same way when it is used: it is open for the wrong direction.
void OccupyStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    const int null = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (null >= 0 && null != fd) close(null);
  }
}

int Main(int argc, char** argv) {
  HoldStatusSignal();
  signal(SIGXFSZ, SIG_IGN);  // so that a limit shows as an error of write(2), which is told
  ExitWhenOutOfMemory(kError);
  OccupyStandardDescriptors();
  absl::StatusOr<Options> options = ParseOptions(argc, argv);
  if (!options.ok()) {
    Complain(options.status());
    if (absl::IsInvalidArgument(options.status())) {
      fputs("Try 'bigscan --help' for more information.\n", stderr);
    }
    return kError;
  }
  if (options->help) return Print(HelpText());
  if (options->version) return Print("bigscan " BIGSCAN_VERSION "\n");
  return options->merge ? Merge(*options) : Run(*options);
}

}  // namespace
}  // namespace bigscan

int main(int argc, char** argv) { return bigscan::Main(argc, argv); }
