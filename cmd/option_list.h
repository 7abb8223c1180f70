// Which options there are, and what --help says of them.
#ifndef BIGSCAN_CMD_OPTION_LIST_H_
#define BIGSCAN_CMD_OPTION_LIST_H_

#include <boost/program_options/options_description.hpp>
#include <string>

namespace bigscan {

// All values are texts, which options.cc reads.
boost::program_options::options_description AllOptions();

// The text of --help.
std::string HelpText();

}  // namespace bigscan

#endif  // BIGSCAN_CMD_OPTION_LIST_H_
