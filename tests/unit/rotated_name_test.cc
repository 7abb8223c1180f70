#include "lib/rotated_name.h"

#include <gtest/gtest.h>

#include <string>

namespace bigscan {
namespace {

std::string Parsed(const char* name) {
  const auto rotation = ParseRotatedName(name);
  if (!rotation.has_value()) return "";
  return rotation->base + (rotation->is_number ? " number " : " date ") + rotation->order;
}

bool Older(const char* a, const char* b) {
  return IsOlder(ParseRotatedName(a).value(), ParseRotatedName(b).value());
}

TEST(RotatedName, IsParsed) {
  EXPECT_EQ(Parsed("app.log.1"), "app.log number 1");
  EXPECT_EQ(Parsed("app.log.12.gz"), "app.log number 12");
  EXPECT_EQ(Parsed("syslog.0"), "syslog number 0");
  EXPECT_EQ(Parsed("app.log.007.zst"), "app.log number 7");
  EXPECT_EQ(Parsed("app.1.log"), "app.log number 1");
  EXPECT_EQ(Parsed("app.1.log.xz"), "app.log number 1");
  EXPECT_EQ(Parsed("app.log-20261127"), "app.log date 20261127");
  EXPECT_EQ(Parsed("app-20261127.log.gz"), "app.log date 20261127");
  EXPECT_EQ(Parsed("app.log.2026-11-27"), "app.log date 20261127");
  EXPECT_EQ(Parsed("app.log-2026-11-27T08-05-00"), "app.log date 20261127080500");
  EXPECT_EQ(Parsed("app.log-2026-11-27T08:05:00"), "app.log date 20261127080500");
  EXPECT_EQ(Parsed("app-2026-11-27T08-05-00.250.log.gz"), "app.log date 20261127080500000000250");
  EXPECT_EQ(Parsed("app.log.2026-11-27_08:05:00.123456"), "app.log date 20261127080500000123456");
  EXPECT_EQ(Parsed("app-2026-11-27.3.log.gz"), "app.log date 20261127000000003");
  EXPECT_EQ(Parsed("app-1.2.3.log"), "app-1.2.log number 3");
  EXPECT_EQ(Parsed("app.log-1700000000"), "app.log date 1700000000");
}

TEST(RotatedName, IsToldFromOthers) {
  for (const char* name : {"app.log", "app.log.gz", "app", "", "1", ".1", "app-1", "app_2", "web01",
                           "app.log.bak", "app.log-", "app.log.1234567"}) {
    EXPECT_EQ(Parsed(name), "") << name;
  }
}

TEST(RotatedName, TellsTheOrder) {
  EXPECT_TRUE(Older("log.2", "log.1"));
  EXPECT_TRUE(Older("log.10.gz", "log.9"));
  EXPECT_FALSE(Older("log.1", "log.1.gz"));
  EXPECT_FALSE(Older("log.1", "log.2"));
  EXPECT_TRUE(Older("log-20261126.gz", "log-20261127"));
  EXPECT_TRUE(Older("log-2026-11-26.9.gz", "log-2026-11-26.10.gz"));
  EXPECT_TRUE(Older("log-2026-11-26.9.gz", "log-2026-11-27.0"));
  EXPECT_FALSE(Older("log-20261127", "log-20261127"));
  EXPECT_FALSE(Older("log-20261127", "log.1"));
  EXPECT_FALSE(Older("a.log.2", "b.log.1"));
}

TEST(RotatedName, BelongsToALog) {
  EXPECT_EQ(LogOf("app.log.2.gz"), "app.log");
  EXPECT_EQ(LogOf("app.log.gz"), "app.log");
  EXPECT_EQ(LogOf("app.log"), "app.log");
}

}  // namespace
}  // namespace bigscan
