#include "cmd/cluster/merge_groups.h"

#include <cmath>

namespace bigscan {
namespace {

// Up to here one merge of all takes less than Slurm takes for another task.
constexpr uint32_t kFewShards = 64;

uint32_t UsualWidth(uint32_t shards) {
  return shards <= kFewShards ? shards : static_cast<uint32_t>(std::ceil(std::sqrt(shards)));
}

}  // namespace

MergeGroups::MergeGroups(uint32_t shards, uint32_t width)
    : shards_(shards), width_(width == 0 ? UsualWidth(shards) : width) {
  size_ = width_ >= shards ? 0 : (shards + width_ - 1) / width_;
}

}  // namespace bigscan
