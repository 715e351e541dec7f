// Writing: the same bits come back, symmetry is checked, files appear whole or not at all.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <tamis/tamis.hpp>

#include "support/folder.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

namespace fs = std::filesystem;

using test::contents;
using test::Folder;

/// Any bit pattern but those of NaNs, whose payload text cannot carry.
template <class R>
R any_number(std::mt19937_64& generator) {
    for (;;) {
        R value;
        if constexpr (sizeof(R) == 4) value = std::bit_cast<float>(static_cast<std::uint32_t>(generator()));
        else value = std::bit_cast<double>(generator());
        if (value == value) return value;
    }
}

template <class T>
T any_scalar(std::mt19937_64& generator) {
    if constexpr (is_complex_v<T>) {
        const auto re = any_number<Real<T>>(generator);
        return T(re, any_number<Real<T>>(generator));
    } else {
        return any_number<T>(generator);
    }
}

template <class T>
std::vector<T> special_scalars() {
    using L = std::numeric_limits<Real<T>>;
    std::vector<T> values;
    for (const auto v : {L::min(), L::max(), L::denorm_min(), L::epsilon(), L::infinity(), Real<T>(0.1), Real<T>(1) / 3,
                         Real<T>(0), Real<T>(1), Real<T>(123456789), L::min() - L::denorm_min()})
        for (const auto sign : {Real<T>(1), Real<T>(-1)}) {
            if constexpr (is_complex_v<T>) values.push_back(T(sign * v, -sign * v));
            else values.push_back(sign * v);
        }
    return values;
}

/// n×n with about `per_row` entries a row, whatever the values.
template <class T, class I>
Csr<T, I> any_matrix(std::int64_t rows, std::int64_t cols, std::int64_t entries, std::uint64_t seed) {
    std::mt19937_64 generator(seed);
    std::vector<std::vector<I>> places(static_cast<std::size_t>(rows));
    for (std::int64_t k = 0; k < entries; ++k)
        places[generator() % static_cast<std::uint64_t>(rows)].push_back(
            static_cast<I>(generator() % static_cast<std::uint64_t>(cols)));
    std::vector<I> offsets{0};
    std::vector<I> indices;
    std::vector<T> values;
    const auto special = special_scalars<T>();
    for (auto& row : places) {
        std::sort(row.begin(), row.end());
        row.erase(std::unique(row.begin(), row.end()), row.end());
        for (const I j : row) {
            values.push_back(values.size() < special.size() ? special[values.size()] : any_scalar<T>(generator));
            indices.push_back(j);
        }
        offsets.push_back(static_cast<I>(indices.size()));
    }
    return Csr<T, I>::from_arrays(rows, cols, std::move(offsets), std::move(indices), std::move(values));
}

template <class T, class I>
::testing::AssertionResult same_bits(const Csr<T, I>& A, const Csr<T, I>& B) {
    if (A.rows() != B.rows() || A.cols() != B.cols() || A.nnz() != B.nnz())
        return ::testing::AssertionFailure() << "shapes or numbers of entries differ: " << A.nnz() << " and " << B.nnz();
    if (!std::equal(A.row_offsets().begin(), A.row_offsets().end(), B.row_offsets().begin()) ||
        !std::equal(A.col_indices().begin(), A.col_indices().end(), B.col_indices().begin()))
        return ::testing::AssertionFailure() << "patterns differ";
    for (std::size_t k = 0; k < A.values().size(); ++k)
        if (std::memcmp(&A.values()[k], &B.values()[k], sizeof(T)) != 0)
            return ::testing::AssertionFailure() << "value " << k << ": " << A.values()[k] << " became " << B.values()[k];
    return ::testing::AssertionSuccess();
}

template <class P>
class MatrixMarketWrite : public ::testing::Test {};
TYPED_TEST_SUITE(MatrixMarketWrite, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(MatrixMarketWrite, ReadsBackTheSameBitsPlainAndCompressed) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Folder folder;
    const auto A = any_matrix<T, I>(3000, 2500, 70000, 17);  // three blocks
    for (const char* name : {"A.mtx", "A.mtx.gz", "A.mtx.zst"}) {
        write_matrix_market(folder / name, A);
        EXPECT_TRUE(same_bits(A, read_matrix_market<T, I>(folder / name))) << name;
    }
    EXPECT_EQ(contents(folder / "A.mtx.gz").substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(contents(folder / "A.mtx.zst").substr(0, 4), "\x28\xb5\x2f\xfd");
    std::stringstream stream;
    write_matrix_market(stream, A);
    EXPECT_EQ(stream.str(), contents(folder / "A.mtx"));
}

TYPED_TEST(MatrixMarketWrite, ReadsBackTheSameBitsOfDenseMatricesAndVectors) {
    using T = typename TypeParam::T;
    std::mt19937_64 generator(5);
    Matrix<T> A(70, 1000);
    for (auto& value : A.reshaped()) value = any_scalar<T>(generator);
    const Folder folder;
    write_matrix_market(folder / "A.mtx", A);
    const Matrix<T> B = read_matrix_market_dense<T>(folder / "A.mtx");
    ASSERT_EQ(B.rows(), A.rows());
    ASSERT_EQ(B.cols(), A.cols());
    EXPECT_EQ(std::memcmp(A.data(), B.data(), sizeof(T) * static_cast<std::size_t>(A.size())), 0);
    write_matrix_market(folder / "row.mtx", A.row(3).transpose());
    const Vector<T> b = read_matrix_market_vector<T>(folder / "row.mtx");
    const Vector<T> expected = A.row(3).transpose();
    EXPECT_EQ(std::memcmp(expected.data(), b.data(), sizeof(T) * static_cast<std::size_t>(b.size())), 0);
    const std::vector<T> list(A.data(), A.data() + 9);
    write_matrix_market(folder / "list.mtx", list);
    EXPECT_EQ(std::memcmp(list.data(), read_matrix_market_vector<T>(folder / "list.mtx").eval().data(), sizeof(T) * 9), 0);
}

TYPED_TEST(MatrixMarketWrite, WritesEveryEmptyShape) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [rows, cols] : {std::pair{0, 0}, std::pair{0, 3}, std::pair{3, 0}, std::pair{4, 4}}) {
        std::stringstream sparse;
        write_matrix_market(sparse, Csr<T, I>(rows, cols));
        EXPECT_TRUE(same_bits(Csr<T, I>(rows, cols), read_matrix_market<T, I>(sparse)));
        std::stringstream dense;
        write_matrix_market(dense, Matrix<T>(Matrix<T>::Zero(rows, cols)));
        const auto B = read_matrix_market_dense<T>(dense);
        EXPECT_EQ(B.rows(), rows);
        EXPECT_EQ(B.cols(), cols);
    }
}

template <class T>
Csr<T> small(const std::vector<std::tuple<int, int, T>>& entries, int n) {
    std::ostringstream text;
    Matrix<T> A = Matrix<T>::Zero(n, n);
    for (const auto& [i, j, value] : entries) A(i, j) = value;
    write_matrix_market(text, A);
    std::istringstream in(text.str());
    return read_matrix_market<T>(in);
}

template <class M>
std::string written(const M& A, const MatrixMarketWriteOptions& options = {}) {
    std::ostringstream out;
    write_matrix_market(out, A, options);
    return out.str();
}

using C = std::complex<double>;
using S = MatrixMarketSymmetry;

TEST(MatrixMarketWriter, WritesTheLowerTriangleOfEverySymmetry) {
    const auto symmetric = small<double>({{0, 0, 1}, {0, 1, 2}, {1, 0, 2}}, 2);
    EXPECT_EQ(written(symmetric, {.symmetry = S::symmetric}),
              "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 1\n2 1 2\n");
    EXPECT_EQ(written(symmetric, {.symmetry = S::hermitian}), written(symmetric, {.symmetry = S::symmetric}));
    const auto skew = small<double>({{0, 1, -2}, {1, 0, 2}}, 2);
    EXPECT_EQ(written(skew, {.symmetry = S::skew_symmetric}),
              "%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 2\n");
    const auto hermitian = small<C>({{0, 0, 1}, {0, 1, {2, -3}}, {1, 0, {2, 3}}}, 2);
    EXPECT_EQ(written(hermitian, {.symmetry = S::hermitian}),
              "%%MatrixMarket matrix coordinate complex hermitian\n2 2 2\n1 1 1 0\n2 1 2 3\n");
    const Matrix<C> dense = (Matrix<C>(2, 2) << 1, C(2, -3), C(2, 3), 5).finished();
    EXPECT_EQ(written(dense, {.symmetry = S::hermitian}),
              "%%MatrixMarket matrix array complex hermitian\n2 2\n1 0\n2 3\n5 0\n");
    const Matrix<double> skew_dense = (Matrix<double>(2, 2) << 0, -4, 4, 0).finished();
    EXPECT_EQ(written(skew_dense, {.symmetry = S::skew_symmetric}),
              "%%MatrixMarket matrix array real skew-symmetric\n2 2\n4\n");
}

TEST(MatrixMarketWriter, DetectsTheStrongestSymmetry) {
    const auto word = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    const MatrixMarketWriteOptions detect{.symmetry = S::detect};
    EXPECT_EQ(word(written(small<double>({{0, 1, 2}, {1, 0, 2}}, 2), detect)),
              "%%MatrixMarket matrix coordinate real symmetric");
    EXPECT_EQ(word(written(small<double>({{0, 1, 2}, {1, 0, -2}}, 2), detect)),
              "%%MatrixMarket matrix coordinate real skew-symmetric");
    EXPECT_EQ(word(written(small<double>({{0, 1, 2}, {1, 0, 2.5}}, 2), detect)),
              "%%MatrixMarket matrix coordinate real general");
    EXPECT_EQ(word(written(small<C>({{0, 1, {2, 1}}, {1, 0, {2, -1}}}, 2), detect)),
              "%%MatrixMarket matrix coordinate complex hermitian");
    EXPECT_EQ(word(written(small<C>({{0, 1, {2, 1}}, {1, 0, {2, 1}}}, 2), detect)),
              "%%MatrixMarket matrix coordinate complex symmetric");
    EXPECT_EQ(word(written(Matrix<double>(Matrix<double>::Ones(2, 3)), detect)), "%%MatrixMarket matrix array real general");
    EXPECT_EQ(word(written(Matrix<double>(Matrix<double>::Ones(3, 3)), detect)),
              "%%MatrixMarket matrix array real symmetric");
}

TEST(MatrixMarketWriter, RefusesASymmetryThatTheValuesDoNotHaveAndLeavesNoFile) {
    const Folder folder;
    const auto A = small<double>({{0, 0, 1}, {0, 1, 2}, {1, 0, 2}, {2, 1, 7}}, 3);
    for (const auto symmetry : {S::symmetric, S::skew_symmetric, S::hermitian})
        EXPECT_THROW(write_matrix_market(folder / "A.mtx", A, {.symmetry = symmetry}), InvalidArgument);
    EXPECT_EQ(folder.files(), 0U);
    try {
        write_matrix_market(folder / "A.mtx", A, {.symmetry = S::symmetric});
        FAIL() << "an unsymmetric matrix was written as symmetric";
    } catch (const InvalidArgument& error) {
        EXPECT_NE(std::string(error.what()).find("A(2, 1) = 7, but A(1, 2) = 0"), std::string::npos) << error.what();
    }
    EXPECT_THROW(write_matrix_market(folder / "A.mtx", Csr<double>(2, 3), {.symmetry = S::symmetric}), InvalidArgument);
    const Matrix<C> dense = (Matrix<C>(2, 2) << C(1, 1), 2, 2, 1).finished();
    EXPECT_THROW(write_matrix_market(folder / "A.mtx", dense, {.symmetry = S::hermitian}), InvalidArgument);
    EXPECT_NO_THROW(write_matrix_market(folder / "A.mtx", dense, {.symmetry = S::symmetric}));
}

TEST(MatrixMarketWriter, LeavesAFileThatWasThereAsItWasWhenItFails) {
    const Folder folder;
    const auto path = folder / "A.mtx";
    write_matrix_market(path, small<double>({{0, 1, 2}}, 2));
    const auto before = contents(path);
    EXPECT_THROW(write_matrix_market(path, small<double>({{0, 1, 3}}, 2), {.symmetry = S::symmetric}), InvalidArgument);
    EXPECT_EQ(contents(path), before);
    EXPECT_EQ(folder.files(), 1U);
}

TEST(MatrixMarketWriter, WritesCommentsThatReadBack) {
    std::stringstream stream;
    write_matrix_market(stream, small<double>({{0, 1, 2}}, 2), {.comment = "first\n second"});
    EXPECT_EQ(stream.str(), "%%MatrixMarket matrix coordinate real general\n%first\n% second\n2 2 1\n1 2 2\n");
    EXPECT_EQ(matrix_market_info(stream).comment, "first\n second");
}

TEST(MatrixMarketWriter, ObeysThePrecision) {
    const auto A = small<double>({{0, 1, 1.0 / 3}}, 2);
    EXPECT_EQ(written(A, {.precision = 3}), "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 0.333\n");
    EXPECT_NE(written(A, {.precision = 60}).find("0.333333333333333314829616256247390992939472198486328125\n"),
              std::string::npos);
    EXPECT_THROW(written(A, {.precision = -1}), InvalidArgument);
    EXPECT_THROW(written(A, {.precision = 1000000}), InvalidArgument);
}

TEST(MatrixMarketWriter, WritesEveryFieldThatTheValuesAllow) {
    const auto A = small<double>({{0, 1, 3}, {1, 0, -1e22}}, 2);
    EXPECT_EQ(written(A, {.field = MatrixMarketField::integer}),
              "%%MatrixMarket matrix coordinate integer general\n2 2 2\n1 2 3\n2 1 -10000000000000000000000\n");
    EXPECT_EQ(written(A, {.field = MatrixMarketField::pattern}),
              "%%MatrixMarket matrix coordinate pattern general\n2 2 2\n1 2\n2 1\n");
    EXPECT_EQ(written(A, {.field = MatrixMarketField::complex}),
              "%%MatrixMarket matrix coordinate complex general\n2 2 2\n1 2 3 0\n2 1 -1e+22 0\n");
    EXPECT_THROW(written(small<double>({{0, 1, 0.5}}, 2), {.field = MatrixMarketField::integer}), InvalidArgument);
    EXPECT_THROW(written(small<C>({{0, 1, {1, 1}}}, 2), {.field = MatrixMarketField::real}), InvalidArgument);
    EXPECT_EQ(written(small<C>({{0, 1, 7}}, 2), {.field = MatrixMarketField::real}),
              "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 7\n");
    EXPECT_THROW(written(Matrix<double>(Matrix<double>::Ones(2, 2)), {.field = MatrixMarketField::pattern}),
                 InvalidArgument);
    EXPECT_THROW(written(small<double>({{0, 1, 1}, {1, 0, -1}}, 2),
                         {.symmetry = S::skew_symmetric, .field = MatrixMarketField::pattern}),
                 InvalidArgument);
}

TEST(MatrixMarketWriter, TakesColumnsAndRowMajorStorage) {
    const auto A = small<double>({{0, 1, 3}, {1, 0, 4}}, 2);
    EXPECT_EQ(written(A.transposed_view()), written(small<double>({{1, 0, 3}, {0, 1, 4}}, 2)));
    const Eigen::Matrix<double, 2, 3, Eigen::RowMajor> B = (Eigen::Matrix<double, 2, 3>() << 1, 2, 3, 4, 5, 6).finished();
    EXPECT_EQ(written(B), "%%MatrixMarket matrix array real general\n2 3\n1\n4\n2\n5\n3\n6\n");
}

TEST(MatrixMarketWriter, SaysWhyAFileCannotBeWritten) {
    const auto A = small<double>({{0, 1, 3}}, 2);
    const Folder folder;
    EXPECT_THROW(write_matrix_market(folder / "no/such/folder.mtx", A), IoError);
    EXPECT_THROW(write_matrix_market(folder / "", A), IoError);
    EXPECT_THROW(write_matrix_market("/", A), IoError);
    std::ofstream closed;
    closed.setstate(std::ios::badbit);
    EXPECT_THROW(write_matrix_market(closed, A), IoError);
    EXPECT_EQ(folder.files(), 0U);
}

TEST(MatrixMarketWriter, ReportsAFullDisk) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "this machine has no /dev/full";
    const auto A = any_matrix<double, std::int32_t>(3000, 2500, 70000, 3);
    EXPECT_THROW(write_matrix_market("/dev/full", A), IoError);
    EXPECT_THROW(write_matrix_market("/dev/full", Vector<double>(Vector<double>::Ones(3))), IoError);
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
    EXPECT_NO_THROW(write_matrix_market("/dev/null", A));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

/// Runs f in a child process; its exit status.
template <class F>
int in_child(F f) {
    std::fflush(nullptr);  // what is buffered would be written twice
    const auto child = ::fork();
    if (child == 0) {
        ::alarm(60);
        std::_Exit(f());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(MatrixMarketWriter, LeavesNoFileWhenTheDiskFillsUp) {
    const Folder folder;
    const auto path = folder / "A.mtx";
    const int status = in_child([&] {
        set_threads(1);
        // A limit of the size of files stands for the full disk.
        std::signal(SIGXFSZ, SIG_IGN);
        const ::rlimit limit{100000, 100000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        try {
            write_matrix_market(path, Vector<double>(Vector<double>::Constant(200000, 0.1)));
            return 1;
        } catch (const IoError&) {
            return 0;
        }
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(folder.files(), 0U);
}

TEST(MatrixMarketWriter, TakesADashForTheStandardStreams) {
    const Folder folder;
    const auto A = small<double>({{0, 1, 3}, {1, 1, 0.1}}, 2);
    write_matrix_market(folder / "in.mtx.gz", A);
    const int status = in_child([&] {
        set_threads(1);
        const int in = ::open((folder / "in.mtx.gz").c_str(), O_RDONLY);
        const int out = ::open((folder / "out.mtx").c_str(), O_WRONLY | O_CREAT, 0600);
        if (::dup2(in, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0) return 1;
        write_matrix_market("-", read_matrix_market<double>("-"));
        return 0;
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(contents(folder / "out.mtx"), written(A));
}

TEST(MatrixMarketWriter, WritesIntoPipesAsTheyAre) {
    const Folder folder;
    const auto path = folder / "pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const auto A = small<double>({{0, 1, 3}, {1, 1, 0.1}}, 2);
    const auto child = ::fork();
    if (child == 0) {
        ::alarm(60);
        set_threads(1);
        write_matrix_market(path, A);
        std::_Exit(0);
    }
    EXPECT_TRUE(same_bits(A, read_matrix_market<double>(path)));
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(fs::is_fifo(path));
    EXPECT_EQ(folder.files(), 1U);
}

TEST(MatrixMarketWriter, KeepsPermissionsAndFollowsLinks) {
    const auto A = small<double>({{0, 1, 3}}, 2);
    const Folder folder;
    write_matrix_market(folder / "A.mtx", A);
    const auto mask = ::umask(0);
    ::umask(mask);
    struct stat status {};
    ASSERT_EQ(::stat((folder / "A.mtx").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0666U & ~mask);
    fs::permissions(folder / "A.mtx", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    fs::create_symlink("A.mtx", folder / "link.mtx");
    const auto B = small<double>({{0, 1, 4}}, 2);
    write_matrix_market(folder / "link.mtx", B);
    EXPECT_TRUE(fs::is_symlink(folder / "link.mtx"));
    EXPECT_EQ(contents(folder / "A.mtx"), written(B));
    ASSERT_EQ(::stat((folder / "A.mtx").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0640U);
    EXPECT_EQ(folder.files(), 2U);
}

TEST(MatrixMarketWriter, WritesTheSameBytesAtEveryNumberOfThreads) {
    const auto A = any_matrix<double, std::int32_t>(3000, 2500, 200000, 3);
    const int before = threads();
    set_threads(1);
    const auto one = written(A);
    std::istringstream in_one(one);
    const auto read_by_one = read_matrix_market<double>(in_one);
    set_threads(4);
    EXPECT_TRUE(one == written(A));
    std::istringstream in_four(one);
    EXPECT_TRUE(same_bits(read_by_one, read_matrix_market<double>(in_four)));
    set_threads(before);
}

}  // namespace
}  // namespace tamis
