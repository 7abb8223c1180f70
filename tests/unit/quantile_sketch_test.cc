#include "lib/quantile_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/varint.h"
#include "tests/unit/testing.h"

namespace bigscan {
namespace {

std::string BytesOf(const QuantileSketch& sketch) {
  std::string bytes;
  sketch.Append(&bytes);
  return bytes;
}

QuantileSketch SketchOf(const std::vector<double>& values) {
  QuantileSketch sketch;
  for (double value : values) sketch.Add(value);
  return sketch;
}

QuantileSketch Read(const std::string& bytes) {
  QuantileSketch sketch;
  absl::string_view rest = bytes;
  EXPECT_TRUE(QuantileSketch::Take(&rest, &sketch));
  EXPECT_TRUE(rest.empty());
  return sketch;
}

double Uniform(Random* random) { return std::uniform_real_distribution<double>(0, 1)(*random); }

using Distribution = std::function<double(Random*)>;

std::vector<Distribution> Distributions() {
  return {
      [](Random* random) { return 1 + 1e6 * Uniform(random); },
      [](Random* random) { return std::pow(10, 6 * Uniform(random)); },
      [](Random* random) { return std::floor(10 * Uniform(random)); },
      [](Random* random) { return 2000 * Uniform(random) - 1000; },
      [](Random* random) { return std::pow(10, 600 * Uniform(random) - 300); },
      [](Random* random) { return -std::pow(10, 600 * Uniform(random) - 300); },
      [](Random* random) { return (Pick(random, 2) == 0 ? 1 : -1) * 1e300 * Uniform(random); },
      [](Random* random) { return Pick(random, 50) == 0 ? 1e300 : 100 + Uniform(random); },
      [](Random*) { return 200.0; },
  };
}

std::vector<double> Draw(const Distribution& distribution, size_t size, Random* random) {
  std::vector<double> values(size);
  for (double& value : values) value = distribution(random);
  return values;
}

void ExpectQuantiles(const QuantileSketch& sketch, std::vector<double> values) {
  ASSERT_EQ(sketch.count(), values.size());
  std::sort(values.begin(), values.end());
  for (double q : {0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<size_t>(q * static_cast<double>(values.size() - 1));
    ASSERT_LE(std::abs(sketch.Quantile(q) - values[rank]), 0.01 * std::abs(values[rank]))
        << sketch.Quantile(q) << " for " << values[rank] << ", q " << q << " of " << values.size();
  }
}

TEST(QuantileSketch, WithinOnePercentOfTheExactOnes) {
  Random random(1);
  for (const Distribution& distribution : Distributions()) {
    for (size_t size : {1, 2, 3, 10, 100, 1000, 20000}) {
      const std::vector<double> values = Draw(distribution, size, &random);
      const QuantileSketch sketch = SketchOf(values);
      ExpectQuantiles(sketch, values);
      ExpectQuantiles(Read(BytesOf(sketch)), values);
    }
  }
}

// Around each end of a bin of one power of two, and where the exponents end.
TEST(QuantileSketch, EachBinIsWithinOnePercent) {
  std::vector<double> values = {DBL_MIN, DBL_MAX, 1e-300, 1e300, std::nextafter(DBL_MIN, 1.0)};
  for (int i = 0; i <= 4096; ++i) {
    const double value = 1 + i / 4096.0;
    for (double near : {std::nextafter(value, 0.0), value, std::nextafter(value, 4.0)}) {
      values.push_back(near);
    }
  }
  for (double value : values) {
    for (double signed_value : {value, -value}) {
      ASSERT_LE(std::abs(SketchOf({signed_value}).Quantile(0) - signed_value), 0.01 * value);
    }
  }
}

TEST(QuantileSketch, ZeroIsExact) {
  const QuantileSketch sketch = SketchOf({-1, -0.0, 0.0, DBL_MIN / 2, -DBL_TRUE_MIN, 5});
  for (double q : {0.2, 0.4, 0.6, 0.8}) EXPECT_EQ(sketch.Quantile(q), 0) << q;
  EXPECT_LT(sketch.Quantile(0), 0);
  EXPECT_GT(sketch.Quantile(1), 0);
}

TEST(QuantileSketch, AnySplitHasTheSameBytes) {
  Random random(2);
  for (const Distribution& distribution : Distributions()) {
    for (size_t size : {0, 1, 5, 40, 300, 5000}) {
      std::vector<double> values = Draw(distribution, size, &random);
      const std::string expected = BytesOf(SketchOf(values));
      std::shuffle(values.begin(), values.end(), random);
      std::vector<QuantileSketch> parts(1 + Pick(&random, 6));
      for (double value : values) parts[Pick(&random, parts.size())].Add(value);
      while (parts.size() > 1) {
        QuantileSketch last = Read(BytesOf(parts.back()));
        parts.pop_back();
        const size_t into = Pick(&random, parts.size());
        if (Pick(&random, 2) == 0) std::swap(parts[into], last);
        parts[into].Merge(last);
      }
      ASSERT_EQ(parts[0].count(), size);
      ASSERT_EQ(BytesOf(parts[0]), expected);
    }
  }
}

TEST(QuantileSketch, Memory) {
  EXPECT_LE(sizeof(QuantileSketch), 64u);
  EXPECT_EQ(SketchOf({1, 1000, 1, 1000}).bytes(), 0u);
  Random random(3);
  const auto bytes = [&random](const Distribution& distribution, size_t size) {
    return SketchOf(Draw(distribution, size, &random)).bytes();
  };
  for (const Distribution& distribution : Distributions()) {
    EXPECT_LE(bytes(distribution, 10), 16 * 8u);
    EXPECT_LE(bytes(distribution, 100), 128 * 8u * 4);
  }
  EXPECT_LE(bytes(Distributions()[1], 100000), 12u << 10);
}

// Counts that only merging can reach; the list of bins can not hold them.
TEST(QuantileSketch, ManyValues) {
  QuantileSketch sketch = SketchOf({1, 1, 1, 1e9});
  for (int i = 0; i < 60; ++i) {
    QuantileSketch same;
    same.Merge(sketch);
    sketch.Merge(same);
  }
  EXPECT_EQ(sketch.count(), uint64_t{1} << 62);
  EXPECT_NEAR(sketch.Quantile(0.7), 1, 0.01);
  EXPECT_NEAR(sketch.Quantile(0.8), 1e9, 1e7);
  EXPECT_NEAR(sketch.Quantile(1), 1e9, 1e7);
}

TEST(QuantileSketch, TruncatedIsNone) {
  Random random(4);
  for (const Distribution& distribution : Distributions()) {
    const std::string bytes = BytesOf(SketchOf(Draw(distribution, 200, &random)));
    for (size_t size = 0; size < bytes.size(); ++size) {
      absl::string_view rest = absl::string_view(bytes).substr(0, size);
      QuantileSketch sketch;
      ASSERT_FALSE(QuantileSketch::Take(&rest, &sketch)) << size;
    }
  }
}

// Damaged bytes are refused, or are those of another sketch, of about their size.
TEST(QuantileSketch, DamagedBytes) {
  Random random(5);
  QuantileSketch all;
  for (int i = 0; i < 30000; ++i) {
    const std::vector<Distribution> distributions = Distributions();
    std::string bytes = BytesOf(
        SketchOf(Draw(distributions[Pick(&random, distributions.size())], 1 + i % 60, &random)));
    if (Pick(&random, 4) == 0) bytes = RandomText(&random, bytes, bytes.size());
    bytes[Pick(&random, bytes.size())] = static_cast<char>(random());
    absl::string_view rest = bytes;
    QuantileSketch sketch;
    if (!QuantileSketch::Take(&rest, &sketch)) continue;
    ASSERT_LE(sketch.bytes(), 32 * bytes.size() + 64);
    ASSERT_EQ(BytesOf(Read(BytesOf(sketch))), BytesOf(sketch));
    if (sketch.count() == 0) continue;
    ASSERT_TRUE(std::isfinite(sketch.Quantile(0.5)));
    all.Merge(sketch);
    sketch.Add(1);
  }
}

TEST(QuantileSketch, NoBytesOfOthers) {
  const auto takes = [](const std::vector<uint64_t>& numbers) {
    std::string bytes;
    for (uint64_t number : numbers) AppendVarint(number, &bytes);
    absl::string_view rest = bytes;
    QuantileSketch sketch;
    return QuantileSketch::Take(&rest, &sketch);
  };
  constexpr uint64_t kZero = 36 * 2048;
  EXPECT_TRUE(takes({0}));
  EXPECT_TRUE(takes({1, kZero, 5}));
  EXPECT_TRUE(takes({2, kZero, 5, 36, 1}));
  EXPECT_FALSE(takes({1, kZero, 0})) << "a bin without values";
  EXPECT_FALSE(takes({2, kZero, 1, 0, 1})) << "a bin twice";
  EXPECT_FALSE(takes({2, kZero, 1, 35, 1})) << "numbers that are not normal";
  EXPECT_FALSE(takes({1, kZero + 36 * 2047, 1})) << "infinity";
  EXPECT_FALSE(takes({1, UINT64_MAX, 1})) << "out of range";
  EXPECT_FALSE(takes({1, kZero, uint64_t{1} << 46})) << "too many values";
  EXPECT_FALSE(takes({UINT64_MAX, kZero, 1})) << "too many bins";
}

TEST(FormatQuantile, SixDigitsAndNoExponent) {
  EXPECT_EQ(FormatQuantile(0), "0");
  EXPECT_EQ(FormatQuantile(-0.0), "0");
  EXPECT_EQ(FormatQuantile(1), "1");
  EXPECT_EQ(FormatQuantile(10), "10");
  EXPECT_EQ(FormatQuantile(1.5), "1.5");
  EXPECT_EQ(FormatQuantile(-1.5), "-1.5");
  EXPECT_EQ(FormatQuantile(123456), "123456");
  EXPECT_EQ(FormatQuantile(1234567), "1234570");
  EXPECT_EQ(FormatQuantile(123.4567), "123.457");
  EXPECT_EQ(FormatQuantile(99.99996), "100");
  EXPECT_EQ(FormatQuantile(0.1), "0.1");
  EXPECT_EQ(FormatQuantile(0.001234567), "0.00123457");
  EXPECT_EQ(FormatQuantile(-1e300), absl::StrCat("-1", std::string(300, '0')));
  EXPECT_EQ(FormatQuantile(1e-300), absl::StrCat("0.", std::string(299, '0'), "1"));
  EXPECT_EQ(FormatQuantile(DBL_MAX), absl::StrCat("179769", std::string(303, '0')));
}

}  // namespace
}  // namespace bigscan
