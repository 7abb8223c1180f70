#include "lib/database_compiler.h"

#include <stdlib.h>

#include <chrono>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "lib/database_cache.h"
#include "lib/varint.h"

namespace bigscan {
namespace {

// ALLOWEMPTY: a pattern that can match nothing is no error, it selects what it selects.
constexpr unsigned kRegexFlags = HS_FLAG_MULTILINE | HS_FLAG_ALLOWEMPTY;

// What compiles faster is not worth a file, nor the time to look for one.
constexpr size_t kLeastCachedBytes = 4096;  // of patterns
constexpr auto kLeastCachedTime = std::chrono::milliseconds(50);

struct FreeCompileError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using CompileError = std::unique_ptr<hs_compile_error_t, FreeCompileError>;

struct Expressions {
  bool literal;
  std::vector<const char*> bytes = {};
  std::vector<size_t> lengths = {};
  std::vector<unsigned> flags = {};

  void Add(absl::string_view expression, unsigned expression_flags) {
    bytes.push_back(expression.data());
    lengths.push_back(expression.size());
    flags.push_back(expression_flags);
  }

  size_t total() const { return std::accumulate(lengths.begin(), lengths.end(), size_t{0}); }

  std::string Key() const {
    std::string key(literal ? "block literals\n" : "block regexes\n");
    key.reserve(total() + 8 * bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) {
      AppendVarint(flags[i], &key);
      AppendVarint(lengths[i], &key);
      key.append(bytes[i], lengths[i]);
    }
    return key;
  }
};

CompiledDatabase CompileNow(const Expressions& expressions) {
  // Unique ids: Hyperscan compiles many patterns with equal ids a hundred times slower.
  std::vector<unsigned> ids(expressions.bytes.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto count = static_cast<unsigned>(ids.size());
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result =
      expressions.literal
          ? hs_compile_lit_multi(expressions.bytes.data(), expressions.flags.data(), ids.data(),
                                 expressions.lengths.data(), count, HS_MODE_BLOCK, nullptr,
                                 &database, &error)
          : hs_compile_multi(expressions.bytes.data(), expressions.flags.data(), ids.data(), count,
                             HS_MODE_BLOCK, nullptr, &database, &error);
  CompiledDatabase compiled;
  if (result == HS_SUCCESS) {
    compiled.database.reset(database);
  } else {
    const CompileError owned(error);
    compiled.refused = owned->expression;
    compiled.reason = owned->message;
  }
  return compiled;
}

CompiledDatabase CompileCached(const Expressions& expressions, const DatabaseCache* cache) {
  if (cache == nullptr || expressions.total() < kLeastCachedBytes) return CompileNow(expressions);
  const std::string key = expressions.Key();
  if (absl::StatusOr<DatabaseCache::Database> kept = cache->Load(key); kept.ok()) {
    CompiledDatabase compiled;
    compiled.database = *std::move(kept);
    return compiled;
  }
  const auto start = std::chrono::steady_clock::now();
  CompiledDatabase compiled = CompileNow(expressions);
  if (compiled.database != nullptr &&
      std::chrono::steady_clock::now() - start >= kLeastCachedTime) {
    cache->Store(key, compiled.database.get()).IgnoreError();
  }
  return compiled;
}

}  // namespace

CompiledDatabase CompileLiterals(std::span<const Literal> literals, const DatabaseCache* cache) {
  Expressions expressions{.literal = true};
  for (const Literal& literal : literals) {
    expressions.Add(literal.bytes, literal.caseless ? HS_FLAG_CASELESS : 0);
  }
  return CompileCached(expressions, cache);
}

CompiledDatabase CompileRegexes(std::span<const std::string> regexes, const DatabaseCache* cache) {
  Expressions expressions{.literal = false};
  for (const std::string& regex : regexes) expressions.Add(regex, kRegexFlags);
  return CompileCached(expressions, cache);
}

std::string ReasonAgainst(const std::string& regex) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(regex.c_str(), kRegexFlags, &info, &error) == HS_SUCCESS) {
    free(info);  // NOLINT: Hyperscan allocates it so
    return "";
  }
  return CompileError(error)->message;
}

}  // namespace bigscan
