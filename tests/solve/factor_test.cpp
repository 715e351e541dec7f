// links: tamis_allocation_counter
// factor and AnyFactorization: every kind behind one type, chosen by structure or by name.
#include <tamis/factor.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/solve.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>

#include "conformance/factorization.hpp"
#include "solve/band_problem.hpp"
#include "support/allocation_counter.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

// ---- the laws of factorizations, through AnyFactorization ----------------------------------------------------------

template <class T_, class I_>
struct AnyTraits {
    using T = T_;
    using I = I_;
    template <class A>
    static AnyFactorization<T> factor(const A& a) {
        return tamis::factor(a);
    }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = -v;
        return bad;
    }
};
template <class T, class I>
struct Definite : AnyTraits<T, I> {
    static constexpr Method method = Method::cholesky;
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return hermitian_definite<T, I>(n, seed); }
};
template <class T, class I>
struct NegativeDefinite : AnyTraits<T, I> {
    static constexpr Method method = Method::cholesky;
    template <class A>
    static AnyFactorization<T> factor(const A& a) {
        if (a.rows() == 1) return lu(a);  // the law's positive 1×1 matrix
        return tamis::factor(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) {
        auto p = hermitian_definite<T, I>(n, seed);
        for (T& v : p.A.values()) v = -v;
        p.b = -p.b;
        return p;
    }
};
template <class T, class I>
struct Unsymmetric : AnyTraits<T, I> {
    static constexpr Method method = Method::lu;
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = T(0);
        return bad;
    }
};
template <class T, class I>
struct Triangle : AnyTraits<T, I> {
    static constexpr Method method = Method::triangular;
    static constexpr bool computes_in_its_own_scalar = true;
    template <class A>
    static AnyFactorization<T> factor(const A& a) {
        return tamis::factor(a, Method::triangular);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return permuted_triangular<T, I>(n, seed); }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = T(0);
        return bad;
    }
};
template <class T, class I>
struct AnyShape : Unsymmetric<T, I> {
    static constexpr Method method = Method::qr;
    template <class A>
    static AnyFactorization<T> factor(const A& a) {
        return tamis::factor(a, Method::qr);
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return Csr<T, I>(0, 0); }  // QR takes every matrix
};

struct KindName {
    template <class Traits>
    static std::string GetName(int index) {
        return std::string(to_string(Traits::method)) + "_" + TraitsName::GetName<Traits>(index);
    }
};
using Kinds = ::testing::Types<Definite<double, std::int32_t>, Definite<std::complex<float>, std::int64_t>,
                               Unsymmetric<float, std::int64_t>, Unsymmetric<std::complex<double>, std::int32_t>,
                               Triangle<float, std::int32_t>, Triangle<double, std::int64_t>,
                               Triangle<std::complex<float>, std::int32_t>, Triangle<std::complex<double>, std::int64_t>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Any, FactorizationLaws, Kinds, KindName);
using NegativeKinds =
    ::testing::Types<NegativeDefinite<float, std::int32_t>, NegativeDefinite<std::complex<double>, std::int64_t>>;
INSTANTIATE_TYPED_TEST_SUITE_P(AnyNegative, FactorizationLaws, NegativeKinds, KindName);
#if TAMIS_WITH_GPL
using QrKinds = ::testing::Types<AnyShape<double, std::int32_t>, AnyShape<std::complex<float>, std::int64_t>>;
INSTANTIATE_TYPED_TEST_SUITE_P(AnyQr, FactorizationLaws, QrKinds, KindName);
#endif

// ---- the choice ---------------------------------------------------------------------------------------------------

TEST(Factor, ChoosesAsExplainSaysAndGivesTheReasons) {
    Assembly<double> diagonal(20, 20);
    for (int i = 0; i < 20; ++i) diagonal.set(i, i, i + 1);
    auto negative = hermitian_definite<double>(30);
    for (double& v : negative.A.values()) v = -v;
    for (const auto& [A, method] : {std::pair{diagonal.csr(), Method::diagonal},
                                    {triangular<double>(30, true).A, Method::triangular},
                                    {triangular<double>(30, false).A, Method::triangular},
                                    {permuted_triangular<double>(30).A, Method::triangular},
                                    {band<double>(100, 2, 1, false).A, Method::banded},
                                    {hermitian_definite<double>(30).A, Method::cholesky},
                                    {negative.A, Method::cholesky},
                                    {unsymmetric_well_conditioned<double>(30).A, Method::lu}}) {
        const auto F = factor(A);
        EXPECT_EQ(F.method(), method);
        EXPECT_EQ(F.info().method, method);
        const auto e = explain(A);
        EXPECT_EQ(e.method, method);
        ASSERT_GE(F.reasons().size(), e.reasons.size());
        for (std::size_t k = 0; k < e.reasons.size(); ++k) EXPECT_EQ(F.reasons()[k], e.reasons[k]);
        const Vector<double> b = Vector<double>::LinSpaced(A.rows(), 1, 2);
        EXPECT_TRUE(solves(A, F.solve(b), b)) << to_string(method);
        EXPECT_TRUE(solves(Matrix<double>(dense(A).transpose()), F.solve_adjoint(b), b)) << to_string(method);
        EXPECT_TRUE(near(dense(F.reconstruct()), dense(A), 1e-13));
    }
}

TEST(Factor, FallsBackWithAReasonWhenAPositiveDiagonalDeceives) {
    // [1 .9 −.9; .9 1 .9; −.9 .9 1] has the eigenvalue −0.8, and no 2×2 minor shows it.
    Assembly<double> A(3, 3);
    for (int i = 0; i < 3; ++i) A.set(i, i, 1);
    for (const auto& [i, j, v] : {std::tuple{0, 1, .9}, {1, 2, .9}, {0, 2, -.9}}) {
        A.set(i, j, v);
        A.set(j, i, v);
    }
    const auto F = factor(A.csr());
    EXPECT_NE(F.method(), Method::cholesky);
    const Vector<double> b = Vector<double>::Ones(3);
    EXPECT_TRUE(solves(A.csr(), F.solve(b), b));
    bool told = false;
    for (const auto& reason : F.reasons()) told |= reason.find("not positive") != std::string::npos;
    EXPECT_TRUE(told);
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)factor(A.csr(), Method::cholesky); }));
    const auto p = indefinite_with_positive_diagonal<double>(30);
    EXPECT_TRUE(solves(p.A, factor(p.A).solve(p.b), p.b));
}

TEST(Factor, AnIndefiniteHermitianMatrixIsForLdltAndKnowsItsInertia) {
    const auto p = symmetric_indefinite<double>(31);
    EXPECT_EQ(explain(p.A).method, Method::ldlt);
    const auto F = factor(p.A);
    EXPECT_EQ(F.method(), Method::ldlt);
    ASSERT_TRUE(F.has_inertia());
    EXPECT_EQ(F.inertia(), (Inertia{16, 15, 0}));
    EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
    EXPECT_EQ(solve_with_report(p.A, p.b).report.method, Method::ldlt);
    EXPECT_EQ(solve_with_report(p.A, p.b, {.method = Method::ldlt}).report.method, Method::ldlt);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(unsymmetric_well_conditioned<double>(9).A, Method::ldlt); }));
}

TEST(Factor, ASaddlePointIsSolvedWhateverPivotsTheBuildHas) {
    const auto p = saddle_point<std::complex<double>>();
    const auto F = factor(p.A);
    EXPECT_TRUE(F.method() == Method::ldlt || F.method() == Method::lu) << to_string(F.method());
    EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
    if (F.method() == Method::lu) {
        EXPECT_NE(F.reasons()[1].find("Refused"), std::string::npos) << F.reasons()[1];
    }
    EXPECT_TRUE(solves(p.A, solve(p.A, p.b), p.b));
}

TEST(Factor, ObeysAMethodOrThrows) {
    const auto p = hermitian_definite<double>(30);
    for (const Method method : {Method::cholesky, Method::ldlt, Method::lu, Method::banded}) {
        const auto F = factor(p.A, method);
        EXPECT_EQ(F.method(), method);
        EXPECT_NE(F.reasons().front().find("asked for"), std::string::npos);
        EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(p.A, Method::diagonal); }, "diagonal"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(p.A, Method::triangular); }, "triangular"));
    const auto u = unsymmetric_well_conditioned<double>(30);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(u.A, Method::cholesky); }));
    for (const Method method : {Method::diagonal, Method::triangular, Method::banded, Method::cholesky, Method::lu}) {
        EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)factor(Csr<double>(3, 4), method); })) << to_string(method);
    }
}

TEST(Factor, RefusesIterativeMethodsAndNamesTheDirectOnes) {
    const auto p = hermitian_definite<double>(5);
    for (const Method method : {Method::cg, Method::gmres, Method::minres, Method::lsqr, Method::bicgstab}) {
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(p.A, method); }, std::string(to_string(method)), "cholesky",
                                            "lu", "qr", "banded", "triangular"));
    }
}

#if TAMIS_WITH_GPL
TEST(Factor, ARectangleAndASingularMatrixByNameAreForQr) {
    const auto tall = tall_full_rank<double>();
    const auto F = factor(tall.A);
    EXPECT_EQ(F.method(), Method::qr);
    EXPECT_EQ(F.rows(), tall.A.rows());
    EXPECT_EQ(F.cols(), tall.A.cols());
    EXPECT_TRUE(near(F.solve(tall.b), tall.x, 1e-10));
    EXPECT_EQ(F.rank(), tall.A.cols());
    EXPECT_NE(F.reasons().front().find("least squares"), std::string::npos);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)F.solve(Vector<double>(Vector<double>::Ones(tall.A.cols()))); }));
    const auto deficient = square_inconsistent<double>();
    EXPECT_TRUE(near(factor(deficient.A, Method::qr).solve(deficient.b), deficient.x, 1e-10));
    const auto singular = structurally_singular<double>(10);
    EXPECT_EQ(factor(singular.A, Method::qr).rank(), 9);
}
#endif

TEST(Factor, ASingularMatrixIsRefusedWithTheRowAndTheAdvice) {
    const auto p = structurally_singular<double>(10);
    const auto e = thrown<SingularMatrix>([&] { (void)factor(p.A); });
    ASSERT_TRUE(e);
    EXPECT_TRUE(e->structural());
    EXPECT_GE(e->index(), 0);
    EXPECT_NE(std::string(e->what()).find("least_squares"), std::string::npos);
    Assembly<double> zero(4, 4);
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)factor(zero.csr()); }));
}

TEST(Factor, RefusesWhatIsNotFiniteWhateverTheMethod) {
    auto p = hermitian_definite<double>(12);
    p.A.values()[static_cast<std::size_t>(p.A.row_offsets()[3])] = std::numeric_limits<double>::quiet_NaN();
    for (const Method method : {Method::automatic, Method::triangular, Method::banded, Method::cholesky, Method::lu}) {
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(p.A, method); }, "row 3")) << to_string(method);
    }
}

TEST(Factor, AShiftIsMeasuredAndFactoredWithTheMatrix) {
    auto p = hermitian_definite<double>(20);
    Matrix<double> M = dense(p.A);
    M.diagonal().array() += 2;
    const auto F = factor(p.A, {.shift = 2});
    EXPECT_TRUE(solves(M, F.solve(p.b), p.b));
    // Far enough down it is negative definite; a diagonal of zeros becomes one that divides.
    M = dense(p.A);
    M.diagonal().array() -= 100;
    auto G = factor(p.A, {.shift = -100});
    EXPECT_EQ(G.method(), Method::cholesky);
    EXPECT_TRUE(solves(M, G.solve(p.b), p.b));
    G.refactor(p.A);
    EXPECT_TRUE(solves(M, G.solve(p.b), p.b));
    EXPECT_EQ(factor(Csr<double>(4, 4), {.shift = 2}).solve(Vector<double>::Ones(4)), Vector<double>::Constant(4, 0.5));
}

TEST(Factor, OptionsAreObeyedOrRefused) {
    const auto p = grid_laplacian<double>(12, 12);
    EXPECT_EQ(factor(p.A, {.ordering = Ordering::natural}).info().ordering, Ordering::natural);
    EXPECT_EQ(factor(p.A, Method::lu, {.ordering = Ordering::amd}).info().ordering, Ordering::amd);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(p.A, {.memory_limit = -1}); }, "memory_limit"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)factor(p.A, {.shift = std::nan("")}); }, "shift"));
    std::stop_source source;
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)factor(p.A, {.stop = source.get_token()}); }));
}

// ---- what it holds ------------------------------------------------------------------------------------------------

TEST(AnyFactorization, HoldsEveryClassAndGivesItBack) {
    const auto p = hermitian_definite<double>(20);
    std::vector<AnyFactorization<double>> all;
    all.emplace_back(cholesky(p.A));
    all.emplace_back(lu(p.A));
    all.push_back(factor(p.A));
    for (const auto& F : all) EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
    EXPECT_NE(all[0].get_if<SparseCholesky<double>>(), nullptr);
    EXPECT_EQ(all[0].get_if<SparseLu<double>>(), nullptr);
    EXPECT_NE(all[1].get_if<SparseLu<double>>(), nullptr);
    EXPECT_GT(all[2].get_if<SparseCholesky<double>>()->matrix_l().nnz(), 0);
    EXPECT_TRUE(all[0].reasons().empty());
    EXPECT_TRUE(all[0].has_determinant());
    EXPECT_NEAR(all[0].slogdet().logabs, all[1].slogdet().logabs, 1e-12);
    EXPECT_NEAR(all[0].rcond(), all[1].rcond(), 1e-12);
    EXPECT_FALSE(all[0].reveals_rank());
    EXPECT_TRUE(throws<Unsupported>([&] { (void)all[0].rank(); }, "cholesky", "qr"));
    EXPECT_TRUE(throws<Unsupported>([&] { (void)all[1].inertia(); }, "lu", "ldlt"));
}

/// The least that the concept asks for.
class Halving {
  public:
    using scalar_type = double;
    [[nodiscard]] std::int64_t rows() const { return 3; }
    [[nodiscard]] std::int64_t cols() const { return 3; }
    [[nodiscard]] Vector<double> solve(const Vector<double>& b) const { return b / 2; }
    void solve_into(const Vector<double>& b, Vector<double>& x) const { x = b / 2; }
    [[nodiscard]] Vector<double> solve_transposed(const Vector<double>& b) const { return b / 2; }
    [[nodiscard]] Vector<double> solve_adjoint(const Vector<double>& b) const { return b / 2; }
    [[nodiscard]] FactorInfo info() const {
        FactorInfo info;
        info.method = Method::lu;
        info.backend = "half";
        return info;
    }
};
static_assert(Factorization<Halving>);

TEST(AnyFactorization, HoldsAUsersOwnClass) {
    const AnyFactorization<double> F = Halving{};
    const Matrix<double> B = Matrix<double>::Constant(3, 2, 3);
    EXPECT_TRUE(equal(F.solve(B), Matrix<double>(B / 2)));
    EXPECT_TRUE(equal(F.solve_transposed(B), Matrix<double>(B / 2)));
    EXPECT_EQ(F.info().backend, "half");
    EXPECT_FALSE(F.refactorable());
    EXPECT_FALSE(F.has_determinant());
    AnyFactorization<double> G = Halving{};
    EXPECT_TRUE(throws<Unsupported>([&] { G.refactor(Csr<double>(3, 3)); }, "refactor"));
    EXPECT_TRUE(throws<Unsupported>([&] { (void)G.reconstruct(); }));
    EXPECT_TRUE(throws<Unsupported>([&] { (void)G.rcond(); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)F.solve(Vector<double>(Vector<double>::Ones(4))); }));
}

TEST(AnyFactorization, RefusesANewMatrixOfAnotherIndexType) {
    const auto p = hermitian_definite<double, std::int32_t>(20);
    auto F = factor(p.A);
    EXPECT_TRUE(throws<InvalidArgument>([&] { F.refactor(cast<double, std::int64_t>(p.A)); }, "index"));
    EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
}

TEST(AnyFactorization, MovedFromItIsEmptyAndThrows) {
    const auto p = hermitian_definite<double>(20);
    auto F = factor(p.A);
    const auto G = std::move(F);
    EXPECT_EQ(F.rows(), 0);
    EXPECT_FALSE(F.refactorable());
    EXPECT_TRUE(throws<Error>([&] { (void)F.solve(p.b); }, "moved from"));
    EXPECT_TRUE(throws<Error>([&] { (void)F.slogdet(); }));
    EXPECT_TRUE(throws<Error>([&] { F.refactor(p.A); }));
    EXPECT_TRUE(solves(p.A, G.solve(p.b), p.b));
}

// ---- limits -------------------------------------------------------------------------------------------------------

TEST(AnyFactorization, EveryMethodHoldsItsPredictionAgainstTheMemoryLimit) {
    const auto symmetric = grid_laplacian<double>(20, 20);
    const auto lower = triangular<double>(400);
    std::vector<Method> methods{Method::triangular, Method::banded, Method::cholesky, Method::ldlt, Method::lu};
    if (TAMIS_WITH_GPL) methods.push_back(Method::qr);
    for (const Method method : methods) {
        SCOPED_TRACE(std::string(to_string(method)));
        const auto& p = method == Method::triangular ? lower : symmetric;
        const auto e = thrown<MemoryLimitExceeded>([&] { (void)factor(p.A, method, {.memory_limit = 1}); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->allowed_bytes(), 1);
        EXPECT_GT(e->predicted_bytes(), 400 * 8);
        EXPECT_TRUE(
            throws<MemoryLimitExceeded>([&] { (void)factor(p.A, method, {.memory_limit = e->predicted_bytes() - 1}); }));
        EXPECT_EQ(factor(p.A, method, {.memory_limit = e->predicted_bytes() + 1}).method(), method);
        EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { (void)solve(p.A, p.b, {.method = method, .memory_limit = 1}); }));
    }
}

TEST(AnyFactorization, FailingAllocationsAreReportedAndLeaveNothingBehind) {
    for (const auto& p : {hermitian_definite<double>(12), permuted_triangular<double>(12)}) {
        EXPECT_TRUE(survives_failing_allocations([&] {
            auto F = factor(p.A);
            Vector<double> x = p.b;
            F.solve_into(x, x);
            F.refactor(p.A);
        }));
    }
}

}  // namespace
}  // namespace tamis::test
