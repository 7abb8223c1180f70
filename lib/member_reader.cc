// Segments of formats whose units are members: each is decoded by what decodes a whole file.

#include <algorithm>

#include "lib/file_input.h"
#include "lib/members.h"
#include "lib/segment_readers.h"

namespace bigscan {
namespace {

constexpr size_t kInputBytes = 256 << 10;

class MemberReader : public SegmentReader {
 public:
  MemberReader(Compression compression, const Segment& segment, std::optional<uint64_t> start)
      : SegmentReader(segment, start),
        input_(segment.fd, start.has_value() ? *start / 8 : segment.cut.begin, segment.file.end,
               kInputBytes),
        decompressor_(Decompressor::Create(compression)) {
    decompressor_->StopBetweenMembers();
    if (start_.has_value()) return;
    const std::optional<uint64_t> found = FindMember(compression, &input_, segment_.cut.end);
    if (found.has_value()) start_ = 8 * *found;
  }

  absl::StatusOr<size_t> Read(char* to, size_t room) override {
    while (true) {
      const absl::StatusOr<Decompressor::Progress> progress =
          decompressor_->Decode(input_.bytes(), input_.at_end(), to, room);
      if (!progress.ok()) return absl::DataLossError(decompressor_->reason());
      input_.Drop(progress->consumed);
      const bool ends = input_.at_end() && input_.bytes().empty();
      if (decompressor_->between_members()) {
        EndUnit(decompressor_->produced(), 8 * (ends ? segment_.file.end : input_.begin()));
      }
      if (progress->produced > 0) return progress->produced;
      if (progress->consumed > 0) continue;
      if (input_.at_end()) return 0;
      if (absl::Status status = input_.More(); !status.ok()) return status;
    }
  }

  uint64_t failed_at() const override { return *start_ / 8 + decompressor_->consumed(); }

 private:
  FileInput input_;
  const std::unique_ptr<Decompressor> decompressor_;
};

}  // namespace

std::unique_ptr<SegmentReader> OpenMemberSegment(Compression compression,
                                                 const SegmentReader::Segment& segment,
                                                 std::optional<uint64_t> start) {
  return std::make_unique<MemberReader>(compression, segment, start);
}

}  // namespace bigscan
