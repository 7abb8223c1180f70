// What a group-by job takes back from a snapshot, which anybody may have written.
#include <gtest/gtest.h>

#include <memory>

#include "jobs/group_by.h"
#include "jobs/snapshot.pb.h"

namespace bigscan {
namespace {

TEST(GroupState, WithoutAFormatNoRecordFailsToFitIt) {
  GroupSpec spec;
  spec.columns = {{.title = "count"}};
  const std::unique_ptr<GroupByJob> job = GroupByJob::Create(spec).value();
  snapshot::Snapshot piece;
  snapshot::Note* const unfit = piece.mutable_groups()->add_note();
  piece.mutable_groups()->add_note();  // records without a time
  EXPECT_TRUE(job->LoadState(piece));
  unfit->set_records(1);
  EXPECT_FALSE(job->LoadState(piece));
  EXPECT_TRUE(job->TakeRemarks().empty());
}

}  // namespace
}  // namespace bigscan
