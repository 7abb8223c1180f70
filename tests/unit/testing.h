// What several unit tests share: naive definitions to test against, and files to test with.
#ifndef BIGSCAN_TESTS_UNIT_TESTING_H_
#define BIGSCAN_TESTS_UNIT_TESTING_H_

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ipc/unique_fd.h"

namespace bigscan {

using Random = std::mt19937_64;

// In [0, below).
inline uint64_t Pick(Random* random, uint64_t below) { return (*random)() % below; }

inline std::string RandomText(Random* random, absl::string_view alphabet, size_t size) {
  std::string text;
  while (text.size() < size) text += alphabet[Pick(random, alphabet.size())];
  return text;
}

// The records of `data` with their delimiters, one byte at a time.
inline std::vector<std::string> NaiveRecords(absl::string_view data, char delimiter) {
  std::vector<std::string> records;
  bool open = false;
  for (char c : data) {
    if (!open) records.emplace_back();
    records.back() += c;
    open = c != delimiter;
  }
  return records;
}

inline std::string NaiveWithoutDelimiter(std::string record, char delimiter) {
  if (!record.empty() && record.back() == delimiter) record.pop_back();
  return record;
}

// A regular file without a name.
inline UniqueFd FileHolding(absl::string_view contents) {
  UniqueFd fd(memfd_create("test", MFD_CLOEXEC));
  if (!fd.valid() || pwrite(fd.get(), contents.data(), contents.size(), 0) !=
                         static_cast<ssize_t>(contents.size())) {
    abort();
  }
  return fd;
}

// The whole of a regular file.
inline std::string Contents(int fd) {
  std::string contents;
  char buffer[4096];
  while (true) {
    const ssize_t got = pread(fd, buffer, sizeof(buffer), static_cast<off_t>(contents.size()));
    if (got <= 0) return contents;
    contents.append(buffer, static_cast<size_t>(got));
  }
}

// Another open file description of what `fd` refers to.
inline UniqueFd Reopen(int fd, int flags) {
  return UniqueFd(open(absl::StrCat("/proc/self/fd/", fd).c_str(), flags | O_CLOEXEC));
}

}  // namespace bigscan

#endif  // BIGSCAN_TESTS_UNIT_TESTING_H_
