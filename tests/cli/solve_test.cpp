// tamis solve and tamis lstsq.
#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "run_program.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Solve : public CliTest {
  public:
    /// (1, 0, 1): the row sums of tridiagonal().
    [[nodiscard]] std::string rhs() const {
        return file("b.mtx", "%%MatrixMarket matrix array real general\n3 1\n1\n0\n1\n");
    }
};

void expect_values(const std::vector<double>& got, const std::vector<double>& expected, double tolerance) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance) << i;
}

TEST_F(Solve, WritesTheSolution) {
    const Outcome r = tamis({"solve", tridiagonal(), rhs(), "-o", path("x.mtx")});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    EXPECT_EQ(r.err, "");
    expect_values(array_values(contents(path("x.mtx"))), {1, 1, 1}, 1e-14);
    for (const char* words : {"backward error", "condition", "digits to trust", "residual", "cholesky", "Why this method"})
        EXPECT_THAT(r.out, HasSubstr(words));
}

TEST_F(Solve, IteratesByAMethodThatIsNamed) {
    for (const char* method : {"cg", "minres", "gmres", "bicgstab", "idrs", "tfqmr", "flexible-cg"}) {
        const Outcome r = tamis({"solve", tridiagonal(), rhs(), "--method", method, "--json"});
        ASSERT_EQ(r.exit_code, 0) << r.err;
        const auto j = r.json();
        EXPECT_LE(j.at("relative_residual").get<double>(), 1e-8) << method;
        EXPECT_EQ(j.at("converged"), true);
        EXPECT_TRUE(j.at("condition_estimate").is_null());
    }
    const Outcome text = tamis({"solve", tridiagonal(), "--method", "cg", "--preconditioner", "block-jacobi"});
    ASSERT_EQ(text.exit_code, 0) << text.err;
    for (const char* words : {"preconditioner: block_jacobi", "iterations", "forward error"})
        EXPECT_THAT(text.out, HasSubstr(words));
    const Outcome short_of = tamis({"solve", tridiagonal(), rhs(), "--method", "cg", "--preconditioner", "none",
                                    "--tolerance", "1e-14", "--max-iterations", "1"});
    EXPECT_EQ(short_of.exit_code, 1);
    EXPECT_THAT(short_of.err, HasSubstr("cg"));
}

TEST_F(Solve, JsonHasTheHistoryOfAnIteration) {
    for (const char* method : {"cg", "block-cg", "gcrodr", "lsqr"}) {
        const Outcome r = tamis({"solve", tridiagonal(), rhs(), "--method", method, "--json"});
        ASSERT_EQ(r.exit_code, 0) << r.err;
        EXPECT_EQ(r.err, "") << "nothing is displayed without a terminal";
        const auto j = r.json();
        const auto history = j.at("residual_history").get<std::vector<double>>();
        ASSERT_EQ(history.size(), j.at("iterations").get<std::size_t>() + 1) << method;
        EXPECT_NEAR(history.front(), std::sqrt(2.0), 1e-14);  // b = (1, 0, 1)
        EXPECT_LT(history.back(), 1e-8);
    }
    EXPECT_TRUE(tamis({"solve", tridiagonal(), "--json"}).json().at("residual_history").empty());
}

TEST_F(Solve, IteratesByItselfWhereTheFactorDoesNotFit) {
    const std::string A = path("A.mtx");
    ASSERT_EQ(tamis({"generate", "poisson3d", "22", "-o", A}).exit_code, 0);
    const auto j = tamis({"solve", A, "--memory-limit", "6M", "--json"}).json();
    EXPECT_EQ(j.at("method"), "cg");
    EXPECT_EQ(j.at("preconditioner"), "amg");
    EXPECT_LT(j.at("backward_error").get<double>(), 2.3e-13);
    EXPECT_LT(j.at("forward_error").get<double>(), 1e-9);
    EXPECT_GT(j.at("condition_estimate").get<double>(), 10);
}

TEST_F(Solve, JsonHasThePinnedFields) {
    const Outcome r = tamis({"solve", tridiagonal(), rhs(), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto j = r.json();
    EXPECT_EQ(j.at("method"), "cholesky");
    EXPECT_TRUE(j.at("reasons").is_array());
    EXPECT_FALSE(j.at("reasons").empty());
    EXPECT_EQ(j.at("status"), "converged");
    EXPECT_EQ(j.at("converged"), true);
    EXPECT_GE(j.at("iterations"), 0);
    EXPECT_LE(j.at("residual_norm").get<double>(), 1e-14);
    EXPECT_LE(j.at("relative_residual").get<double>(), 1e-14);
    EXPECT_LE(j.at("backward_error").get<double>(), 100 * 2.3e-16);
    // ‖A‖₁ = 4 and ‖A⁻¹‖₁ = 2 (the middle column of the inverse is (½, 1, ½)).
    EXPECT_NEAR(j.at("condition_estimate").get<double>(), 8, 1e-10);
    EXPECT_GE(j.at("factor_nonzeros"), 3);
    EXPECT_GE(j.at("flops"), 0);
    EXPECT_GE(j.at("bytes"), 0);
    for (const char* phase : {"read", "analyze", "factor", "solve", "total"})
        EXPECT_GE(j.at("seconds").at(phase), 0) << phase;
    EXPECT_TRUE(j.at("warnings").is_array());
    EXPECT_EQ(j.at("rank"), 3);
    EXPECT_EQ(j.at("rows"), 3);
    EXPECT_EQ(j.at("cols"), 3);
    EXPECT_EQ(j.at("nnz"), 7);
    EXPECT_TRUE(j.at("forward_error").is_null()) << "the answer to a given b is not known";
}

TEST_F(Solve, WithoutARightHandSideTheForwardErrorIsShown) {
    const auto j = tamis({"solve", tridiagonal(), "--json"}).json();
    EXPECT_LE(j.at("forward_error").get<double>(), 1e-14);
    EXPECT_THAT(tamis({"solve", tridiagonal()}).out, HasSubstr("forward error"));
    EXPECT_THAT(tamis({"solve", tridiagonal(), rhs()}).out, Not(HasSubstr("forward error")));
}

TEST_F(Solve, EveryColumnIsARightHandSide) {
    const std::string b = file("B.mtx", "%%MatrixMarket matrix array real general\n2 3\n3\n7\n1\n3\n0\n0\n");
    const Outcome r = tamis({"solve", small_general(), b, "-o", path("X.mtx"), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    expect_values(array_values(contents(path("X.mtx"))), {1, 1, 1, 0, 0, 0}, 1e-13);
    EXPECT_EQ(r.json().at("right_hand_sides"), 3);
    EXPECT_EQ(r.json().at("method"), "lu");
}

TEST_F(Solve, ASparseRightHandSideIsFine) {
    const std::string b = file("b.mtx", "%%MatrixMarket matrix coordinate real general\n3 1 2\n1 1 1\n3 1 1\n");
    ASSERT_EQ(tamis({"solve", tridiagonal(), b, "-o", path("x.mtx")}).exit_code, 0);
    expect_values(array_values(contents(path("x.mtx"))), {1, 1, 1}, 1e-14);
}

TEST_F(Solve, TheMethodThatIsAskedForIsObeyed) {
    std::vector<const char*> methods{"banded", "cholesky", "ldlt", "lu"};
    if (TAMIS_WITH_GPL) methods.push_back("qr");
    for (const char* method : methods) {
        const Outcome r = tamis({"solve", tridiagonal(), "--method", method, "--json"});
        ASSERT_EQ(r.exit_code, 0) << method << ": " << r.err;
        EXPECT_EQ(r.json().at("method"), method);
        EXPECT_LE(r.json().at("forward_error").get<double>(), 1e-13);
    }
    EXPECT_EQ(tamis({"solve", tridiagonal(), "--method", "auto", "--json"}).json().at("method"), "cholesky");
    const std::string lower =
        file("lower.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 2\n2 1 1\n2 2 4\n");
    EXPECT_EQ(tamis({"solve", lower, "--json"}).json().at("method"), "triangular");
    EXPECT_EQ(tamis({"solve", lower, "--method", "triangular", "--json"}).exit_code, 0);
    const std::string diagonal = file("d.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 2\n2 2 4\n");
    EXPECT_EQ(tamis({"solve", diagonal, "--method", "diagonal", "--json"}).json().at("method"), "diagonal");
    EXPECT_EQ(tamis({"solve", tridiagonal(), "--method", "triangular"}).exit_code, 2);
    EXPECT_EQ(tamis({"solve", small_general(), "--method", "ldlt"}).exit_code, 2) << "not Hermitian";
}

TEST_F(Solve, OrderingsPrecisionsAndNoPreconditionerAreAccepted) {
    for (const char* ordering : {"auto", "amd", "natural", "nested-dissection", "nested_dissection"})
        EXPECT_EQ(tamis({"solve", tridiagonal(), "--ordering", ordering}).exit_code, 0) << ordering;
    EXPECT_EQ(tamis({"solve", small_general(), "--ordering", "colamd"}).exit_code, 0);
    for (const char* precision : {"working", "mixed"})
        EXPECT_LE(
            tamis({"solve", tridiagonal(), "--precision", precision, "--json"}).json().at("backward_error").get<double>(),
            1e-13)
            << precision;
    EXPECT_EQ(tamis({"solve", tridiagonal(), "--preconditioner", "none"}).exit_code, 0);
    EXPECT_EQ(tamis({"solve", tridiagonal(), "--tolerance", "1e-8", "--max-iterations", "3"}).exit_code, 0);
}

TEST_F(Solve, ANarrowBandIsSolvedAsOne) {
    const std::string A = path("A.mtx");
    ASSERT_EQ(tamis({"generate", "poisson1d", "200", "-o", A}).exit_code, 0);
    const auto j = tamis({"solve", A, "--json"}).json();
    EXPECT_EQ(j.at("method"), "banded");
    EXPECT_EQ(tamis({"info", A, "--json"}).json().at("recommendation").at("method"), "banded");
    EXPECT_THAT(j.at("reasons").front().get<std::string>(), HasSubstr("narrow band"));
}

TEST_F(Solve, EveryMethodKeepsTheMemoryLimitAndSaysWhatItWouldHaveTaken) {
    // Read and held it fits, factored it does not: a full band of 300, and a triangle.
    std::string text = "%%MatrixMarket matrix coordinate real general\n40000 40000 79999\n";
    for (int i = 1; i <= 40000; ++i) text += std::to_string(i) + " " + std::to_string(i) + " 4\n";
    for (int i = 1; i < 40000; ++i) text += std::to_string(i) + " " + std::to_string(std::min(40000, i + 300)) + " 1\n";
    const std::string A = file("wide_band.mtx", text);
    const Outcome r = tamis({"solve", A, "--method", "banded", "--memory-limit", "40M", "--json"});
    EXPECT_EQ(r.exit_code, 3) << r.err;
    EXPECT_EQ(r.json().at("error").at("kind"), "memory_limit");
    EXPECT_GT(r.json().at("error").at("predicted_bytes").get<double>(), 40e6);
    EXPECT_EQ(tamis({"solve", A, "--method", "banded", "--json"}).exit_code, 0);
}

TEST_F(Solve, AToleranceOutOfReachIsANumericalFailure) {
    const std::string A = path("A.mtx");
    ASSERT_EQ(tamis({"generate", "poisson2d", "20", "-o", A}).exit_code, 0);
    const Outcome r = tamis({"solve", A, "--tolerance", "1e-40", "--json"});
    EXPECT_EQ(r.exit_code, 1);
    const auto j = r.json();
    EXPECT_EQ(j.at("converged"), false);
    EXPECT_EQ(j.at("error").at("kind"), "not_converged");
}

TEST_F(Solve, ASingularMatrixIsANumericalFailureThatNamesTheWayOut) {
    const auto before = (void(singular()), listing());
    const Outcome r = tamis({"solve", singular(), "-o", path("x.mtx"), "--json"});
    EXPECT_EQ(r.exit_code, 1);
    const auto j = r.json();
    EXPECT_EQ(j.at("status"), "singular");
    EXPECT_EQ(j.at("converged"), false);
    EXPECT_EQ(j.at("error").at("kind"), "singular_matrix");
    EXPECT_EQ(j.at("error").at("structural"), true);
    EXPECT_EQ(j.at("error").at("exit_code"), 1);
    EXPECT_THAT(r.err, HasSubstr("lstsq"));
    EXPECT_EQ(listing(), before);
}

TEST_F(Solve, CholeskyOfAnIndefiniteMatrixIsANumericalFailure) {
    const std::string A = file("i.mtx", "%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 1\n2 1 2\n2 2 1\n");
    const Outcome r = tamis({"solve", A, "--method", "cholesky", "--json"});
    EXPECT_EQ(r.exit_code, 1);
    EXPECT_EQ(r.json().at("status"), "not_positive_definite");
    EXPECT_EQ(r.json().at("error").at("kind"), "not_positive_definite");
    const auto automatic = tamis({"solve", A, "--json"}).json();
    EXPECT_THAT(automatic.at("method").get<std::string>(), AnyOf("ldlt", "lu"));
}

TEST_F(Solve, WrongSizesAreBadInputWithBothNumbers) {
    const std::string b = file("b2.mtx", "%%MatrixMarket matrix array real general\n2 1\n1\n2\n");
    const Outcome r = tamis({"solve", tridiagonal(), b, "--json"});
    EXPECT_EQ(r.exit_code, 2);
    const auto error = r.json().at("error");
    EXPECT_EQ(error.at("kind"), "dimension_mismatch");
    EXPECT_EQ(error.at("expected"), 3);
    EXPECT_EQ(error.at("got"), 2);
    EXPECT_THAT(r.err, HasSubstr(b));
}

TEST_F(Solve, NotANumberInTheMatrixIsBadInput) {
    const std::string A = file("nan.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 nan\n2 2 1\n");
    EXPECT_EQ(tamis({"solve", A}).exit_code, 2);
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array real general\n3 1\n1\ninf\n1\n");
    EXPECT_EQ(tamis({"solve", tridiagonal(), b, "-o", path("x.mtx")}).exit_code, 2);
    EXPECT_FALSE(exists(path("x.mtx")));
}

TEST_F(Solve, AComplexFileOfEitherKindMakesTheSystemComplex) {
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array complex general\n3 1\n0 1\n0 0\n0 1\n");
    const Outcome r = tamis({"solve", tridiagonal(), b, "-o", path("x.mtx"), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    EXPECT_EQ(r.json().at("scalar"), "complex<double>");
    expect_values(array_values(contents(path("x.mtx"))), {0, 1, 0, 1, 0, 1}, 1e-14);
    const Outcome own = tamis({"solve", complex_diagonal(), "--json"});
    ASSERT_EQ(own.exit_code, 0) << own.err;
    EXPECT_LE(own.json().at("forward_error").get<double>(), 1e-14);
}

TEST_F(Solve, SinglePrecisionAndWideIndicesAreObeyed) {
    for (const char* scalar : {"float", "double"})
        for (const char* index : {"32", "64"})
            for (const std::string& A : {tridiagonal(), small_general(), complex_diagonal()}) {
                const Outcome r = tamis({"solve", A, "--scalar", scalar, "--index", index, "--json"});
                ASSERT_EQ(r.exit_code, 0) << A << " " << scalar << " " << index << ": " << r.err;
                const auto j = r.json();
                EXPECT_EQ(j.at("index"), std::stoi(index));
                EXPECT_THAT(j.at("scalar").get<std::string>(), AnyOf(scalar, "complex<" + std::string(scalar) + ">"));
                EXPECT_LE(j.at("forward_error").get<double>(), scalar[0] == 'f' ? 1e-4 : 1e-12);
            }
}

TEST_F(Solve, AllThreadCountsAgree) {
    const std::string A = path("A.mtx");
    ASSERT_EQ(tamis({"generate", "poisson2d", "30", "-o", A}).exit_code, 0);
    for (const char* threads : {"1", "2"})
        EXPECT_LE(tamis({"solve", A, "--threads", threads, "--json"}).json().at("forward_error").get<double>(), 1e-11);
}

TEST_F(Solve, ReadsAndWritesCompressedFiles) {
    gzip(path("A.mtx.gz"), contents(tridiagonal()));
    gzip(path("b.mtx.gz"), contents(rhs()));
    ASSERT_EQ(tamis({"solve", path("A.mtx.gz"), path("b.mtx.gz"), "-o", path("x.mtx.gz")}).exit_code, 0);
    expect_values(array_values(gunzip(path("x.mtx.gz"))), {1, 1, 1}, 1e-14);
    ASSERT_EQ(tamis({"convert", tridiagonal(), path("A.mtx.zst")}).exit_code, 0);
    ASSERT_EQ(tamis({"solve", path("A.mtx.zst"), "-o", path("x.mtx.zst")}).exit_code, 0);
    ASSERT_EQ(tamis({"convert", path("x.mtx.zst"), path("x.mtx")}).exit_code, 0);
    expect_values(array_values(contents(path("x.mtx"))), {1, 1, 1}, 1e-14);
}

TEST_F(Solve, ReadsEitherFileFromStandardInputAndWritesTheSolutionToStandardOutput) {
    const Outcome a = tamis({"solve", "-", rhs(), "-o", "-"}, {.input = contents(tridiagonal())});
    ASSERT_EQ(a.exit_code, 0) << a.err;
    EXPECT_THAT(a.out, StartsWith("%%MatrixMarket matrix array real general\n"));
    expect_values(array_values(a.out), {1, 1, 1}, 1e-14);
    EXPECT_THAT(a.err, HasSubstr("backward error")) << "the report makes room for the solution";
    const Outcome b = tamis({"solve", tridiagonal(), "-", "-o", "-", "--quiet"}, {.input = contents(rhs())});
    ASSERT_EQ(b.exit_code, 0) << b.err;
    expect_values(array_values(b.out), {1, 1, 1}, 1e-14);
    EXPECT_EQ(b.err, "");
    EXPECT_EQ(tamis({"solve", tridiagonal(), "-o", "-", "--json"}).exit_code, 2);
}

TEST_F(Solve, AnIllConditionedMatrixWarns) {
    // The Hilbert matrix of order 10, κ₁ = 3.5·10¹³.
    std::string text = "%%MatrixMarket matrix array real general\n10 10\n";
    char number[40];
    for (int j = 1; j <= 10; ++j)
        for (int i = 1; i <= 10; ++i) {
            std::snprintf(number, sizeof number, "%.17g\n", 1.0 / (i + j - 1));
            text += number;
        }
    const Outcome r = tamis({"solve", file("hilbert.mtx", text), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto j = r.json();
    EXPECT_NEAR(std::log10(j.at("condition_estimate").get<double>()), 13.5, 0.5);
    ASSERT_FALSE(j.at("warnings").empty());
    EXPECT_THAT(r.err, HasSubstr("warning"));
    EXPECT_LE(j.at("trusted_digits"), 3);
}

class Lstsq : public Solve {};

#if TAMIS_WITH_GPL

TEST_F(Solve, ARectangleIsSolvedByLeastSquares) {
    const std::string tall = file("tall.mtx", "%%MatrixMarket matrix coordinate real general\n3 2 3\n1 1 1\n2 2 1\n3 2 1\n");
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array real general\n3 1\n5\n1\n3\n");
    const Outcome r = tamis({"solve", tall, b, "-o", path("x.mtx"), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    expect_values(array_values(contents(path("x.mtx"))), {5, 2}, 1e-13);
    EXPECT_EQ(r.json().at("least_squares"), true);
}

TEST_F(Lstsq, FitsALine) {
    // y = 1 + 2t at t = 0, 1, 2, with errors (1, −2, 1) that are orthogonal to both columns.
    const std::string A =
        file("A.mtx", "%%MatrixMarket matrix coordinate real general\n3 2 5\n1 1 1\n2 1 1\n2 2 1\n3 1 1\n3 2 2\n");
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array real general\n3 1\n2\n1\n6\n");
    const Outcome r = tamis({"lstsq", A, b, "-o", path("x.mtx"), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    expect_values(array_values(contents(path("x.mtx"))), {1, 2}, 1e-13);
    const auto j = r.json();
    EXPECT_EQ(j.at("rank"), 2);
    EXPECT_EQ(j.at("method"), "qr");
    EXPECT_NEAR(j.at("residual_norm").get<double>(), std::sqrt(6.0), 1e-13);
    EXPECT_LE(j.at("normal_residual").get<double>(), 1e-14);
    EXPECT_THAT(tamis({"lstsq", A, b}).out, HasSubstr("numerical rank"));
}

TEST_F(Lstsq, GivesTheShortestSolutionOfASingularSystem) {
    // x₁ + x₂ = 2 twice: the shortest of all solutions is (1, 1).
    const std::string A =
        file("A.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 4\n1 1 1\n1 2 1\n2 1 1\n2 2 1\n");
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array real general\n2 1\n2\n2\n");
    const Outcome r = tamis({"lstsq", A, b, "-o", path("x.mtx"), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    expect_values(array_values(contents(path("x.mtx"))), {1, 1}, 1e-13);
    EXPECT_EQ(r.json().at("rank"), 1);
    EXPECT_FALSE(r.json().at("warnings").empty()) << "a deficient rank deserves a warning";
}

TEST_F(Lstsq, GivesTheMinimumNormOfAWideSystem) {
    const std::string A = file("A.mtx", "%%MatrixMarket matrix coordinate real general\n1 2 2\n1 1 3\n1 2 4\n");
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array real general\n1 1\n25\n");
    ASSERT_EQ(tamis({"lstsq", A, b, "-o", path("x.mtx")}).exit_code, 0);
    expect_values(array_values(contents(path("x.mtx"))), {3, 4}, 1e-13);
}

TEST_F(Lstsq, HandlesComplexAndFloat) {
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array complex general\n2 1\n2 0\n0 2\n");
    const Outcome r = tamis({"lstsq", complex_diagonal(), b, "-o", path("x.mtx"), "--scalar", "float", "--index", "64"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    expect_values(array_values(contents(path("x.mtx"))), {1, -1, 0, 1}, 1e-5);
}

#else

TEST_F(Lstsq, IsRefusedByABuildWithoutSparseQr) {
    const Outcome r = tamis({"lstsq", tridiagonal(), rhs()});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("TAMIS_WITH_GPL"));
}

#endif

TEST_F(Lstsq, NeedsARightHandSideThatFits) {
    EXPECT_EQ(tamis({"lstsq", tridiagonal()}).exit_code, 2);
    const std::string b = file("b.mtx", "%%MatrixMarket matrix array real general\n2 1\n1\n2\n");
    const Outcome r = tamis({"lstsq", tridiagonal(), b, "--json"});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_EQ(r.json().at("converged"), false);
}

}  // namespace
}  // namespace tamis::test
