// The format of an entry, and its name. Who may write files, and how, is PrivateDirectory's.
//
// DO NOT CHANGE without a new kFormatVersion. Numbers are little-endian.
//
//     offset  bytes
//          0      8  magic: "bigscan" and a NUL
//          8      8  format version
//         16      8  I, bytes of the identity
//         24      8  D, bytes of the database
//         32      8  XXH3 (64 bits, no seed) of the database
//         40      I  identity: a line for Hyperscan's version, one for the platform, then the key
//     40 + I      D  database, as hs_serialize_database() wrote it
//
// and nothing after it. An identity is, for example, "hyperscan 5.4.0 2020-12-26\n", then
// "tune 9 features 14\n", then "literals\n" and the literals. Its digest names the file: XXH3 (128
// bits, the format version as seed), 32 hexadecimal digits, then ".hsdb". Two identities with one
// digest displace each other, and none is taken for the other.
#include "lib/database_cache.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include <bit>
#include <cstdint>
#include <new>

#include "absl/strings/str_cat.h"

namespace bigscan {
namespace {

constexpr uint64_t kFormatVersion = 1;
constexpr PrivateDirectory::NamePattern kEntryName = {.digits = 32, .suffix = ".hsdb"};

struct FileHeader {
  char magic[8] = {'b', 'i', 'g', 's', 'c', 'a', 'n', '\0'};
  uint64_t format_version = kFormatVersion;
  uint64_t identity_bytes = 0;
  uint64_t database_bytes = 0;
  uint64_t database_checksum = 0;

  uint64_t total() const { return sizeof(FileHeader) + identity_bytes + database_bytes; }
};
static_assert(sizeof(FileHeader) == 40 && std::endian::native == std::endian::little);

struct Free {
  void operator()(char* bytes) const { free(bytes); }
};

// All that the database depends on.
absl::StatusOr<std::string> Identity(absl::string_view key) {
  // What hs_compile_multi() takes when it is given no platform.
  hs_platform_info_t platform;
  if (hs_populate_platform(&platform) != HS_SUCCESS) {
    return absl::UnavailableError("the platform is not known");
  }
  return absl::StrCat("hyperscan ", hs_version(), "\ntune ", platform.tune, " features ",
                      platform.cpu_features, "\n", key);
}

std::string EntryName(absl::string_view identity) {
  const XXH128_hash_t hash =
      XXH3_128bits_withSeed(identity.data(), identity.size(), kFormatVersion);
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16), kEntryName.suffix);
}

absl::Status Damaged(absl::string_view what) { return absl::DataLossError(what); }

// An absolute path, or nothing. secure_getenv(): a program that runs with more rights than its
// caller has takes no code from where the caller says.
std::string AbsolutePath(const char* variable) {
  const char* path = secure_getenv(variable);
  return path != nullptr && path[0] == '/' ? path : "";
}

}  // namespace

std::string DatabaseCache::DefaultDirectory() {
  if (const std::string cache = AbsolutePath("XDG_CACHE_HOME"); !cache.empty()) {
    return absl::StrCat(cache, "/bigscan");
  }
  const std::string home = AbsolutePath("HOME");
  return home.empty() ? "" : absl::StrCat(home, "/.cache/bigscan");
}

absl::StatusOr<DatabaseCache::Database> DatabaseCache::Load(absl::string_view key) const {
  const absl::StatusOr<std::string> identity = Identity(key);
  if (!identity.ok()) return identity.status();
  const absl::StatusOr<PrivateDirectory> directory = PrivateDirectory::Open(directory_);
  if (!directory.ok()) return directory.status();
  const absl::StatusOr<PrivateFile> file = directory->OpenFile(EntryName(*identity));
  if (!file.ok()) return file.status();

  // Nothing that the file says is believed, or allocated, before it has been compared with its
  // size.
  FileHeader header;
  const FileHeader expected;
  if (file->size() < sizeof(header) || file->size() > limits_.bytes) return Damaged("wrong size");
  absl::Status status = file->Read(reinterpret_cast<char*>(&header), sizeof(header));
  if (!status.ok()) return status;
  if (memcmp(header.magic, expected.magic, sizeof(header.magic)) != 0) return Damaged("no entry");
  if (header.format_version != kFormatVersion) return Damaged("another format");
  const uint64_t after_header = file->size() - sizeof(header);
  if (header.identity_bytes > after_header ||
      header.database_bytes != after_header - header.identity_bytes) {
    return Damaged("wrong size");
  }

  const absl::Status other = absl::NotFoundError("the database of other patterns");
  if (header.identity_bytes != identity->size()) return other;
  std::string kept_identity(identity->size(), '\0');
  status = file->Read(kept_identity.data(), kept_identity.size());
  if (!status.ok()) return status;
  if (kept_identity != *identity) return other;

  const std::unique_ptr<char[]> bytes(new (std::nothrow) char[header.database_bytes]);
  if (bytes == nullptr) return absl::ResourceExhaustedError("out of memory");
  status = file->Read(bytes.get(), header.database_bytes);
  if (!status.ok()) return status;
  if (XXH3_64bits(bytes.get(), header.database_bytes) != header.database_checksum) {
    return Damaged("wrong checksum");
  }
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes.get(), header.database_bytes, &database) != HS_SUCCESS) {
    return Damaged("no database");
  }
  file->MarkUsed();
  return Database(database, hs_free_database);
}

absl::Status DatabaseCache::Store(absl::string_view key, const hs_database_t* database) const {
  const absl::StatusOr<std::string> identity = Identity(key);
  if (!identity.ok()) return identity.status();
  // Before the work of writing the database out.
  const absl::StatusOr<PrivateDirectory> directory = PrivateDirectory::Make(directory_);
  if (!directory.ok()) return directory.status();

  char* serialized = nullptr;
  size_t size = 0;
  if (hs_serialize_database(database, &serialized, &size) != HS_SUCCESS) {
    return absl::ResourceExhaustedError("hs_serialize_database failed");
  }
  const std::unique_ptr<char, Free> owned(serialized);
  FileHeader header;
  header.identity_bytes = identity->size();
  header.database_bytes = size;
  header.database_checksum = XXH3_64bits(serialized, size);
  if (header.total() > limits_.bytes) return absl::ResourceExhaustedError("too large to be kept");

  const absl::string_view parts[] = {
      {reinterpret_cast<const char*>(&header), sizeof(header)}, *identity, {serialized, size}};
  const std::string name = EntryName(*identity);
  if (absl::Status status = directory->WriteFile(name, parts); !status.ok()) return status;
  directory->Trim(kEntryName, limits_, name);
  return absl::OkStatus();
}

}  // namespace bigscan
