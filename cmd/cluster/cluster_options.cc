#include "cmd/cluster/cluster_options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

namespace po = boost::program_options;

constexpr uint32_t kMostShards = 100'000;
constexpr uint32_t kUsualRetries = 2;

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

po::options_description PublicOptions(ClusterOptions* options) {
  po::options_description group("Options");
  group.add_options()  //
      ("work", po::value(&options->work)->value_name("DIR"),
       "keep all of the run in DIR, on a file system that all nodes share")  //
      ("shards", po::value(&options->shards)->value_name("N"),
       "divide the input into N shards, each a task")  //
      ("retries", po::value(&options->retries)->value_name("N")->default_value(kUsualRetries),
       "run a task that fails up to N times more")  //
      ("merge-width", po::value(&options->merge_width)->value_name("N"),
       "merge N shards at a time, each a task, before the last merge")  //
      ("sbatch", po::value(&options->sbatch)->value_name("OPTION"),
       "an option for sbatch, such as --partition=long; may be repeated")  //
      ("wait", "wait for the result, print it, and exit as bigscan would")
      //
      ("help", "print this help")("version", "print the version");
  return group;
}

}  // namespace

absl::StatusOr<ClusterOptions> ParseClusterOptions(int argc, char** argv) {
  ClusterOptions options;
  char** const end = argv + argc;
  char** const dashes = std::find(argv + 1, end, std::string("--"));
  if (dashes != end) options.words.assign(dashes + 1, end);
  std::string role;
  po::options_description all = PublicOptions(&options);
  all.add_options()("role", po::value(&role))("first", po::value(&options.first));
  po::variables_map given;
  try {
    // No words but options: an operand belongs behind the dashes.
    const po::positional_options_description none;
    po::store(po::command_line_parser(static_cast<int>(dashes - argv), argv)
                  .options(all)
                  .positional(none)
                  .run(),
              given);
    po::notify(given);
  } catch (const po::error& error) {
    return WrongUse(error.what());
  }
  options.help = given.count("help") > 0;
  options.version = given.count("version") > 0;
  options.wait = given.count("wait") > 0;
  if (options.help || options.version) return options;
  if (options.work.empty()) return WrongUse("--work is missing: a directory for the run");
  if (options.shards == 0 || options.shards > kMostShards) {
    return WrongUse(absl::StrCat("--shards is missing, or not from 1 to ", kMostShards));
  }
  if (given.count("merge-width") > 0 && options.merge_width == 0) {
    return WrongUse("--merge-width has to be 1 or more");
  }
  if (!role.empty() && role != "shard" && role != "group" && role != "merge") {
    return WrongUse(absl::StrCat("unknown role '", role, "'"));
  }
  if (role.empty() && options.words.empty()) {
    return WrongUse("nothing to do: the words of bigscan stand behind --");
  }
  if (role == "shard") options.role = ClusterOptions::Role::kShard;
  if (role == "group") options.role = ClusterOptions::Role::kGroup;
  if (role == "merge") options.role = ClusterOptions::Role::kMerge;
  return options;
}

std::string ClusterHelp() {
  ClusterOptions options;
  std::ostringstream text;
  text << "Usage: bigscan-cluster --work DIR --shards N [OPTION]... -- [BIGSCAN OPTION]...\n"
          "                       PATTERN FILE...\n\n"
          "Runs bigscan as a job array of Slurm, and merges the results. The same command\n"
          "again does what has failed, and only that.\n\n"
       << PublicOptions(&options)
       << "\nExit status: that of bigscan with --wait; else 0 if it is submitted or done, 2\n"
          "after an error. See bigscan-cluster(1).\n";
  return text.str();
}

}  // namespace bigscan
