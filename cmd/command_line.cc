#include "cmd/command_line.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

namespace po = boost::program_options;

// All values are taken as text; options.cc reads them.
po::typed_value<std::vector<std::string>>* Text(const char* name) {
  return po::value<std::vector<std::string>>()->value_name(name);
}

po::options_description MatchingOptions() {
  po::options_description group("Matching");
  group.add_options()                                                                   //
      ("regexp,e", Text("PATTERN"),                                                     //
       "a pattern; may be repeated: a record is selected if one matches")               //
      ("file,f", Text("FILE"), "read patterns from FILE, one a line")                   //
      ("fixed-strings,F", "patterns are strings, not regular expressions")              //
      ("extended-regexp,E", "patterns are regular expressions, which is the default")   //
      ("perl-regexp,P", "let PCRE2 decide on every match")                              //
      ("ignore-case,i", "make no difference between a and A")                           //
      (",y", "the same as -i")                                                          //
      ("no-ignore-case", "undo -i")                                                     //
      ("invert-match,v", "select the records that do not match")                        //
      ("word-regexp,w", "match whole words only")                                       //
      ("line-regexp,x", "match whole records only")                                     //
      ("null-data,z", "records end with a NUL, not with a newline")                     //
      ("crlf", "a CR before the newline belongs to the end of the record")              //
      ("unicode", "characters are UTF-8, not bytes")                                    //
      ("encoding", Text("ENCODING"),                                                    //
       "decode the input: auto (UTF-16 by its BOM), none, utf-16le, ...")               //
      ("no-decompress", "take compressed files for what they are, not what they hold")  //
      ("text,a", "process a binary file as if it were text")                            //
      (",I", "process a binary file as if it selected nothing")                         //
      ("binary-files", Text("TYPE"), "binary, text (as -a) or without-match (as -I)")   //
      ("since", Text("TIME"),                                                           //
       "only records of TIME or later: 2026-11-27T08:05:00Z, or 1h30m ago")             //
      ("until", Text("TIME"), "only records of before TIME")                            //
      ("no-cache", "compile patterns anew, and do not keep what was compiled");
  return group;
}

po::options_description OutputOptions() {
  po::options_description group("Output");
  group.add_options()                                                                   //
      ("max-count,m", Text("NUM"), "stop after NUM selected records of each file")      //
      ("count,c", "print only how many records of each file are selected")              //
      ("total", "print only how many records of all files are selected")                //
      ("tally", "print how many records each pattern matches")                          //
      ("files-with-matches,l", "print only the names of files with selected records")   //
      ("files-without-match,L", "print only the names of files without any")            //
      ("quiet,q", "print nothing; status 0 at the first selected record")               //
      ("silent", "the same as --quiet")                                                 //
      ("no-messages,s", "say nothing about files that cannot be read")                  //
      ("only-matching,o", "print only the parts that match, each on a line")            //
      ("line-number,n", "print the number of each record before it")                    //
      ("byte-offset,b", "print the offset of each record before it")                    //
      ("with-filename,H", "print the file name before each record")                     //
      ("no-filename,h", "print no file names")                                          //
      ("label", Text("NAME"), "what to call the standard input")                        //
      ("label-pattern", "print before each record the pattern that matches it")         //
      ("initial-tab,T", "align the records by a tab after what is before them")         //
      ("null,Z", "print a NUL after file names")                                        //
      ("after-context,A", Text("NUM"), "print NUM records after a selected one")        //
      ("before-context,B", Text("NUM"), "print NUM records before a selected one")      //
      ("context,C", Text("NUM"), "print NUM records around a selected one; also -NUM")  //
      ("group-separator", Text("SEP"), "print SEP between groups, not --")              //
      ("no-group-separator", "print nothing between groups")                            //
      ("color", Text("[=WHEN]"), "highlight: always, never or auto (on a terminal)")    //
      ("colour", Text("[=WHEN]"), "the same as --color")                                //
      ("line-buffered", "write each record when it is found")                           //
      ("json", "print JSON Lines, as ripgrep's --json");
  return group;
}

po::options_description JobOptions() {
  po::options_description group("Jobs");
  group.add_options()                                                                            //
      ("by", Text("KEYS"), "a row for each KEY,...: a field, a capture group, path or pattern")  //
      ("agg", Text("LIST"),                                                                      //
       "columns: count, sum(F), min(F), max(F), mean(F), p99(F), distinct(F), invalid(F)")       //
      ("every", Text("DURATION"), "group by time, such as 5m or 1h")                             //
      ("fields", Text("FORMAT"),                                                                 //
       "the records' format, which names their fields: combined, common, xferlog, syslog, "
       "json, logfmt, csv, tsv or space; PATTERN may then be left out")              //
      ("time-format", Text("FORMAT"), "what times look like, as for strptime(3)")    //
      ("time-zone", Text("ZONE"), "of times that have none: +02:00; default: UTC")   //
      ("top", Text("N"), "print only the first N rows")                              //
      ("sort", Text("COLUMN[:asc|desc]"), "order the rows by a column")              //
      ("format", Text("text|tsv|csv|json"), "how to print the rows; default: text")  //
      ("strict", "what does not fit, has no time, or is no number, is an error");
  return group;
}

po::options_description FileOptions() {
  po::options_description group("Files");
  group.add_options()                                                                //
      ("recursive,r", "read the files in directories, and below")                    //
      ("dereference-recursive,R", "the same, and follow symbolic links")             //
      ("directories,d", Text("ACTION"),                                              //
       "read (and complain), skip or recurse (as -r) into directories")              //
      ("devices,D", Text("ACTION"), "read or skip devices, FIFOs and sockets")       //
      ("include", Text("GLOB"), "read only files whose names match GLOB")            //
      ("exclude", Text("GLOB"), "skip files whose names match GLOB")                 //
      ("exclude-from", Text("FILE"), "skip files whose names match a glob in FILE")  //
      ("exclude-dir", Text("GLOB"), "skip directories whose names match GLOB");
  return group;
}

po::options_description ProcessOptions() {
  po::options_description group("Processes");
  group.add_options()                                                 //
      ("processes,p", Text("N"),                                      //
       "workers; default: the CPUs that this process may use")        //
      ("chunk-size", Text("SIZE"),                                    //
       "bytes handed to a worker at once, up to 64M; suffixes K, M")  //
      ("max-memory", Text("SIZE"),
       "for one record of a stream, default: 256M, a longer one is skipped; for the groups of a "
       "job, default: a quarter of the memory, others go to disk")               //
      ("io", Text("auto|on|off"),                                                //
       "on: a feeder process reads all input; off: workers map regular files; "  //
       "auto: off, but one that reads ahead where a file is cold")               //
      ("pin", Text("[=CPUS]"),                                                   //
       "bind each worker to a CPU of its own; CPUS is a list such as 0,2-5")     //
      ("drop-cache", "leave the page cache as it was found")                     //
      ("idle", "let all others go first, on CPU and disk")                       //
      ("user", Text("NAME"), "as root, whom workers run as; default: nobody")    //
      ("stats", "print what was done, and by which process, on stderr");
  return group;
}

po::options_description WatchingOptions() {
  po::options_description group("Watching");
  group.add_options()  //
      ("progress", Text("[=WHEN]"), "tell how far it is: auto (on a terminal), always or never")(
          "timeout", Text("DURATION"),  //
          "stop after DURATION, such as 90s or 1h30m, with exit status 124");
  return group;
}

po::options_description SnapshotOptions() {
  po::options_description group("Snapshots");
  group.add_options()                                                                         //
      ("shard", Text("I/N"), "scan the I-th of N contiguous shares of all input bytes")       //
      ("partial", Text("FILE"), "print nothing, and write the result to FILE, to be merged")  //
      ("write-manifest", Text("FILE"), "scan nothing, and write to FILE what is asked for")   //
      ("manifest", Text("FILE"), "do what FILE says, with the inputs as they were then")      //
      ("merge", "the operands are such files: print the result of all")                       //
      ("state", Text("FILE"),                                                                 //
       "scan only what has come since the last run with FILE; a job's result grows in it")    //
      ("wait", Text("DURATION"), "wait so long for another run that uses FILE");
  return group;
}

po::options_description BatchOptions() {
  po::options_description group("Batch");
  group.add_options()                                                                  //
      ("config", Text("FILE"), "read options, and named jobs of one scan, from FILE")  //
      ("output", Text("FILE"), "write to FILE, which is replaced when all is complete");
  return group;
}

po::options_description OtherOptions() {
  po::options_description group("Other");
  group.add_options()("help", "print this help")("version,V", "print the version");
  return group;
}

po::options_description AllOptions() {
  po::options_description all;
  all.add(MatchingOptions())
      .add(OutputOptions())
      .add(JobOptions())
      .add(FileOptions())
      .add(ProcessOptions())
      .add(WatchingOptions())
      .add(SnapshotOptions())
      .add(BatchOptions())
      .add(OtherOptions());
  return all;
}

// Short options that take an argument: in a bundle, the first of them takes the rest of the word.
constexpr char kTakeArgument[] = "efmpdABCD";

// What is no option, for the parser: a name that nobody can mean.
constexpr char kArguments[] = " arguments";

// Whether `word` is --color, which has two spellings, or an abbreviation of it; maybe with a value.
bool IsColor(absl::string_view word) {
  const absl::string_view name = word.substr(0, word.find('='));
  return name.size() >= 5 &&
         (absl::StartsWith("--color", name) || absl::StartsWith("--colour", name));
}

// Whether `word` is --progress, or an abbreviation of it; maybe with a value.
bool IsProgress(absl::string_view word) {
  const absl::string_view name = word.substr(0, word.find('='));
  return name.size() >= 6 && absl::StartsWith("--progress", name);
}

// Whether `word` is a long option whose argument is the next word, or an abbreviation of one. Those
// whose argument is optional have none without a `=`.
bool TakesArgument(const std::string& word) {
  if (word.size() < 3 || !absl::StartsWith(word, "--")) return false;
  if (word == "--pin" || IsColor(word) || IsProgress(word)) return false;
  const absl::string_view name = absl::string_view(word).substr(2);
  const po::options_description all = AllOptions();
  bool any = false;
  for (const auto& option : all.options()) {
    const std::string& long_name = option->long_name();
    if (!absl::StartsWith(long_name, name)) continue;
    const bool takes = option->semantic()->max_tokens() > 0;
    if (long_name == name) return takes;
    any |= takes;  // an ambiguous one is refused by the parser
  }
  return any;
}

// The words as the parser takes them:
// - an option and its argument in one word. The parser would take an argument that looks like an
//   option for one, but to grep (and to those who search for "-v") `-e -v` is a pattern.
// - -NUM as -C NUM, also in a bundle: -n2.
// - options with an optional value with that value: the next word is none.
std::vector<std::string> PreparedWords(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    const bool has_next = i + 1 < argc && argv[i + 1][0] != '\0';
    if (word == "--") {
      words.insert(words.end(), argv + i, argv + argc);
      break;
    }
    if (word.size() > 1 && word[0] == '-' && word[1] != '-') {
      const size_t flags_end = std::min(word.size(), word.find_first_of(kTakeArgument, 1));
      std::string digits;
      std::string flags;
      bool in_digits = false;
      for (char c : word.substr(0, flags_end)) {
        const bool is_digit = absl::ascii_isdigit(static_cast<unsigned char>(c));
        if (is_digit && !in_digits) digits.clear();  // the last number counts
        in_digits = is_digit;
        (is_digit ? digits : flags) += c;
      }
      if (!digits.empty()) {
        words.push_back(absl::StrCat("--context=", digits));
        word = flags + word.substr(flags_end);
        if (word == "-") continue;
      }
    }
    const bool is_short = word.size() > 1 && word[0] == '-' && word[1] != '-';
    const size_t takes_argument =
        is_short ? word.find_first_of(kTakeArgument, 1) : std::string::npos;
    if (has_next && is_short && takes_argument == word.size() - 1) {
      word += argv[++i];
    } else if (has_next && TakesArgument(word)) {
      absl::StrAppend(&word, "=", argv[++i]);
    }
    if (word == "--pin" || (IsProgress(word) && !absl::StrContains(word, '='))) word += "=auto";
    size_t equals = word.find('=');
    if (IsColor(word)) {
      word = "--color" + (equals == std::string::npos ? "=auto" : word.substr(equals));
      equals = word.find('=');
    }
    if (absl::StartsWith(word, "--") && equals == word.size() - 1) {
      // An empty value, which the parser takes only as a word.
      words.push_back(word.substr(0, equals));
      word.clear();
    }
    words.push_back(std::move(word));
  }
  return words;
}

// Options of which only one can be meant.
constexpr const char* kPatterns[] = {"regexp", "file"};
constexpr const char* kModes[] = {
    "count", "total",  "tally", "files-with-matches", "files-without-match",
    "quiet", "silent", "json"};

bool Outdoes(absl::string_view nearer, absl::string_view name) {
  const auto both_in = [&](const auto& names) {
    const auto has = [&names](absl::string_view wanted) {
      return std::find(std::begin(names), std::end(names), wanted) != std::end(names);
    };
    return has(nearer) && has(name);
  };
  return both_in(kPatterns) || both_in(kModes);
}

}  // namespace

absl::StatusOr<CommandLine> CommandLine::Parse(int argc, char** argv) {
  po::options_description all = AllOptions();
  all.add_options()(kArguments, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(kArguments, -1);
  CommandLine line;
  try {
    const po::parsed_options parsed = po::command_line_parser(PreparedWords(argc, argv))
                                          .options(all)
                                          .positional(positional)
                                          .run();
    for (const po::option& option : parsed.options) {
      std::string value = option.value.empty() ? "" : option.value.front();
      if (option.string_key == kArguments) {
        line.arguments_.push_back(std::move(value));
      } else {
        // One without a long name is called by its short one.
        const bool dashed = absl::StartsWith(option.string_key, "-");
        line.options_.push_back(
            {.name = dashed ? option.string_key.substr(1) : option.string_key, .value = value});
      }
    }
  } catch (const po::error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return line;
}

bool CommandLine::IsOption(absl::string_view name) {
  return AllOptions().find_nothrow(std::string(name), false) != nullptr;
}

bool CommandLine::IsFlag(absl::string_view name) {
  const po::options_description all = AllOptions();
  const po::option_description* const option = all.find_nothrow(std::string(name), false);
  return option != nullptr && option->semantic()->max_tokens() == 0;
}

void CommandLine::PutBefore(const CommandLine& defaults) {
  std::vector<Option> all;
  for (const Option& option : defaults.options_) {
    const bool outdone =
        std::any_of(options_.begin(), options_.end(), [&option](const Option& nearer) {
          return nearer.name == option.name || Outdoes(nearer.name, option.name);
        });
    if (!outdone) all.push_back(option);
  }
  all.insert(all.end(), options_.begin(), options_.end());
  options_ = std::move(all);
}

CommandLine CommandLine::Without(size_t index) const {
  CommandLine line = *this;
  line.options_.erase(line.options_.begin() + static_cast<ptrdiff_t>(index));
  return line;
}

void CommandLine::SetFiles(std::vector<std::string> files) {
  arguments_ = std::move(files);
  has_only_files_ = true;
}

const CommandLine::Option* CommandLine::Last(std::initializer_list<absl::string_view> names) const {
  const auto found = std::find_if(options_.rbegin(), options_.rend(), [&](const Option& option) {
    return std::find(names.begin(), names.end(), option.name) != names.end();
  });
  return found == options_.rend() ? nullptr : &*found;
}

std::vector<std::string> CommandLine::Values(absl::string_view name) const {
  std::vector<std::string> values;
  for (const Option& option : options_) {
    if (option.name == name) values.push_back(option.value);
  }
  return values;
}

std::string HelpText() {
  std::ostringstream text;
  text << "Usage: bigscan [OPTION]... PATTERN [FILE]...\n"
          "       bigscan [OPTION]... {-e PATTERN | -f FILE}... [FILE]...\n"
          "       bigscan [OPTION]... --merge FILE...\n"
          "Print the records (lines) of each FILE that match PATTERN, a regular expression\n"
          "in PCRE syntax, scanning with several processes. No FILE, or -, is standard\n"
          "input.\n\n"
       << MatchingOptions() << '\n'
       << OutputOptions() << '\n'
       << JobOptions() << '\n'
       << FileOptions() << '\n'
       << ProcessOptions() << '\n'
       << WatchingOptions() << '\n'
       << SnapshotOptions() << '\n'
       << BatchOptions() << '\n'
       << OtherOptions()
       << "\nExit status: 0 if a record is selected, 1 if none, 2 after an error, 124\n"
          "after a timeout, 128+n after signal n. See bigscan(1).\n";
  return text.str();
}

}  // namespace bigscan
