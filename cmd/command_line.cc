#include "cmd/command_line.h"

#include <algorithm>
#include <boost/program_options.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/option_list.h"

namespace bigscan {
namespace {

namespace po = boost::program_options;

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

// Why the words can not be parsed. The parser's messages are templates, in which it replaces what stands between two `%`,
// also of the words themselves: by itself, for ever. So they are parsed once more, with another byte in its place.
template <typename Parse>
std::string ParserMessage(std::vector<std::string> words, const Parse& parse) {
  char stand_in = '\x01';
  const auto is_used = [&](const std::string& word) { return absl::StrContains(word, stand_in); };
  while (stand_in < '\x1f' && std::any_of(words.begin(), words.end(), is_used)) ++stand_in;
  for (std::string& word : words) std::replace(word.begin(), word.end(), '%', stand_in);
  try {
    parse(words);
  } catch (const po::error& error) {
    std::string message = error.what();
    std::replace(message.begin(), message.end(), stand_in, '%');
    return message;
  }
  return "unrecognised option";
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
  const std::vector<std::string> words = PreparedWords(argc, argv);
  const auto parse = [&](const std::vector<std::string>& of) {
    return po::command_line_parser(of).options(all).positional(positional).run();
  };
  try {
    const po::parsed_options parsed = parse(words);
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
  } catch (const po::error&) {
    return absl::InvalidArgumentError(ParserMessage(words, parse));
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

CommandLine CommandLine::Without(std::span<const size_t> places) const {
  CommandLine line = *this;
  line.options_.clear();
  for (size_t i = 0; i < options_.size(); ++i) {
    if (!std::binary_search(places.begin(), places.end(), i)) line.Append(options_[i]);
  }
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

}  // namespace bigscan
