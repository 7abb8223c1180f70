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
        compression_(compression),
        input_(segment.fd, start.has_value() ? *start / 8 : segment.cut.begin, segment.file.end,
               kInputBytes),
        decompressor_(Decompressor::Create(compression)) {
    decompressor_->StopBetweenMembers();
    if (!start_.has_value()) FindStart();
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
  void FindStart() {
    while (input_.begin() < segment_.cut.end && !input_.at_end()) {
      if (!input_.More().ok()) return;
      const size_t found = FindMember(compression_, input_.bytes(), 0);
      if (found != absl::string_view::npos) {
        if (input_.begin() + found >= segment_.cut.end) return;
        input_.Drop(found);
        start_ = 8 * input_.begin();
        return;
      }
      // One may begin in the last bytes.
      input_.Drop(input_.bytes().size() - std::min(input_.bytes().size(), kMemberHeadBytes - 1));
    }
  }

  const Compression compression_;
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
