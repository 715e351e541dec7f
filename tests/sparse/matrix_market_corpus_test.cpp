// Every file of the corpus, through every way of reading, against a tiny parser that shares nothing with the library's.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>

#include <tamis/tamis.hpp>

#include "support/matrix_market_files.hpp"

namespace tamis {
namespace {

using C = std::complex<double>;
using Entries = std::map<std::pair<std::int64_t, std::int64_t>, C>;

/// What a file says, read line by line with the C library.
struct Plain {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    Entries entries;  // zeros of arrays included
    bool array = false;
};

std::string lower(std::string word) {
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return word;
}

C mirror(C value, const std::string& symmetry) {
    if (symmetry == "hermitian") return std::conj(value);
    return symmetry == "skew-symmetric" ? -value : value;
}

/// For valid files only.
Plain parse_plainly(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    std::istringstream banner(lower(line));
    std::string object;
    std::string format;
    std::string field;
    std::string symmetry;
    banner >> object >> object >> format >> field >> symmetry;
    Plain plain;
    plain.array = format == "array";
    bool sized = false;
    std::int64_t i = symmetry == "skew-symmetric" ? 1 : 0;
    std::int64_t j = 0;
    while (std::getline(lines, line)) {
        if (line.find_first_not_of(" \t\r") == std::string::npos || line[line.find_first_not_of(' ')] == '%') continue;
        const char* p = line.c_str();
        char* end = nullptr;
        const auto whole = [&] {
            const auto n = std::strtoll(p, &end, 10);
            p = end;
            return static_cast<std::int64_t>(n);
        };
        const auto number = [&] {
            const double x = std::strtod(p, &end);
            p = end;
            return x;
        };
        if (!sized) {
            plain.rows = whole();
            plain.cols = whole();
            sized = true;
            continue;
        }
        if (!plain.array) {
            i = whole() - 1;
            j = whole() - 1;
        }
        const double re = field == "pattern" ? 1 : number();
        const C value(re, field == "complex" ? number() : 0);
        plain.entries[{i, j}] += value;
        if (symmetry != "general" && i != j) plain.entries[{j, i}] += mirror(value, symmetry);
        if (plain.array && ++i == plain.rows) {
            ++j;
            i = symmetry == "general" ? 0 : symmetry == "skew-symmetric" ? j + 1 : j;
        }
    }
    return plain;
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

template <class T>
::testing::AssertionResult agrees(const Csr<T, std::int64_t>& A, const Plain& plain) {
    if (A.rows() != plain.rows || A.cols() != plain.cols)
        return ::testing::AssertionFailure()
               << A.rows() << " × " << A.cols() << ", expected " << plain.rows << " × " << plain.cols;
    std::int64_t expected = 0;
    for (const auto& [place, value] : plain.entries) {
        if (plain.array && value == C(0)) continue;
        ++expected;
        const C read = A.coeff(place.first, place.second);
        if (!same(read.real(), value.real()) || !same(read.imag(), value.imag()))
            return ::testing::AssertionFailure()
                   << "(" << place.first << ", " << place.second << ") is " << read << ", expected " << value;
    }
    if (A.nnz() != expected) return ::testing::AssertionFailure() << A.nnz() << " entries, expected " << expected;
    return ::testing::AssertionSuccess();
}

template <class T>
::testing::AssertionResult agrees(const Matrix<T>& A, const Plain& plain) {
    if (A.rows() != plain.rows || A.cols() != plain.cols) return ::testing::AssertionFailure() << "wrong shape";
    Matrix<C> expected = Matrix<C>::Zero(plain.rows, plain.cols);
    for (const auto& [place, value] : plain.entries) expected(place.first, place.second) = value;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (const C read = A(i, j);
                !same(read.real(), expected(i, j).real()) || !same(read.imag(), expected(i, j).imag()))
                return ::testing::AssertionFailure() << "(" << i << ", " << j << ") is " << read;
    return ::testing::AssertionSuccess();
}

/// Reads the text in one of the ways that must not matter.
struct Way {
    const char* name;
    Csr<C, std::int64_t> (*read)(const test::CorpusFile&);
};

Csr<C, std::int64_t> read_stream(const std::string& bytes) {
    std::istringstream in(bytes);
    return read_matrix_market<C, std::int64_t>(in);
}

template <std::size_t bytes>
Csr<C, std::int64_t> read_in_blocks(const test::CorpusFile& file) {
    return test::mm::read_csr<C, std::int64_t>(test::mm::open_source(file.path), bytes);
}

const Way ways[] = {
    {"path", [](const test::CorpusFile& file) { return read_matrix_market<C, std::int64_t>(file.path); }},
    {"stream", [](const test::CorpusFile& file) { return read_stream(file.text()); }},
    {"one byte at a time",
     [](const test::CorpusFile& file) {
         test::OneByteAtATime buffer(file.text());
         std::istream in(&buffer);
         return read_matrix_market<C, std::int64_t>(in);
     }},
    {"one byte at a time, gzip",
     [](const test::CorpusFile& file) {
         test::OneByteAtATime buffer(test::compressed(file.text(), test::mm::Compression::gzip));
         std::istream in(&buffer);
         return read_matrix_market<C, std::int64_t>(in);
     }},
    {"blocks of 1 byte", read_in_blocks<1>},
    {"blocks of 2 bytes", read_in_blocks<2>},
    {"blocks of 13 bytes", read_in_blocks<13>},
    {"blocks of 64 bytes", read_in_blocks<64>},
    {"gzip",
     [](const test::CorpusFile& file) { return read_stream(test::compressed(file.text(), test::mm::Compression::gzip)); }},
    {"zstd",
     [](const test::CorpusFile& file) { return read_stream(test::compressed(file.text(), test::mm::Compression::zstd)); }},
    {"gzip in members",
     [](const test::CorpusFile& file) {
         return read_stream(test::compressed_in_parts(file.text(), test::mm::Compression::gzip));
     }},
    {"zstd in frames",
     [](const test::CorpusFile& file) {
         return read_stream(test::compressed_in_parts(file.text(), test::mm::Compression::zstd));
     }},
};

/// A line of an .expected file: where and with which words a file is refused.
struct Expectation {
    std::int64_t line = 0;
    std::int64_t column = 0;
    std::string fragment;
};

Expectation parse_expectation(const std::string& text) {
    Expectation e;
    char* end = nullptr;
    e.line = std::strtoll(text.c_str(), &end, 10);
    e.column = std::strtoll(end + 1, &end, 10);
    e.fragment = *end == ' ' ? end + 1 : "";
    while (!e.fragment.empty() && e.fragment.back() == '\n') e.fragment.pop_back();
    return e;
}

template <class Read>
void expect_refused(const std::string& text, const Expectation& expected, Read read) {
    ASSERT_GT(expected.line, 0) << "the .expected file is missing or malformed";
    ASSERT_FALSE(expected.fragment.empty());
    try {
        read();
        ADD_FAILURE() << "was read, though it is not valid:\n" << text.substr(0, 500);
    } catch (const ParseError& error) {
        EXPECT_EQ(error.line(), expected.line) << error.what();
        EXPECT_EQ(error.column(), expected.column) << error.what();
        EXPECT_NE(std::string(error.what()).find(expected.fragment), std::string::npos) << error.what();
        const std::string place =
            error.file() + ":" + std::to_string(error.line()) + ":" + std::to_string(error.column()) + ":";
        EXPECT_EQ(std::string(error.what()).substr(0, place.size()), place);
    }
}

std::string file_name(const ::testing::TestParamInfo<test::CorpusFile>& info) {
    return info.param.path.stem().string();
}

class MatrixMarketValid : public ::testing::TestWithParam<test::CorpusFile> {};

TEST_P(MatrixMarketValid, IsReadAsItsTextSays) {
    const auto& file = GetParam();
    const auto plain = parse_plainly(file.text());
    for (const auto& way : ways) EXPECT_TRUE(agrees(way.read(file), plain)) << way.name;
    EXPECT_TRUE(agrees(to_csr(read_matrix_market_coo<C, std::int64_t>(file.path)), plain) || plain.array);
    EXPECT_TRUE(agrees(read_matrix_market_dense<C>(file.path), plain));
    const auto info = matrix_market_info(file.path);
    EXPECT_EQ(info.rows, plain.rows);
    EXPECT_EQ(info.cols, plain.cols);
    if (info.field != MatrixMarketField::complex) {
        EXPECT_TRUE(agrees(read_matrix_market<double, std::int64_t>(file.path), plain));
        EXPECT_TRUE(agrees(read_matrix_market_dense<double>(file.path), plain));
    }
}
INSTANTIATE_TEST_SUITE_P(Corpus, MatrixMarketValid, ::testing::ValuesIn(test::corpus("valid")), file_name);

class MatrixMarketPermissive : public ::testing::TestWithParam<test::CorpusFile> {};

TEST_P(MatrixMarketPermissive, IsReadAsItsPlainSpelling) {
    const auto& file = GetParam();
    const auto spelling = file.companion(".plain");
    ASSERT_FALSE(spelling.empty()) << "the .plain file is missing";
    ASSERT_NE(spelling, file.text());
    const auto plain = parse_plainly(spelling);
    for (const auto& way : ways) EXPECT_TRUE(agrees(way.read(file), plain)) << way.name;
    EXPECT_TRUE(agrees(read_matrix_market_dense<C>(file.path), plain));
}
INSTANTIATE_TEST_SUITE_P(Corpus, MatrixMarketPermissive, ::testing::ValuesIn(test::corpus("permissive")), file_name);

class MatrixMarketInvalid : public ::testing::TestWithParam<test::CorpusFile> {};

TEST_P(MatrixMarketInvalid, IsRefusedWhereItIsWrong) {
    const auto& file = GetParam();
    const auto expected = parse_expectation(file.companion(".expected"));
    for (const auto& way : ways) {
        SCOPED_TRACE(way.name);
        expect_refused(file.text(), expected, [&] { (void)way.read(file); });
    }
    expect_refused(file.text(), expected, [&] { (void)read_matrix_market_dense<C>(file.path); });
    // Coo is read with the entries as they come, but by the same rules.
    if (file.path.stem() != "hermitian_diagonal_array")
        expect_refused(file.text(), expected, [&] { (void)read_matrix_market_coo<C, std::int64_t>(file.path); });
}
INSTANTIATE_TEST_SUITE_P(Corpus, MatrixMarketInvalid, ::testing::ValuesIn(test::corpus("invalid")), file_name);

class MatrixMarketOverflow : public ::testing::TestWithParam<test::CorpusFile> {};

void read_as(const std::string& type, const std::filesystem::path& path) {
    if (type == "float_int32") (void)read_matrix_market<float, std::int32_t>(path);
    else if (type == "double_int32") (void)read_matrix_market<double, std::int32_t>(path);
    else if (type == "complex_float_int32") (void)read_matrix_market<std::complex<float>, std::int32_t>(path);
    else if (type == "complex_double_int32") (void)read_matrix_market<C, std::int32_t>(path);
    else if (type == "float_int64") (void)read_matrix_market<float, std::int64_t>(path);
    else if (type == "double_int64") (void)read_matrix_market<double, std::int64_t>(path);
    else if (type == "complex_float_int64") (void)read_matrix_market<std::complex<float>, std::int64_t>(path);
    else if (type == "complex_double_int64") (void)read_matrix_market<C, std::int64_t>(path);
    else FAIL() << "no such type: " << type;
}

TEST_P(MatrixMarketOverflow, IsReadByTheTypesThatHoldIt) {
    const auto& file = GetParam();
    std::istringstream lines(file.companion(".expected"));
    std::string type;
    int count = 0;
    for (std::string outcome; lines >> type && std::getline(lines >> std::ws, outcome); ++count) {
        SCOPED_TRACE(type);
        if (outcome == "ok") {
            EXPECT_NO_THROW(read_as(type, file.path));
        } else if (outcome.rfind("IndexOverflow ", 0) == 0) {
            try {
                read_as(type, file.path);
                ADD_FAILURE() << "was read, though the index type cannot hold it";
            } catch (const IndexOverflow& error) {
                EXPECT_NE(std::string(error.what()).find(outcome.substr(std::strlen("IndexOverflow "))), std::string::npos)
                    << error.what();
            }
        } else {
            expect_refused(file.text(), parse_expectation(outcome), [&] { read_as(type, file.path); });
        }
    }
    EXPECT_GT(count, 0) << "the .expected file is missing or empty";
}
INSTANTIATE_TEST_SUITE_P(Corpus, MatrixMarketOverflow, ::testing::ValuesIn(test::corpus("overflow")), file_name);

TEST(MatrixMarketCorpus, HasFilesInEveryGroup) {
    for (const char* group : {"valid", "invalid", "permissive", "overflow"})
        EXPECT_GE(test::corpus(group).size(), 10U) << group;
}

TEST(MatrixMarketCompressed, IsRefusedAtEveryTruncationAndDamage) {
    const std::string text = "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1.5\n2 2 2.5\n";
    for (const auto kind : {test::mm::Compression::gzip, test::mm::Compression::zstd}) {
        const auto whole = test::compressed(text, kind);
        for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_THROW((void)read_stream(whole.substr(0, n)), Error) << n;
        EXPECT_THROW((void)read_stream(whole + "junk"), Error);
        int noticed = 0;
        for (std::size_t n = 0; n < whole.size(); ++n) {
            auto damaged = whole;
            damaged[n] = static_cast<char>(damaged[n] ^ 0x10);
            try {
                // What is still read must be the same matrix: only bytes without meaning (a time stamp) may change.
                EXPECT_EQ(read_stream(damaged).coeff(1, 1), C(2.5)) << n;
            } catch (const Error&) {
                ++noticed;
            }
        }
        EXPECT_GT(noticed, static_cast<int>(whole.size()) / 2);
    }
    EXPECT_EQ(read_stream(test::compressed(text, test::mm::Compression::gzip) + std::string(512, '\0')).nnz(), 2);
}

TEST(MatrixMarketCompressed, RefusesANameThatContradictsTheContents) {
    const auto folder = std::filesystem::path(::testing::TempDir());
    const std::string text = "%%MatrixMarket matrix coordinate real general\n1 1 0\n";
    for (const char* ending : {".gz", ".zst"}) {
        const auto path = folder / (std::string("tamis_plain_text.mtx") + ending);
        std::ofstream(path) << text;
        EXPECT_THROW((void)read_matrix_market<double>(path), IoError);
        std::filesystem::remove(path);
    }
}

TEST(MatrixMarketCompressed, GrantsOnlySmallWindowsToSmallFrames) {
    // A frame of one raw block whose header asks for a window of 2^(10 + exponent) bytes.
    const std::string text = "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 7\n";
    const auto frame = [&](unsigned exponent) {
        const auto block = (text.size() << 3) | 1U;
        std::string bytes("\x28\xb5\x2f\xfd\x00", 5);
        bytes += static_cast<char>(exponent << 3);
        for (int k = 0; k < 3; ++k) bytes += static_cast<char>((block >> (8 * k)) & 0xff);
        return bytes + text;
    };
    EXPECT_EQ(read_stream(frame(10)).coeff(0, 0), C(7));
    EXPECT_EQ(read_stream(frame(15)).coeff(0, 0), C(7));
    EXPECT_THROW((void)read_stream(frame(17)), IoError);
    EXPECT_THROW((void)read_stream(frame(21)), IoError);
}

}  // namespace
}  // namespace tamis
