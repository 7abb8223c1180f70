// What a table of groups holds.
#ifndef BIGSCAN_TESTS_UNIT_GROUP_CONTENTS_H_
#define BIGSCAN_TESTS_UNIT_GROUP_CONTENTS_H_

#include <map>
#include <string>

#include "jobs/group_table.h"

namespace bigscan {

// By key: the count and the states, as bytes.
inline std::map<std::string, std::string> Contents(const GroupTable& table) {
  std::map<std::string, std::string> contents;
  for (const GroupTable::Group* group : table.groups()) {
    table.AppendValues(*group, &contents[std::string(table.Key(*group))]);
  }
  return contents;
}

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_GROUP_CONTENTS_H_
