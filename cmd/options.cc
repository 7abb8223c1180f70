#include "cmd/options.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include <boost/program_options.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cmd/size.h"

namespace bigscan {
namespace {

namespace po = boost::program_options;

constexpr uint64_t kMostChunkBytes = uint64_t{64} << 20;
constexpr uint32_t kMostWorkers = 1024;

// As the command line has it, before it means anything.
struct RawOptions {
  std::vector<std::string> regexps;
  std::vector<std::string> pattern_files;
  std::vector<std::string> arguments;
  std::string max_count;
  std::string workers;
  std::string chunk_size;
  std::string io;
  std::string pin;
};

po::options_description MatchingOptions(RawOptions* raw) {
  po::options_description group("Matching");
  group.add_options()                                                       //
      ("regexp,e", po::value(&raw->regexps)->value_name("PATTERN"),         //
       "a pattern; may be repeated: a record is selected if one matches")   //
      ("file,f", po::value(&raw->pattern_files)->value_name("FILE"),        //
       "read patterns from FILE, one a line")                               //
      ("fixed-strings,F", "patterns are strings, not regular expressions")  //
      ("ignore-case,i", "make no difference between a and A")               //
      ("invert-match,v", "select the records that do not match")            //
      ("max-count,m", po::value(&raw->max_count)->value_name("NUM"),        //
       "stop after NUM selected records of each file");
  return group;
}

po::options_description OutputOptions() {
  po::options_description group("Output");
  group.add_options()                                                       //
      ("count,c", "print only how many records of each file are selected")  //
      ("line-number,n", "print the number of each record before it")        //
      ("with-filename,H", "print the file name before each record")         //
      ("no-filename,h", "print no file names")                              //
      ("quiet,q", "print nothing; status 0 at the first selected record")   //
      ("silent", "the same as --quiet")                                     //
      ("no-messages,s", "say nothing about files that cannot be read");
  return group;
}

po::options_description ProcessOptions(RawOptions* raw) {
  po::options_description group("Processes");
  group.add_options()                                                            //
      ("processes,p", po::value(&raw->workers)->value_name("N"),                 //
       "workers; default: the CPUs that this process may use")                   //
      ("chunk-size", po::value(&raw->chunk_size)->value_name("SIZE"),            //
       "bytes handed to a worker at once, up to 64M; suffixes K, M")             //
      ("io", po::value(&raw->io)->value_name("auto|on|off"),                     //
       "on: a feeder process reads all input; off: workers map regular files; "  //
       "auto: the same as off")                                                  //
      ("pin", po::value(&raw->pin)->implicit_value("auto")->value_name("CPUS"),  //
       "bind each worker to a CPU of its own; CPUS is a list such as 0,2-5")     //
      ("stats", "print what was done, and by which process, on stderr");
  return group;
}

po::options_description OtherOptions() {
  po::options_description group("Other");
  group.add_options()("help", "print this help")("version,V", "print the version");
  return group;
}

// Whether `word` is a long option or an abbreviation of it that is not shorter than `shortest`.
bool Abbreviates(absl::string_view word, absl::string_view option, absl::string_view shortest) {
  return absl::StartsWith(option, word) && absl::StartsWith(word, shortest);
}

// Joins -e and its argument, and -f and its, into one word. The parser would take an argument that
// looks like an option for one, but to grep (and to those who search for "-v") `-e -v` is a
// pattern.
std::vector<std::string> JoinPatternArguments(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    const bool has_next = i + 1 < argc && argv[i + 1][0] != '\0';
    if (word == "--") {
      words.insert(words.end(), argv + i, argv + argc);
      break;
    }
    const bool is_short = word.size() > 1 && word[0] == '-' && word[1] != '-';
    // In a bundle, the first option that takes an argument takes the rest of the word.
    const size_t takes_argument = is_short ? word.find_first_of("efmp", 1) : std::string::npos;
    if (has_next && takes_argument == word.size() - 1 && absl::StrContains("ef", word.back())) {
      word += argv[++i];
    } else if (has_next &&
               (Abbreviates(word, "--regexp", "--r") || Abbreviates(word, "--file", "--fil"))) {
      absl::StrAppend(&word, "=", argv[++i]);
    }
    // An optional value must be joined with `=`: the next word is none.
    if (word == "--pin") word += "=auto";
    if (word == "--regexp=") {  // an empty value, which the parser takes only as a word
      words.push_back("--regexp");
      word.clear();
    }
    words.push_back(std::move(word));
  }
  return words;
}

absl::Status WrongUse(absl::string_view message) { return absl::InvalidArgumentError(message); }

uint32_t AllowedCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<uint32_t>(CPU_COUNT(&set));
}

absl::StatusOr<std::string> ReadPatternFile(const std::string& path) {
  std::ostringstream contents;
  if (path == "-") {
    contents << std::cin.rdbuf();
    return contents.str();
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": Is a directory"));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": ", strerror(errno)));
  contents << file.rdbuf();
  return contents.str();
}

absl::Status ResolvePatterns(const po::variables_map& map, RawOptions* raw, Options* options) {
  std::vector<std::string> texts;
  const auto add = [&texts](std::vector<std::string> more) {
    texts.insert(texts.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  };
  for (const std::string& regexp : raw->regexps) add(PatternsOfArgument(regexp));
  for (const std::string& path : raw->pattern_files) {
    absl::StatusOr<std::string> contents = ReadPatternFile(path);
    if (!contents.ok()) return contents.status();
    add(PatternsOfFile(*contents));
  }
  if (raw->regexps.empty() && raw->pattern_files.empty()) {
    if (raw->arguments.empty()) return WrongUse("no pattern given");
    add(PatternsOfArgument(raw->arguments.front()));
    raw->arguments.erase(raw->arguments.begin());
  }
  for (std::string& text : texts) {
    options->patterns.push_back({.text = std::move(text),
                                 .fixed = map.count("fixed-strings") > 0,
                                 .caseless = map.count("ignore-case") > 0});
  }
  return absl::OkStatus();
}

absl::Status ResolveProcesses(const RawOptions& raw, const po::variables_map& map,
                              Options* options) {
  options->workers = AllowedCpus();
  if (map.count("processes") > 0 && (!absl::SimpleAtoi(raw.workers, &options->workers) ||
                                     options->workers == 0 || options->workers > kMostWorkers)) {
    return WrongUse(absl::StrCat("invalid number of processes '", raw.workers, "'"));
  }
  if (map.count("chunk-size") > 0) {
    options->chunk_size = ParseSize(raw.chunk_size);
    if (!options->chunk_size.has_value() || *options->chunk_size == 0 ||
        *options->chunk_size > kMostChunkBytes) {
      return WrongUse(absl::StrCat("invalid chunk size '", raw.chunk_size, "': 1 to 64M"));
    }
  }
  if (map.count("io") > 0) {
    if (raw.io == "on") {
      options->io = IoMode::kOn;
    } else if (raw.io == "off") {
      options->io = IoMode::kOff;
    } else if (raw.io != "auto") {
      return WrongUse(absl::StrCat("invalid I/O mode '", raw.io, "': auto, on or off"));
    }
  }
  options->pin = map.count("pin") > 0;
  if (options->pin && raw.pin != "auto") {
    std::optional<std::vector<int>> cpus = ParseCpuList(raw.pin);
    if (!cpus.has_value()) return WrongUse(absl::StrCat("invalid list of CPUs '", raw.pin, "'"));
    options->pin_cpus = *std::move(cpus);
  }
  return absl::OkStatus();
}

absl::StatusOr<Options> Resolve(const po::variables_map& map, RawOptions raw) {
  Options options;
  options.help = map.count("help") > 0;
  options.version = map.count("version") > 0;
  if (options.help || options.version) return options;

  if (absl::Status status = ResolvePatterns(map, &raw, &options); !status.ok()) return status;
  if (absl::Status status = ResolveProcesses(raw, map, &options); !status.ok()) return status;
  options.files = std::move(raw.arguments);
  if (options.files.empty()) options.files.push_back("-");
  options.invert = map.count("invert-match") > 0;
  options.count = map.count("count") > 0;
  options.line_number = map.count("line-number") > 0;
  options.quiet = map.count("quiet") > 0 || map.count("silent") > 0;
  options.no_messages = map.count("no-messages") > 0;
  options.stats = map.count("stats") > 0;
  if (map.count("max-count") > 0) {
    int64_t most = 0;
    if (!absl::SimpleAtoi(raw.max_count, &most)) {
      return WrongUse(absl::StrCat("invalid max count '", raw.max_count, "'"));
    }
    if (most >= 0)
      options.max_count = static_cast<uint64_t>(most);  // below 0: no limit, as in grep
  }
  options.with_filename = options.files.size() > 1;
  return options;
}

// Without the earlier ones of a repeated option: as in grep, the last one counts.
po::parsed_options LastOfEach(const po::parsed_options& parsed) {
  po::parsed_options last(parsed.description, parsed.m_options_prefix);
  std::set<std::string> seen;
  for (auto option = parsed.options.rbegin(); option != parsed.options.rend(); ++option) {
    const std::string& key = option->string_key;
    const bool repeatable = key == "regexp" || key == "file" || key == "argument";
    if (repeatable || seen.insert(key).second) last.options.insert(last.options.begin(), *option);
  }
  return last;
}

// Of -H and -h, which may be repeated, the last one counts.
void ResolveFilename(const po::parsed_options& parsed, Options* options) {
  for (const auto& option : parsed.options) {
    if (option.string_key == "with-filename") options->with_filename = true;
    if (option.string_key == "no-filename") options->with_filename = false;
  }
}

}  // namespace

absl::StatusOr<Options> ParseOptions(int argc, char** argv) {
  RawOptions raw;
  po::options_description all;
  all.add(MatchingOptions(&raw)).add(OutputOptions()).add(ProcessOptions(&raw)).add(OtherOptions());
  all.add_options()("argument", po::value(&raw.arguments));
  po::positional_options_description positional;
  positional.add("argument", -1);
  try {
    const po::parsed_options parsed = po::command_line_parser(JoinPatternArguments(argc, argv))
                                          .options(all)
                                          .positional(positional)
                                          .run();
    po::variables_map map;
    po::store(LastOfEach(parsed), map);
    po::notify(map);
    absl::StatusOr<Options> options = Resolve(map, std::move(raw));
    if (options.ok()) ResolveFilename(parsed, &*options);
    return options;
  } catch (const po::error& error) {
    return WrongUse(error.what());
  }
}

std::string HelpText() {
  RawOptions raw;
  std::ostringstream text;
  text << "Usage: bigscan [OPTION]... PATTERN [FILE]...\n"
          "       bigscan [OPTION]... {-e PATTERN | -f FILE}... [FILE]...\n"
          "Print the records (lines) of each FILE that match PATTERN, a regular expression\n"
          "in PCRE syntax, scanning with several processes. No FILE, or -, is standard\n"
          "input.\n\n"
       << MatchingOptions(&raw) << '\n'
       << OutputOptions() << '\n'
       << ProcessOptions(&raw) << '\n'
       << OtherOptions()
       << "\nExit status: 0 if a record is selected, 1 if none, 2 after an error, 128+n\n"
          "after signal n. See bigscan(1).\n";
  return text.str();
}

}  // namespace bigscan
