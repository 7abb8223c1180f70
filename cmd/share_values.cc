#include "cmd/share_values.h"

#include <algorithm>
#include <memory>
#include <string>

#include "cmd/make_plan.h"

namespace bigscan {
namespace {

bool ReadTheSame(const Options& a, const Options& b) {
  return a.groups != nullptr && b.groups != nullptr && SelectTheSame(a, b) &&
         a.groups->values.format == b.groups->values.format &&
         a.groups->values.header == b.groups->values.header;
}

// The places of `names` in `all`, to which those are added that it does not have.
std::vector<size_t> Join(const std::vector<std::string>& names, std::vector<std::string>* all) {
  std::vector<size_t> places;
  for (const std::string& name : names) {
    const auto found = std::find(all->begin(), all->end(), name);
    places.push_back(static_cast<size_t>(found - all->begin()));
    if (found == all->end()) all->push_back(name);
  }
  return places;
}

// `spec` with the values `all`, which have its own at `fields` and `groups`.
GroupSpec WithValues(GroupSpec spec, const RecordValues::Options& all,
                     const std::vector<size_t>& fields, const std::vector<size_t>& groups) {
  const auto place = [&](size_t* value) {
    *value = *value < fields.size() ? fields[*value]
                                    : all.fields.size() + groups[*value - fields.size()];
  };
  for (GroupSpec::Key& key : spec.keys) {
    if (key.kind == GroupSpec::Key::Kind::kValue) place(&key.value);
  }
  for (GroupSpec::State& state : spec.states) place(&state.value);
  for (GroupSpec::Number& number : spec.numbers) place(&number.value);
  if (spec.time_value.has_value()) place(&*spec.time_value);
  spec.values = all;
  return spec;
}

}  // namespace

absl::Status ShareValues(std::vector<Options>* jobs) {
  std::vector<bool> done(jobs->size());
  for (size_t first = 0; first < jobs->size(); ++first) {
    std::vector<Options*> same;
    for (size_t i = first; i < jobs->size(); ++i) {
      if (done[i] || !ReadTheSame((*jobs)[first], (*jobs)[i])) continue;
      done[i] = true;
      same.push_back(&(*jobs)[i]);
    }
    if (same.size() < 2) continue;
    RecordValues::Options all = same[0]->groups->values;
    std::vector<std::vector<size_t>> fields;
    std::vector<std::vector<size_t>> groups;
    for (const Options* options : same) {
      fields.push_back(Join(options->groups->values.fields, &all.fields));
      groups.push_back(Join(options->groups->values.groups, &all.groups));
    }
    absl::StatusOr<std::shared_ptr<SharedValues>> values = SharedValues::Create(all);
    if (!values.ok()) return values.status();
    for (size_t i = 0; i < same.size(); ++i) {
      GroupSpec spec = WithValues(*same[i]->groups, all, fields[i], groups[i]);
      spec.shared_values = *values;
      same[i]->groups = std::make_shared<const GroupSpec>(std::move(spec));
    }
  }
  return absl::OkStatus();
}

}  // namespace bigscan
