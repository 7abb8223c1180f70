// Loads simdjson's library, which only --fields json needs: it brings a second C++ library with it,
// and so takes longer to load (0.75 ms) than a small file to scan.
#ifndef BIGSCAN_LIB_SIMDJSON_LIBRARY_H_
#define BIGSCAN_LIB_SIMDJSON_LIBRARY_H_

#include "absl/status/status.h"

namespace bigscan {

// The functions of simdjson.h work from now on. Again is no work. kUnavailable if there is no such
// library; must come before the process is confined.
absl::Status LoadSimdjson();

}  // namespace bigscan

#endif  // BIGSCAN_LIB_SIMDJSON_LIBRARY_H_
