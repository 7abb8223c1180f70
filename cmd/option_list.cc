#include "cmd/option_list.h"

#include <boost/program_options.hpp>
#include <sstream>
#include <string>
#include <vector>

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
      ("merge",
       "the operands are such files: print the result of all, or write it with --partial")  //
      ("state", Text("FILE"),                                                               //
       "scan only what has come since the last run with FILE; a job's result grows in it")  //
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

}  // namespace

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

std::string HelpText() {
  std::ostringstream text;
  text << "Usage: bigscan [OPTION]... PATTERN [FILE]...\n"
          "       bigscan [OPTION]... {-e PATTERN | -f FILE}... [FILE]...\n"
          "       bigscan [OPTION]... --merge FILE...\n"
          "       bigscan --merge --partial FILE FILE...\n"
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
