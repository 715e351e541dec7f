#include <tamis/sparse/save.hpp>

#include <sys/stat.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/folder.hpp"
#include "support/saved_bytes.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {
namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A Hermitian matrix of order 3, definite for a positive d and indefinite for a negative one.
template <class T>
Csr<T> small(double d) {
    Assembly<T> A(3, 3);
    A.set(0, 0, T(4));
    A.set(1, 1, T(5));
    A.set(2, 2, scalar<T>(d));
    A.set(0, 2, scalar<T>(1, 0.5));
    A.set(2, 0, scalar<T>(1, -0.5));
    return A.csr();
}

/// CRC-64/XZ bit by bit, as its definition says.
std::uint64_t crc(std::uint64_t state, const char* bytes, std::size_t size) {
    for (std::size_t k = 0; k < size; ++k) {
        state ^= static_cast<unsigned char>(bytes[k]);
        for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0xc96c5795d7870f42U : 0U);
    }
    return state;
}

std::uint64_t word_at(const std::string& bytes, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
}

/// Makes all checksums right again, in a file whose lengths are; gives where the payloads lie.
std::vector<std::pair<std::size_t, std::size_t>> sign(std::string& bytes) {
    std::uint64_t state = crc(~std::uint64_t{0}, bytes.data(), 56);
    const auto put = [&](std::size_t at) {
        const auto sum = ~state;
        std::memcpy(bytes.data() + at, &sum, sizeof sum);
    };
    put(56);
    std::vector<std::pair<std::size_t, std::size_t>> payloads;
    for (std::size_t at = 64; at + 24 <= bytes.size();) {
        const auto size = static_cast<std::size_t>(word_at(bytes, at + 8));
        payloads.emplace_back(at + 16, size);
        state = crc(state, bytes.data() + at, 16 + size);
        at += 16 + size;
        put(at);
        at += 8;
    }
    return payloads;
}

template <class F>
F make();
template <>
SparseCholesky<double> make() {
    return cholesky(small<double>(3));
}
template <>
SparseCholesky<std::complex<double>, std::int32_t> make() {
    return cholesky(small<std::complex<double>>(3));
}
template <>
SparseLdlt<double> make() {
    return ldlt(small<double>(-3));
}
template <>
SparseLu<double> make() {
    return lu(small<double>(-3), {.ordering = Ordering::given, .permutation = {2, 0, 1}});
}
#if TAMIS_WITH_GPL
template <>
SparseQr<double> make() {
    // Wide and of rank 1, so that all parts are there.
    Assembly<double> A(2, 3);
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 3; ++j) A.set(i, j, (i + 1) * (j + 1));
    return qr(A.csr());
}
#endif

template <class F>
class SavedFile : public ::testing::Test {};
using ClassesToDamage =
    ::testing::Types<SparseCholesky<double>, SparseCholesky<std::complex<double>>, SparseLdlt<double>, SparseLu<double>
#if TAMIS_WITH_GPL
                     ,
                     SparseQr<double>
#endif
                     >;
TYPED_TEST_SUITE(SavedFile, ClassesToDamage);

TYPED_TEST(SavedFile, IsRefusedForEveryDamagedBit) {
    const auto file = bytes_of(make<TypeParam>());
    ASSERT_LT(file.size(), 4000U);
    ASSERT_EQ(from_bytes<TypeParam>(file).rows(), make<TypeParam>().rows());
    std::size_t refused = 0;
    for (std::size_t k = 0; k < file.size(); ++k) {
        for (int bit = 0; bit < 8; ++bit) {
            auto damaged = file;
            damaged[k] = static_cast<char>(damaged[k] ^ (1 << bit));
            try {
                (void)from_bytes<TypeParam>(damaged);
                ADD_FAILURE() << "bit " << bit << " of byte " << k << " may be damaged";
            } catch (const ParseError& error) {
                ++refused;
                EXPECT_EQ(error.line(), 1);
            }
        }
    }
    EXPECT_EQ(refused, 8 * file.size());
}

TYPED_TEST(SavedFile, IsRefusedWhereverItIsCutOffAndWhenItGoesOn) {
    const Folder folder;
    const auto path = folder / "factor";
    const auto file = bytes_of(make<TypeParam>());
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<TypeParam>(file.substr(0, size)); })) << size;
    for (const std::size_t size : {std::size_t{0}, std::size_t{63}, file.size() / 2, file.size() - 1}) {
        write_file(path, file.substr(0, size));
        EXPECT_TRUE(throws<ParseError>([&] { (void)load<TypeParam>(path); }, path.string(), "cut off")) << size;
    }
    write_file(path, file + '\0');
    EXPECT_TRUE(throws<ParseError>([&] { (void)load<TypeParam>(path); }, "1 bytes behind its end"));
    write_file(path, file + file);
    EXPECT_TRUE(throws<ParseError>([&] { (void)load<TypeParam>(path); }, "behind its end"));
}

TYPED_TEST(SavedFile, WithForgedNumbersAndRightChecksumsIsRefusedOrSolves) {
    auto file = bytes_of(make<TypeParam>());
    const auto original = file;
    const auto payloads = sign(file);
    ASSERT_TRUE(file == original) << "the checksums are those of CRC-64/XZ";
    ASSERT_GT(payloads.size(), 5U);
    std::size_t refused = 0;
    std::size_t taken = 0;
    for (const auto& [first, size] : payloads) {
        for (std::size_t at = first; at + 4 <= first + size; at += 4) {
            for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40, ~std::uint64_t{0},
                                             ~std::uint64_t{0} >> 1, std::uint64_t{0x7ff0000000000000}}) {
                auto forged = original;
                std::memcpy(forged.data() + at, &word, at + 8 <= first + size ? 8 : 4);
                (void)sign(forged);
                try {
                    const auto g = from_bytes<TypeParam>(forged);
                    ++taken;
                    if (g.rows() > 3 || g.cols() > 3) continue;
                    (void)g.solve(Vector<typename TypeParam::scalar_type>::Ones(g.rows()).eval());
                    (void)g.analysis().permutation();
                } catch (const Error&) {
                    ++refused;
                }
            }
        }
    }
    EXPECT_GT(refused, 100U);
    EXPECT_GT(taken, 0U);
}

TEST(Save, SumsUpByCrc64Xz) {
    // The check value of the catalogue of CRC algorithms (Cook), for "123456789".
    EXPECT_EQ(~crc(~std::uint64_t{0}, "123456789", 9), 0x995dc9bbdf1939faU);
}

TEST(Load, RefusesALengthBeyondTheFileBeforeItAllocates) {
    auto file = bytes_of(make<SparseLu<double>>());
    for (const std::uint64_t size : {std::uint64_t{1} << 45, ~std::uint64_t{0}, std::uint64_t{file.size()}}) {
        std::memcpy(file.data() + 64 + 8, &size, sizeof size);
        EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<double>>(file); }, "cut off", std::to_string(size)));
    }
}

TEST(Load, RefusesOtherClassesScalarsAndIndicesByName) {
    const auto file = bytes_of(make<SparseLu<double>>());
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseCholesky<double>>(file); },
                                   "holds a SparseLu<double, int32>", "not a SparseCholesky<double, int32>"));
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLdlt<double>>(file); }, "not a SparseLdlt"));
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseQr<double>>(file); }, "not a SparseQr"));
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<float>>(file); }, "not a SparseLu<float, int32>"));
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<std::complex<double>>>(file); }, "complex<double>"));
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<double, std::int64_t>>(file); }, "int64"));
}

TEST(Load, RefusesFilesOfNewerVersionsAndOfOtherKinds) {
    auto file = bytes_of(make<SparseLu<double>>());
    file[8] = 2;
    (void)sign(file);
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<double>>(file); }, "version 2", "reads version 1"));
    auto swapped = bytes_of(make<SparseLu<double>>());
    std::swap(swapped[12], swapped[15]);
    (void)sign(swapped);
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<double>>(swapped); }, "endianness"));
    const std::string text(200, 'x');
    EXPECT_TRUE(throws<ParseError>([&] { (void)from_bytes<SparseLu<double>>(text); }, "no factorization that tamis saved"));
}

TEST(Load, LeavesAStreamBehindTheFactorization) {
    std::stringstream both(std::ios::in | std::ios::out | std::ios::binary);
    both << "before";
    save(make<SparseLu<double>>(), both);
    save(make<SparseCholesky<double>>(), both);
    both << "after";
    both.seekg(6);
    EXPECT_EQ(load<SparseLu<double>>(both).rows(), 3);
    EXPECT_EQ(load<SparseCholesky<double>>(both).rows(), 3);
    std::string rest;
    both >> rest;
    EXPECT_EQ(rest, "after");
}

TEST(Save, WritesAFileWholeAndNoOther) {
    const Folder folder;
    const auto path = folder / "factor";
    write_file(path, "what was there");
    const auto f = make<SparseLu<double>>();
    save(f, path);
    EXPECT_EQ(folder.files(), 1U);
    EXPECT_TRUE(contents(path) == bytes_of(f));
    EXPECT_EQ(load<SparseLu<double>>(path).rows(), 3);
}

TEST(Save, LeavesAFileAsItWasWhenItFails) {
    const Folder folder;
    const auto path = folder / "factor";
    write_file(path, "what was there");
    auto f = make<SparseCholesky<double>>();
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { f.refactor(small<double>(-3)); }));
    EXPECT_TRUE(throws<Error>([&] { save(f, path); }, "save"));
    const auto moved = std::move(f);
    // NOLINTNEXTLINE(bugprone-use-after-move): that is what is refused
    EXPECT_TRUE(throws<Error>([&] { save(f, path); }, "save"));
#if TAMIS_WITH_MUMPS
    Assembly<double> A(2, 2);
    A.set(0, 1, 1);
    A.set(1, 0, 1);
    EXPECT_TRUE(throws<Unsupported>([&] { save(ldlt(A.csr()), path); }, "save: MUMPS", "save the matrix"));
#endif
    EXPECT_EQ(contents(path), "what was there");
    EXPECT_EQ(folder.files(), 1U);
}

TEST(Save, SaysWhyAFileCannotBeWrittenOrRead) {
    const Folder folder;
    const auto f = make<SparseLu<double>>();
    EXPECT_TRUE(throws<IoError>([&] { save(f, folder / "no/factor"); }, "save: ", "no/factor"));
    EXPECT_TRUE(throws<IoError>([&] { save(f, folder / ""); }, "save: ", "folder"));
    EXPECT_TRUE(throws<IoError>([&] { (void)load<SparseLu<double>>(folder / "none"); }, "load: ", "none", "No such file"));
    EXPECT_TRUE(throws<IoError>([&] { (void)load<SparseLu<double>>(folder / ""); }, "load: ", "folder"));
    if (fs::exists("/dev/full")) {
        EXPECT_TRUE(throws<IoError>([&] { save(f, "/dev/full"); }, "save: ", "No space"));
    }
    EXPECT_TRUE(throws<ParseError>([&] { (void)load<SparseLu<double>>("/dev/null"); }, "no factorization"));
    std::ostringstream broken;
    broken.setstate(std::ios::failbit);
    EXPECT_TRUE(throws<IoError>([&] { save(f, broken); }, "save: ", "stream"));
    std::istringstream failed;
    failed.setstate(std::ios::failbit);
    EXPECT_TRUE(throws<IoError>([&] { (void)load<SparseLu<double>>(failed); }, "load: "));
}

}  // namespace
}  // namespace tamis::test
