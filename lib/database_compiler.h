// Compiles Hyperscan databases: the only place that calls hs_compile.
#ifndef BIGSCAN_LIB_DATABASE_COMPILER_H_
#define BIGSCAN_LIB_DATABASE_COMPILER_H_

#include <hs/hs.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/pattern.h"
#include "lib/selection.h"

namespace bigscan {

class DatabaseCache;

struct CompiledDatabase {
  std::unique_ptr<hs_database_t, hs_error_t (*)(hs_database_t*)> database{nullptr,
                                                                          hs_free_database};
  // When it is null: the expression that Hyperscan refuses, -1 for all of them, and why.
  int refused = -1;
  std::string reason = {};
};

// A database that reports literal i with the id i. Block mode. `cache` may be null.
CompiledDatabase CompileLiterals(std::span<const Literal> literals, const DatabaseCache* cache);

// The same for regexes: MULTILINE, ALLOWEMPTY.
CompiledDatabase CompileRegexes(std::span<const std::string> regexes, const DatabaseCache* cache);

// Hyperscan's reason against a regex, as far as it tells without compiling it; empty if it has none.
std::string ReasonAgainst(const std::string& regex);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_DATABASE_COMPILER_H_
