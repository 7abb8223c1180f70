// The rows of a group-by job's result, in their order.
#ifndef BIGSCAN_JOBS_GROUP_REPORT_H_
#define BIGSCAN_JOBS_GROUP_REPORT_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "jobs/group_spec.h"
#include "jobs/group_table.h"
#include "jobs/table_writer.h"

namespace bigscan {

class GroupReport {
 public:
  // Both must outlive the report, and stay as they are.
  GroupReport(const GroupSpec& spec, const GroupTable& table);

  // Appends the next rows, after a header, to `text`, which is empty: a bounded part of the table. False when
  // there is nothing left.
  bool Next(std::string* text);

 private:
  // A group with the beginnings of what it is sorted by, in numbers that sort in the same way.
  struct Row {
    uint64_t first;      // of what comes first
    uint64_t second[2];  // of the key
    const GroupTable::Group* group;
  };
  std::strong_ordering Compare(const GroupTable::Group& a, const GroupTable::Group& b) const;
  bool Before(const Row& a, const Row& b) const;
  void Sort();
  uint64_t RankOf(const GroupTable::Group& group) const;
  void Fill(const GroupTable::Group& group, std::vector<Cell>* cells) const;

  const GroupSpec& spec_;
  const GroupTable& table_;
  TableWriter writer_;
  bool rank_decides_ = true;  // groups of the same rank are equal in what is sorted by
  std::vector<Row> rows_;
  size_t next_ = 0;
  bool begun_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_REPORT_H_
