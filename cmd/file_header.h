// The first record of a file, which names the columns of CSV.
#ifndef BIGSCAN_CMD_FILE_HEADER_H_
#define BIGSCAN_CMD_FILE_HEADER_H_

#include <string>
#include <vector>

namespace bigscan {

// The first record of the first of `files`, without its delimiter (and a CR before it); "-", or none, is the
// standard input. Looks at 64 KiB of its text, decompressed if `decompress`. Empty if that is no regular
// file, can not be read, or holds no whole record so far: a stream can not be read twice.
std::string FirstRecord(const std::vector<std::string>& files, char delimiter, bool decompress);

}  // namespace bigscan

#endif  // BIGSCAN_CMD_FILE_HEADER_H_
