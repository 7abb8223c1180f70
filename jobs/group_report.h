// The rows of a group-by job's result.
#ifndef BIGSCAN_JOBS_GROUP_REPORT_H_
#define BIGSCAN_JOBS_GROUP_REPORT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jobs/group_spec.h"
#include "jobs/group_table.h"
#include "jobs/sorted_groups.h"
#include "jobs/table_writer.h"

namespace bigscan {

class GroupReport {
 public:
  // `spec` and `layout` must outlive the report; the latter tells where groups have their states.
  // In the format of `spec`.
  GroupReport(const GroupSpec& spec, const GroupTable& layout, std::unique_ptr<SortedGroups> groups)
      : GroupReport(spec, layout, std::move(groups), spec.format) {}
  GroupReport(const GroupSpec& spec, const GroupTable& layout, std::unique_ptr<SortedGroups> groups,
              TableFormat format);

  // Appends the next rows, after a header, to `text`, which is empty: a bounded part of the table. False when
  // there is nothing left. Where there are many, threads help, which are gone when it returns.
  bool Next(std::string* text);
  // Whether that was all of it: not if groups could not be read.
  absl::Status status() const { return groups_->status(); }

 private:
  double SizeOf(const GroupTable::Group& group) const;
  void Fill(const GroupTable::Group& group, std::vector<Cell>* cells) const;
  void MeasureAll();
  void TakePlaces();
  template <typename Row>
  void ForEach(SortedGroups::Places places, Row row) const;

  const GroupSpec& spec_;
  const GroupTable& layout_;
  const std::unique_ptr<SortedGroups> groups_;
  TableWriter writer_;
  std::vector<SortedGroups::Places> places_;  // that threads are to look at, each some
  std::vector<std::string> texts_;            // of these
  bool begun_ = false;
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_REPORT_H_
