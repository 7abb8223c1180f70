// The group-by job: counts and aggregates of the selected records, by key (--by, --agg, --every).
//
//   partial := piece* end
//   piece   := partition + 1:varint bytes:varint entry*     as in group_entry.h; keys as in group_key.h
//   end     := 0:varint selected:varint binary:varint note:varint*
//   note    := records:varint example_bytes:varint example     of the records that are not of the format,
//              that have no time, and, for each number, of values that are none
//
// Many groups come by partition; few, in the order in which the chunk has them, with kGroupPartitions in place of a
// partition. In keys the component that is the file's name is left out, as only the coordinator knows it.
#ifndef BIGSCAN_JOBS_GROUP_BY_H_
#define BIGSCAN_JOBS_GROUP_BY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jobs/group_batch.h"
#include "jobs/group_entry.h"
#include "jobs/group_report.h"
#include "jobs/group_spec.h"
#include "jobs/group_store.h"
#include "jobs/group_table.h"
#include "jobs/job.h"
#include "jobs/record_note.h"
#include "jobs/shared_values.h"
#include "lib/time_reader.h"

namespace bigscan {

// What is saved and loaded is in group_state.cc, what is shown meanwhile in group_preview.cc.
class GroupByJob : public Job {
 public:
  // Fails with kInvalidArgument if the specification asks for fields or groups that are not there.
  static absl::StatusOr<std::unique_ptr<GroupByJob>> Create(const GroupSpec& spec);

  void StartChunk(uint64_t begin, Partial* partial) override;
  bool Map(const RecordScanner::Selected& selected, Partial* partial) override;
  void EndChunk(Partial* partial) override;
  std::vector<RecordFailure> TakeFailures() override;

  void Merge(const SourceInfo& source, const PartialResult& partial) override;
  bool Report(Output* output) override;
  void EndSource(const SourceInfo& source) override;
  void EndScan() override;
  absl::Status SaveState(const PutState& put) override;
  bool LoadState(const snapshot::Snapshot& piece) override;
  bool SourceDecided() const override { return void_; }
  bool AllDecided() const override { return !all_.status().ok(); }
  uint64_t selected() const override { return selected_in_all_ + in_source_; }
  std::vector<std::string> Preview(size_t most_lines) const override;
  std::vector<Remark> TakeRemarks() override;

 private:
  // One after the other in `notes_`.
  enum : size_t { kUnfit, kTimeless, kNumbers };

  GroupByJob(const GroupSpec& spec, std::shared_ptr<SharedValues> values);

  void AddRecord(absl::string_view record, size_t at, std::optional<uint32_t> pattern);
  bool AppendKey(absl::string_view record, std::optional<uint32_t> pattern);
  std::optional<int64_t> TimeOf(absl::string_view record);
  void AddValues();
  void AppendGroups(Partial* partial);
  void AppendPieces(size_t partition, std::span<const GroupTable::Group* const> groups,
                    Partial* partial);
  void AppendPiece(size_t partition, Partial* partial);
  bool MergePieces(absl::string_view* bytes);
  bool MergePiece(size_t partition, absl::string_view entries);
  bool AppendWholeKey(absl::string_view key, std::string* whole) const;
  bool LoadGroup(const snapshot::Group& group);
  bool IsKey(absl::string_view key) const;
  bool MergeEnd(absl::string_view bytes);

  const GroupSpec spec_;
  SharedValues::Reader values_;
  TimeReader time_reader_;

  // Worker, for one chunk.
  uint64_t begin_ = 0;
  Partial* partial_ = nullptr;
  GroupTable table_;
  GroupBatch batch_;
  GroupsByPartition by_partition_;
  std::string piece_;  // entries
  uint64_t selected_ = 0;
  bool binary_ = false;
  std::vector<RecordNote> notes_;
  std::vector<RecordFailure> failures_;

  // Coordinator.
  GroupStore all_;
  GroupTable of_source_;  // if nothing of a source may count in the end
  bool void_ = false;     // nothing counts in this source
  uint64_t in_source_ = 0;
  uint64_t selected_in_all_ = 0;
  std::string file_;      // the key's component of the source that is being merged,
  uint32_t file_id_ = 0;  // which is this one, plus 1
  bool has_file_key_;
  std::string whole_;  // entries whose keys have that component
  std::vector<RecordNote> all_notes_;
  std::optional<GroupReport> report_;
  absl::Status report_status_;  // whether all of it could be read
};

}  // namespace bigscan

#endif  // BIGSCAN_JOBS_GROUP_BY_H_
