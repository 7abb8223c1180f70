#include "lib/database_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

namespace fs = std::filesystem;
using Database = DatabaseCache::Database;

constexpr time_t kDay = 24 * 60 * 60;
constexpr size_t kHeaderBytes = 40;

Database Compiled(const std::string& regex) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile(regex.c_str(), 0, HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS)
    abort();
  return Database(database, hs_free_database);
}

bool Finds(const hs_database_t* database, absl::string_view text) {
  hs_scratch_t* scratch = nullptr;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return false;
  bool found = false;
  const auto on_match = [](unsigned, unsigned long long, unsigned long long, unsigned, void* out) {
    *static_cast<bool*>(out) = true;
    return 0;
  };
  hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch, on_match, &found);
  hs_free_scratch(scratch);
  return found;
}

std::string Contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const fs::path& path, absl::string_view contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

mode_t Mode(const fs::path& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

// Sets when `path` was used and written last.
void SetAge(const fs::path& path, time_t seconds) {
  const timespec then = {.tv_sec = time(nullptr) - seconds, .tv_nsec = 0};
  const timespec times[2] = {then, then};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

timespec Written(const fs::path& path) {
  struct stat info = {};
  stat(path.c_str(), &info);
  return info.st_mtim;
}

// Runs `body` in a process of its own, which may be limited or killed. Its status is 0 if it is
// true.
pid_t Start(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  return child;
}

int Wait(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

// A cache in a scratch directory. The key of an entry is also the pattern that it was compiled
// from.
class DatabaseCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cache_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    scratch_ = pattern;
    directory_ = scratch_ / "bigscan";
  }

  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(scratch_, ignored);
  }

  DatabaseCache Cache(DatabaseCache::Limits limits = DatabaseCache::kDefaultLimits) const {
    return DatabaseCache(directory_, limits);
  }

  absl::Status Store(const std::string& key) { return Cache().Store(key, Compiled(key).get()); }

  // The path of what Store() made.
  fs::path Stored(const std::string& key, DatabaseCache::Limits limits) {
    const std::vector<fs::path> before = Files();
    const absl::Status status = Cache(limits).Store(key, Compiled(key).get());
    EXPECT_TRUE(status.ok()) << status;
    for (const fs::path& path : Files()) {
      if (std::find(before.begin(), before.end(), path) == before.end()) return path;
    }
    ADD_FAILURE() << "no new file";
    return "";
  }
  fs::path Stored(const std::string& key) { return Stored(key, DatabaseCache::kDefaultLimits); }

  // kOk only with the right database.
  absl::StatusCode Load(const std::string& key) {
    const absl::StatusOr<Database> database = Cache().Load(key);
    if (database.ok()) {
      EXPECT_TRUE(Finds(database->get(), key)) << key;
      EXPECT_FALSE(Finds(database->get(), "-")) << key;
    }
    return database.status().code();
  }

  std::vector<fs::path> Files() const {
    std::error_code ignored;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory_, ignored)) files.push_back(entry);
    return files;
  }

  fs::path scratch_;
  fs::path directory_;
};

TEST_F(DatabaseCacheTest, WhatWasStoredIsLoaded) {
  ASSERT_TRUE(Store("abc").ok());
  ASSERT_TRUE(Store("xyz").ok());
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
  EXPECT_EQ(Load("xyz"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, WithoutADirectoryNothingIsFoundNorMade) {
  EXPECT_EQ(Load("abc"), absl::StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(directory_));
}

TEST_F(DatabaseCacheTest, AnotherKeyIsNotFound) {
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Load("ab"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Load("abcd"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Load(""), absl::StatusCode::kNotFound);
}

TEST_F(DatabaseCacheTest, KeysMayHoldAnyBytes) {
  const Database database = Compiled("abc");
  const std::string key("a\0\n\xff", 4);
  ASSERT_TRUE(Cache().Store(key, database.get()).ok());
  EXPECT_TRUE(Cache().Load(key).ok());
  EXPECT_FALSE(Cache().Load("a").ok());
}

TEST_F(DatabaseCacheTest, OnlyTheUserMayReadWhatWasStored) {
  const mode_t mask = umask(0);
  const fs::path file = Stored("abc");
  umask(mask);
  EXPECT_EQ(Mode(file), 0600u);
  EXPECT_EQ(Mode(directory_), 0700u);
}

TEST_F(DatabaseCacheTest, NothingElseIsLeftInTheDirectory) {
  ASSERT_TRUE(Store("abc").ok());
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(DatabaseCacheTest, LoadingChangesNothingOfTheFile) {
  const fs::path file = Stored("abc");
  SetAge(file, kDay);
  const std::string contents = Contents(file);
  const timespec written = Written(file);
  ASSERT_EQ(Load("abc"), absl::StatusCode::kOk);
  EXPECT_EQ(Contents(file), contents);
  EXPECT_EQ(Written(file).tv_sec, written.tv_sec);
}

// The format: DO NOT CHANGE without a new version.

TEST_F(DatabaseCacheTest, FileIsAHeaderThenTheIdentityThenTheDatabase) {
  const Database database = Compiled("abc");
  const std::string contents = Contents(Stored("abc"));
  char* serialized = nullptr;
  size_t size = 0;
  ASSERT_EQ(hs_serialize_database(database.get(), &serialized, &size), HS_SUCCESS);
  const std::string payload(serialized, size);
  free(serialized);
  hs_platform_info_t platform;
  ASSERT_EQ(hs_populate_platform(&platform), HS_SUCCESS);
  const std::string identity = absl::StrCat("hyperscan ", hs_version(), "\ntune ", platform.tune,
                                            " features ", platform.cpu_features, "\nabc");
  const uint64_t numbers[] = {1, identity.size(), size, XXH3_64bits(payload.data(), size)};
  std::string expected("bigscan\0", 8);
  expected.append(reinterpret_cast<const char*>(numbers), sizeof(numbers));
  EXPECT_EQ(expected.size(), kHeaderBytes);
  EXPECT_TRUE(contents == expected + identity + payload);
}

// Files that are not what they were.

TEST_F(DatabaseCacheTest, EveryTruncatedFileIsRefused) {
  const fs::path file = Stored("abc");
  const std::string contents = Contents(file);
  for (size_t size = 0; size < contents.size(); ++size) {
    Write(file, contents.substr(0, size));
    ASSERT_EQ(Load("abc"), absl::StatusCode::kDataLoss) << size;
  }
}

TEST_F(DatabaseCacheTest, EveryFileWithAWrongByteIsRefused) {
  const fs::path file = Stored("abc");
  const std::string contents = Contents(file);
  for (size_t i = 0; i < contents.size(); ++i) {
    std::string damaged = contents;
    damaged[i] = static_cast<char>(damaged[i] ^ 1 << i % 8);
    Write(file, damaged);
    ASSERT_NE(Load("abc"), absl::StatusCode::kOk) << "byte " << i;
  }
}

TEST_F(DatabaseCacheTest, FileWithBytesToSpareIsRefused) {
  const fs::path file = Stored("abc");
  Write(file, Contents(file) + '\0');
  EXPECT_EQ(Load("abc"), absl::StatusCode::kDataLoss);
}

// Sizes whose sum, in 64 bits, is right.
TEST_F(DatabaseCacheTest, SizesThatOverflowAreRefused) {
  const fs::path file = Stored("abc");
  std::string contents = Contents(file);
  uint64_t sizes[2];
  memcpy(sizes, contents.data() + 16, sizeof(sizes));
  const uint64_t sum = sizes[0] + sizes[1];
  for (const uint64_t identity : {~uint64_t{0}, uint64_t{1} << 63, sum + 1}) {
    sizes[0] = identity;
    sizes[1] = sum - identity;
    memcpy(contents.data() + 16, sizes, sizeof(sizes));
    Write(file, contents);
    EXPECT_EQ(Load("abc"), absl::StatusCode::kDataLoss) << identity;
  }
}

// All but the database itself is right: Hyperscan has to refuse it.
TEST_F(DatabaseCacheTest, NoDatabaseUnderARightChecksumIsRefused) {
  const fs::path file = Stored("abc");
  std::string contents = Contents(file);
  uint64_t identity_bytes;
  memcpy(&identity_bytes, contents.data() + 16, sizeof(identity_bytes));
  const size_t begin = kHeaderBytes + identity_bytes;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{20}, contents.size() - begin}) {
    const std::string payload(size, 'x');
    const uint64_t numbers[] = {size, XXH3_64bits(payload.data(), size)};
    std::string forged = contents.substr(0, begin) + payload;
    memcpy(forged.data() + 24, numbers, sizeof(numbers));
    Write(file, forged);
    EXPECT_EQ(Load("abc"), absl::StatusCode::kDataLoss) << size;
  }
}

// As if the digests of two keys were the same.
TEST_F(DatabaseCacheTest, DatabaseOfAnotherKeyUnderTheNameOfThisIsNotTaken) {
  const fs::path abc = Stored("abc");
  const fs::path xyz = Stored("xyz");
  fs::rename(xyz, abc);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, DamagedFileIsReplaced) {
  const fs::path file = Stored("abc");
  Write(file, "");
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, FileBeyondTheLimitIsNotRead) {
  const fs::path file = Stored("abc");
  const DatabaseCache small = Cache({.bytes = fs::file_size(file) - 1, .files = 64});
  EXPECT_EQ(small.Load("abc").status().code(), absl::StatusCode::kDataLoss);
}

// Files and directories that others can have written.

TEST_F(DatabaseCacheTest, FileThatOthersMayWriteIsNotTakenButReplaced) {
  const fs::path file = Stored("abc");
  for (const mode_t mode : {0620, 0602, 0666}) {
    ASSERT_EQ(chmod(file.c_str(), mode), 0);
    EXPECT_EQ(Load("abc"), absl::StatusCode::kPermissionDenied) << mode;
  }
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Mode(file), 0600u);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, FileThatOthersMayReadIsTaken) {
  ASSERT_EQ(chmod(Stored("abc").c_str(), 0644), 0);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, DirectoryThatOthersMayWriteIsNotUsed) {
  ASSERT_TRUE(Store("abc").ok());
  for (const mode_t mode : {0720, 0702, 01777}) {
    ASSERT_EQ(chmod(directory_.c_str(), mode), 0);
    EXPECT_EQ(Load("abc"), absl::StatusCode::kPermissionDenied) << mode;
    EXPECT_EQ(Store("xyz").code(), absl::StatusCode::kPermissionDenied) << mode;
  }
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(DatabaseCacheTest, WhatAnotherUserOwnsIsNotUsed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const fs::path file = Stored("abc");
  ASSERT_EQ(chown(file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chown(file.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(directory_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Store("xyz").code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(DatabaseCacheTest, SymlinkInPlaceOfAFileIsNotFollowedButReplaced) {
  const fs::path file = Stored("abc");
  const fs::path target = scratch_ / "target";
  fs::rename(file, target);
  fs::create_symlink(target, file);
  EXPECT_NE(Load("abc"), absl::StatusCode::kOk);
  Write(target, "untouched");
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Contents(target), "untouched");
  EXPECT_FALSE(fs::is_symlink(file));
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, SymlinkInPlaceOfTheDirectoryIsNotFollowed) {
  ASSERT_TRUE(Store("abc").ok());
  fs::rename(directory_, scratch_ / "target");
  fs::create_directory_symlink(scratch_ / "target", directory_);
  EXPECT_NE(Load("abc"), absl::StatusCode::kOk);
  EXPECT_FALSE(Store("xyz").ok());
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(DatabaseCacheTest, FifoInPlaceOfAFileIsNotWaitedFor) {
  const fs::path file = Stored("abc");
  fs::remove(file);
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kPermissionDenied);
}

// Where nothing can be stored.

TEST_F(DatabaseCacheTest, ParentOfTheDirectoryIsMade) {
  directory_ = scratch_ / ".cache/bigscan";
  ASSERT_TRUE(Store("abc").ok());
  EXPECT_EQ(Mode(scratch_ / ".cache"), 0700u);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, NothingIsMadeForAMissingHome) {
  directory_ = scratch_ / "home/.cache/bigscan";
  EXPECT_EQ(Store("abc").code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(fs::is_empty(scratch_));
}

TEST_F(DatabaseCacheTest, NoDirectoryIsMadeInThatOfAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(chown(scratch_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(Store("abc").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(fs::is_empty(scratch_));
}

TEST_F(DatabaseCacheTest, FileInPlaceOfTheDirectoryIsAnError) {
  Write(directory_, "");
  EXPECT_FALSE(Store("abc").ok());
  EXPECT_NE(Load("abc"), absl::StatusCode::kOk);
}

TEST_F(DatabaseCacheTest, FailureToNameTheFileLeavesNothing) {
  const fs::path file = Stored("abc");
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_FALSE(Store("abc").ok());
  EXPECT_EQ(Files(), std::vector<fs::path>{file});
}

TEST_F(DatabaseCacheTest, LimitOfFileSizesIsAnErrorAndNoSignal) {
  const pid_t child = Start([&] {
    const struct rlimit limit = {.rlim_cur = 100, .rlim_max = 100};
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 && !Store("abc").ok();
  });
  EXPECT_EQ(Wait(child), 0);
  EXPECT_TRUE(Files().empty());
}

TEST_F(DatabaseCacheTest, DatabaseBeyondTheLimitIsNotStored) {
  const absl::Status status =
      Cache({.bytes = 100, .files = 64}).Store("abc", Compiled("abc").get());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Files().empty());
}

// The bound of the whole.

TEST_F(DatabaseCacheTest, EntriesThatWereNotUsedLongestAreRemoved) {
  const fs::path first = Stored("first");
  const fs::path second = Stored("second");
  const fs::path third = Stored("third");
  SetAge(first, 10 * kDay);
  SetAge(second, 30 * kDay);
  SetAge(third, 20 * kDay);
  const fs::path fourth = Stored("fourth", {.bytes = 1 << 30, .files = 2});
  EXPECT_TRUE(fs::exists(first) && fs::exists(fourth));
  EXPECT_FALSE(fs::exists(second) || fs::exists(third));
}

TEST_F(DatabaseCacheTest, LoadedEntryCountsAsUsed) {
  const fs::path first = Stored("first");
  const fs::path second = Stored("second");
  SetAge(first, 20 * kDay);
  SetAge(second, 10 * kDay);
  ASSERT_EQ(Load("first"), absl::StatusCode::kOk);
  Stored("third", {.bytes = 1 << 30, .files = 2});
  EXPECT_TRUE(fs::exists(first));
  EXPECT_FALSE(fs::exists(second));
}

TEST_F(DatabaseCacheTest, TotalSizeIsBounded) {
  const fs::path first = Stored("abc");
  const fs::path second = Stored("xyz");
  SetAge(first, 20 * kDay);
  SetAge(second, 10 * kDay);
  Stored("klm", {.bytes = 2 * fs::file_size(first) + 100, .files = 64});
  EXPECT_FALSE(fs::exists(first));
  EXPECT_TRUE(fs::exists(second));
}

TEST_F(DatabaseCacheTest, WhatWasStoredLastStaysThoughOthersAreFromTheFuture) {
  SetAge(Stored("first"), -kDay);
  const fs::path second = Stored("second", {.bytes = 1 << 30, .files = 1});
  EXPECT_EQ(Files(), std::vector<fs::path>{second});
}

TEST_F(DatabaseCacheTest, FilesOfOthersStay) {
  const std::string digits(32, 'a');
  ASSERT_TRUE(Store("first").ok());
  std::vector<fs::path> foreign;
  for (const std::string& name :
       {std::string("notes"), digits, digits + ".hsdb2", digits + "a.hsdb", "g" + digits + ".hsdb",
        std::string(32, 'A') + ".hsdb", std::string(15, 'a') + ".tmp", std::string("x.tmp")}) {
    foreign.push_back(directory_ / name);
    Write(foreign.back(), "");
    SetAge(foreign.back(), 100 * kDay);
  }
  foreign.push_back(directory_ / (digits + ".hsdb"));
  fs::create_directory(foreign.back());
  SetAge(foreign.back(), 100 * kDay);
  Stored("second", {.bytes = 1 << 30, .files = 1});
  EXPECT_EQ(Files().size(), foreign.size() + 1);
  for (const fs::path& path : foreign) EXPECT_TRUE(fs::exists(path)) << path;
}

TEST_F(DatabaseCacheTest, LeftoversOfDeadWritersAreRemovedAfterADay) {
  ASSERT_TRUE(Store("first").ok());
  const fs::path old = directory_ / "0123456789abcdef.tmp";
  const fs::path recent = directory_ / "fedcba9876543210.tmp";
  Write(old, "half");
  Write(recent, "half");
  SetAge(old, kDay + 60);
  SetAge(recent, kDay - 60);
  ASSERT_TRUE(Store("second").ok());
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(recent));
}

// Many at once.

TEST_F(DatabaseCacheTest, ReadersAndWritersDoNotDisturbEachOther) {
  const std::string keys[] = {"abc", "xyz", "klm"};
  std::vector<pid_t> children;
  for (int process = 0; process < 4; ++process) {
    children.push_back(Start([&, process] {
      for (int round = 0; round < 100; ++round) {
        const std::string& key = keys[(process + round) % 3];
        const absl::Status stored =
            Cache({.bytes = 1 << 30, .files = 2}).Store(key, Compiled(key).get());
        const absl::StatusCode loaded = Load(keys[round % 3]);
        const bool right = loaded == absl::StatusCode::kOk || loaded == absl::StatusCode::kNotFound;
        if (!stored.ok() || !right) return false;
      }
      return true;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(Wait(child), 0);
  ASSERT_TRUE(Cache({.bytes = 1 << 30, .files = 2}).Store("abc", Compiled("abc").get()).ok());
  EXPECT_LE(Files().size(), 2u);
}

TEST_F(DatabaseCacheTest, KilledWriterLeavesNoPartOfAnEntry) {
  const pid_t child = Start([&] {
    while (Store("abc").ok()) {
    }
    return false;
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (Load("abc") != absl::StatusCode::kOk) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    usleep(1000);
  }
  kill(child, SIGKILL);
  Wait(child);
  EXPECT_EQ(Load("abc"), absl::StatusCode::kOk);
}

// Where it is.

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = getenv(name)) old_ = old;
    Set(value);
  }
  ~Environment() { Set(old_.has_value() ? old_->c_str() : nullptr); }

 private:
  void Set(const char* value) {
    if (value != nullptr) {
      setenv(name_, value, 1);
    } else {
      unsetenv(name_);
    }
  }

  const char* const name_;
  std::optional<std::string> old_;
};

TEST(DatabaseCacheDirectory, IsOfTheEnvironment) {
  const struct {
    const char* cache;
    const char* home;
    const char* expected;
  } cases[] = {
      {"/x", "/home/me", "/x/bigscan"},
      {"/x", nullptr, "/x/bigscan"},
      {nullptr, "/home/me", "/home/me/.cache/bigscan"},
      {"", "/home/me", "/home/me/.cache/bigscan"},
      {"relative", "/home/me", "/home/me/.cache/bigscan"},
      {nullptr, nullptr, ""},
      {"", "", ""},
      {"relative", "relative", ""},
  };
  for (const auto& item : cases) {
    const Environment cache("XDG_CACHE_HOME", item.cache);
    const Environment home("HOME", item.home);
    EXPECT_EQ(DatabaseCache::DefaultDirectory(), item.expected);
  }
}

}  // namespace
}  // namespace bigscan
