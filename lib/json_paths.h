// The paths of JSON values that are wanted, as one tree.
#ifndef BIGSCAN_LIB_JSON_PATHS_H_
#define BIGSCAN_LIB_JSON_PATHS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace bigscan {

// A path is the keys from the outermost object on, with dots between them, and an array's elements
// by their numbers: request.method, a.0.b. One that has dots also means the outermost object's key
// of that very spelling, and that before anything else. Or it is a JSON Pointer (RFC 6901),
// /request/method, which means nothing but itself.
class JsonPaths {
 public:
  // What a value is wanted for.
  struct Target {
    size_t slot;
    bool is_whole_key;  // the path is a key: it goes before what is found along its parts
  };
  struct Branch {
    std::string key;
    size_t index;  // the same for an array; kNoIndex if it is none
    size_t node;
  };
  struct Node {
    std::vector<Target> targets;
    std::vector<Branch> branches;
  };
  static constexpr size_t kNoIndex = SIZE_MAX;
  // Who walks the tree may recurse as deep.
  static constexpr size_t kMaxParts = 100;

  JsonPaths() : nodes_(1) {}

  // kInvalidArgument if it is no path: empty, a number, a pointer that is not well-formed, or too
  // long: of more than kMaxParts.
  absl::Status Add(absl::string_view path, size_t slot);

  // The root is node 0.
  const Node& node(size_t number) const { return nodes_[number]; }
  size_t size() const { return nodes_.size(); }

 private:
  void AddParts(const std::vector<std::string>& parts, const Target& target);

  std::vector<Node> nodes_;
};

}  // namespace bigscan

#endif  // BIGSCAN_LIB_JSON_PATHS_H_
