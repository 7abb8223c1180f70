#include "lib/decimal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

std::string Parsed(absl::string_view text) {
  const std::optional<Decimal> value = Decimal::Parse(text);
  return value ? value->ToString() : "nothing";
}

// Up to `whole` and `fraction` digits, with a sign or none.
std::string RandomNumber(Random* random, size_t whole, size_t fraction) {
  std::string text = Pick(random, 2) == 0 ? "-" : "";
  text += RandomText(random, "0123456789", 1 + Pick(random, whole));
  if (const size_t size = Pick(random, fraction + 1); size > 0) {
    absl::StrAppend(&text, ".", RandomText(random, "0123456789", size));
  }
  return text;
}

template <typename T>
std::string BytesOf(const T& value) {
  std::string bytes;
  value.Append(&bytes);
  return bytes;
}

DecimalSum SumOf(const std::vector<std::string>& texts) {
  DecimalSum sum;
  for (const std::string& text : texts) sum.Add(Decimal::Parse(text).value());
  return sum;
}

TEST(Decimal, Notations) {
  for (const char* text : {"12.5", "+12.5", "12.50", "0012.5", "125e-1", "1.25E1", "1.25e+1",
                           "0.00125e4", "0000000000000000000012.5000000000000000000000"}) {
    EXPECT_EQ(Parsed(text), "12.5") << text;
  }
  EXPECT_EQ(Parsed(".5"), "0.5");
  EXPECT_EQ(Parsed("5."), "5");
  EXPECT_EQ(Parsed("-.5e1"), "-5");
}

TEST(Decimal, Zeros) {
  for (const char* text : {"0", "-0", "+0.", "-.0", "0e999999999999999999999", "-0.00e-5"}) {
    EXPECT_EQ(Parsed(text), "0") << text;
    EXPECT_EQ(Decimal::Parse(text), Decimal()) << text;
  }
}

TEST(Decimal, NoNumbers) {
  for (const char* text : {"",    "+",   "-",    ".",   "-.",  "e",     "e5",    ".e5",
                           "1e",  "1e+", "1e-",  "--1", "+-1", "1.2.3", " 1",    "1 ",
                           "inf", "nan", "-inf", "0x1", "1,5", "1e5.",  "1e5e5", "12345678901x",
                           "1.x", "1/2"}) {
    EXPECT_EQ(Parsed(text), "nothing") << text;
  }
  EXPECT_EQ(Parsed(absl::string_view("1\0", 2)), "nothing");
}

TEST(Decimal, WhatFits) {
  const std::string nines(18, '9');
  EXPECT_EQ(Parsed(nines + "." + nines), nines + "." + nines);
  EXPECT_EQ(Parsed("-" + nines + nines + "e-18"), "-" + nines + "." + nines);
  EXPECT_EQ(Parsed("1e17"), "100000000000000000");
  EXPECT_EQ(Parsed("1e-18"), "0.000000000000000001");
  for (const char* text : {"1e18", "1e-19", "1000000000000000000", "0.0000000000000000001",
                           "1e999999999999999999999", "1e-999999999999999999999"}) {
    EXPECT_EQ(Parsed(text), "nothing") << text;
  }
}

// Each byte in each place of a short text: what words of bytes tell is what bytes tell.
TEST(Decimal, AnyByteInAShortText) {
  for (size_t size = 1; size <= 10; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = std::string("9876543210").substr(0, size);
        text[at] = static_cast<char>(byte);
        const bool is_digit = byte >= '0' && byte <= '9';
        const bool is_number = is_digit || (size > 1 && byte == '.') ||
                               (size > 1 && at == 0 && (byte == '+' || byte == '-')) ||
                               (at > 0 && at + 1 < size && (byte == 'e' || byte == 'E'));
        const std::optional<Decimal> value = Decimal::Parse(text);
        if (byte == 'e' || byte == 'E') {
          ASSERT_TRUE(is_number || !value) << text;  // may be too large
        } else {
          ASSERT_EQ(value.has_value(), is_number) << text;
        }
        if (value) {
          ASSERT_EQ(value->ToDouble(), strtod(text.c_str(), nullptr)) << text;
        }
      }
    }
  }
}

TEST(Decimal, NearestDouble) {
  Random random(1);
  for (int i = 0; i < 50000; ++i) {
    const std::string text = RandomNumber(&random, 1 + Pick(&random, 18), Pick(&random, 19));
    ASSERT_EQ(Decimal::Parse(text)->ToDouble(), strtod(text.c_str(), nullptr)) << text;
    const std::string small = absl::StrCat(text.substr(0, 3), "e-16");
    if (const std::optional<Decimal> value = Decimal::Parse(small)) {
      ASSERT_EQ(value->ToDouble(), strtod(small.c_str(), nullptr)) << small;
    }
  }
}

TEST(Decimal, OrderOfValues) {
  const std::vector<const char*> ascending = {"-10",  "-9.5", "-9.25", "-1",  "-0.5", "-1e-18",
                                              "0",    "1e-9", "0.5",   "1",   "1.05", "1.5",
                                              "9.25", "9.5",  "10",    "1e17"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      const Decimal a = Decimal::Parse(ascending[i]).value();
      const Decimal b = Decimal::Parse(ascending[j]).value();
      EXPECT_EQ(a <=> b, i <=> j) << ascending[i] << " " << ascending[j];
    }
  }
  EXPECT_EQ(Decimal::Parse("1.0"), Decimal::Parse("1"));
}

TEST(Decimal, ComesBackAsItWas) {
  Random random(2);
  for (int i = 0; i < 5000; ++i) {
    const Decimal value = Decimal::Parse(RandomNumber(&random, 18, 18)).value();
    ASSERT_EQ(Parsed(value.ToString()), value.ToString());
    const std::string bytes = BytesOf(value);
    absl::string_view rest = bytes;
    Decimal read;
    ASSERT_TRUE(Decimal::Take(&rest, &read));
    ASSERT_EQ(read, value);
    ASSERT_TRUE(rest.empty());
    for (size_t size = 0; size < bytes.size(); ++size) {
      rest = absl::string_view(bytes).substr(0, size);
      ASSERT_FALSE(Decimal::Take(&rest, &read)) << value.ToString() << " cut to " << size;
    }
  }
  EXPECT_EQ(BytesOf(Decimal::Parse("200").value()).size(), 3u);
}

// Damaged bytes are refused, or are those of another value.
TEST(Decimal, RandomBytes) {
  Random random(3);
  for (int i = 0; i < 100000; ++i) {
    std::string bytes = {static_cast<char>(Pick(&random, 9))};
    while (Pick(&random, 16) != 0) bytes += static_cast<char>(random());
    absl::string_view rest = bytes;
    Decimal value;
    if (Decimal::Take(&rest, &value)) {
      ASSERT_EQ(Parsed(value.ToString()), value.ToString());
    }
    rest = bytes;
    DecimalSum sum;
    if (DecimalSum::Take(&rest, &sum)) {
      sum.Merge(sum);
      ASSERT_NE(sum.Mean(1 + random() % 3), "");
      ASSERT_NE(sum.ToString(), "-0");
    }
  }
}

TEST(DecimalSum, Exact) {
  EXPECT_EQ(DecimalSum().ToString(), "0");
  EXPECT_EQ(SumOf({"0.1", "0.2"}).ToString(), "0.3");
  EXPECT_EQ(SumOf({"1e17", "1e-18", "-1e17"}).ToString(), "0.000000000000000001");
  EXPECT_EQ(SumOf({"1", "-0.75"}).ToString(), "0.25");
  EXPECT_EQ(SumOf({"-1", "0.75"}).ToString(), "-0.25");
  EXPECT_EQ(SumOf({"-0.5", "-0.5"}).ToString(), "-1");
  EXPECT_EQ(SumOf(std::vector<std::string>(25, "9e17")).ToString(), "22500000000000000000");
}

// Against numbers of which the digits are added in columns.
TEST(DecimalSum, NaiveColumns) {
  Random random(4);
  for (int round = 0; round < 300; ++round) {
    __int128 scaled = 0;  // in 10^-9, and no more than 10^27
    DecimalSum sum;
    for (uint64_t i = Pick(&random, 200); i > 0; --i) {
      const auto whole = static_cast<int64_t>(random()) / 10;
      const auto billionths = static_cast<int64_t>(Pick(&random, 1000000000));
      scaled += static_cast<__int128>(whole) * 1000000000 + (whole < 0 ? -billionths : billionths);
      const absl::Dec fraction(billionths, absl::kZeroPad9);
      sum.Add(Decimal::Parse(absl::StrCat(whole, ".", fraction)).value());
    }
    __int128 rest = scaled < 0 ? -scaled : scaled;
    std::string expected;
    for (int i = 0; i < 40; ++i, rest /= 10) {
      if (i == 9) expected += '.';
      expected += static_cast<char>('0' + rest % 10);
    }
    std::reverse(expected.begin(), expected.end());
    expected.erase(0, std::min(expected.find_first_not_of('0'), expected.find('.') - 1));
    expected.erase(expected.find_last_not_of('0') + 1);
    if (expected.back() == '.') expected.pop_back();
    ASSERT_EQ(sum.ToString(), absl::StrCat(scaled < 0 ? "-" : "", expected));
  }
}

TEST(DecimalSum, AnySplitHasTheSameBytes) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> texts;
    for (uint64_t i = Pick(&random, 100); i > 0; --i) {
      texts.push_back(RandomNumber(&random, 18, 18));
    }
    const DecimalSum whole = SumOf(texts);
    std::shuffle(texts.begin(), texts.end(), random);
    std::vector<DecimalSum> parts(1 + Pick(&random, 5));
    for (const std::string& text : texts) {
      parts[Pick(&random, parts.size())].Add(Decimal::Parse(text).value());
    }
    DecimalSum merged;
    for (const DecimalSum& part : parts) {
      const std::string bytes = BytesOf(part);
      absl::string_view rest = bytes;
      DecimalSum read;
      ASSERT_TRUE(DecimalSum::Take(&rest, &read));
      ASSERT_TRUE(rest.empty());
      merged.Merge(read);
      for (size_t size = 0; size < bytes.size(); ++size) {
        rest = absl::string_view(bytes).substr(0, size);
        ASSERT_FALSE(DecimalSum::Take(&rest, &read)) << size;
      }
    }
    ASSERT_EQ(BytesOf(merged), BytesOf(whole));
    ASSERT_EQ(merged.ToString(), whole.ToString());
  }
}

// 2^60 of the largest numbers, by doubling.
TEST(DecimalSum, DoesNotOverflow) {
  DecimalSum sum = SumOf({"-999999999999999999.999999999999999999"});
  for (int i = 0; i < 60; ++i) sum.Merge(DecimalSum(sum));
  EXPECT_EQ(sum.ToString(), "-1152921504606846975999999999999999998.847078495393153024");
  EXPECT_EQ(sum.Mean(uint64_t{1} << 60), "-1000000000000000000");
  EXPECT_EQ(sum.Mean(UINT64_MAX), "-62500000000000000.003388");
  const std::string bytes = BytesOf(sum);
  absl::string_view rest = bytes;
  DecimalSum read;
  ASSERT_TRUE(DecimalSum::Take(&rest, &read));
  EXPECT_EQ(read.ToString(), sum.ToString());
}

TEST(DecimalSum, OrderOfValues) {
  const std::vector<DecimalSum> ascending = {
      SumOf({"-9e17", "-9e17"}), SumOf({"-1", "-0.5"}), SumOf({"-1.25"}),
      SumOf({"-2", "1"}),        SumOf({"1", "-1.5"}),  SumOf({"-1e-18"}),
      SumOf({"0.5", "-0.5"}),    SumOf({"1e-18"}),      SumOf({"1", "-0.5"}),
      SumOf({"0.5", "0.5"}),     SumOf({"2", "-0.5"}),  SumOf({"9e17", "9e17", "0.5"})};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(ascending[i] <=> ascending[j], i <=> j) << i << " " << j;
      if (i < j) {
        EXPECT_LE(ascending[i].Floor(), ascending[j].Floor());
      }
    }
  }
  EXPECT_EQ(SumOf({"0.5", "0.5"}), SumOf({"2", "-1"}));
  EXPECT_EQ(SumOf({"1", "-1.5"}).Floor(), -1);
  EXPECT_EQ(SumOf({"-1", "2.5"}).Floor(), 1);
}

TEST(DecimalSum, Mean) {
  EXPECT_EQ(SumOf({"1", "2"}).Mean(2), "1.5");
  EXPECT_EQ(SumOf({"10"}).Mean(3), "3.333333");
  EXPECT_EQ(SumOf({"20"}).Mean(3), "6.666667");
  EXPECT_EQ(SumOf({"-20"}).Mean(3), "-6.666667");
  EXPECT_EQ(SumOf({"0.0000005"}).Mean(1), "0.000001");
  EXPECT_EQ(SumOf({"-0.0000005"}).Mean(1), "-0.000001");
  EXPECT_EQ(SumOf({"-0.000000499999999999"}).Mean(1), "0");
  EXPECT_EQ(SumOf({"0.9999995"}).Mean(1), "1");
  EXPECT_EQ(SumOf({"1"}).Mean(UINT64_MAX), "0");
  EXPECT_EQ(DecimalSum().Mean(7), "0");
}

}  // namespace
}  // namespace bigscan
