// Has the first failed expectation of a target end the process, so that libFuzzer keeps the input.
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace bigscan {
namespace {

// Says what failed where libFuzzer's -close_fd_mask can not silence it.
class EndAtFailure : public testing::EmptyTestEventListener {
 public:
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    dprintf(stderr_, "%s:%d: %s\n", result.file_name(), result.line_number(), result.message());
    abort();
  }

 private:
  const int stderr_ = dup(STDERR_FILENO);
};

}  // namespace
}  // namespace bigscan

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  testing::InitGoogleTest(argc, *argv);
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new bigscan::EndAtFailure);
  return 0;
}
