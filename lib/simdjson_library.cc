#include "lib/simdjson_library.h"

#include <dlfcn.h>
#include <simdjson.h>
#include <stdlib.h>

#include "absl/strings/str_cat.h"

// The header's classes and those in the library must be of the same version.
static_assert(simdjson::SIMDJSON_VERSION_MAJOR == 3 && simdjson::SIMDJSON_VERSION_MINOR == 0,
              "another version's library has another name: see kSimdjson");

namespace bigscan {
namespace {

constexpr char kSimdjson[] = "libsimdjson.so.14";

using Implementation = simdjson::internal::atomic_ptr<const simdjson::implementation>;
using GetImplementation = Implementation& (*)();

GetImplementation FindFunction() {
  void* library = dlopen(kSimdjson, RTLD_NOW | RTLD_LOCAL);  // stays loaded
  if (library == nullptr) return nullptr;
  void* function = dlsym(library, "_ZN8simdjson25get_active_implementationEv");
  return reinterpret_cast<GetImplementation>(function);
}

GetImplementation LoadedFunction() {
  static const GetImplementation function = FindFunction();
  return function;
}

}  // namespace

absl::Status LoadSimdjson() {
  if (LoadedFunction() == nullptr) {
    return absl::UnavailableError(absl::StrCat("json needs the library ", kSimdjson));
  }
  return absl::OkStatus();
}

}  // namespace bigscan

namespace simdjson {

// The one function of the library that the header's parser calls; the rest of it is reached by
// virtual functions.
SIMDJSON_DLLIMPORTEXPORT internal::atomic_ptr<const implementation>& get_active_implementation() {
  const bigscan::GetImplementation function = bigscan::LoadedFunction();
  if (function == nullptr) abort();
  return function();
}

}  // namespace simdjson
