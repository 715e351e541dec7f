// The laws that every factorization keeps, stated once. A class joins with a traits struct and one instantiation:
//
//   template <class T_, class I_> struct CholeskyTraits {
//       using T = T_; using I = I_;
//       static constexpr Method method = Method::cholesky;
//       template <class A> static auto factor(const A& a);                      // any format
//       static Problem<T, I> regular(std::int64_t n, std::uint64_t seed);       // well conditioned
//       static Problem<T, I> same_pattern(const Problem<T, I>&);                // other values there, as good; x stays
//       static Csr<T, I> unfactorable(const Csr<T, I>&);                        // on that pattern; 0×0 where none is
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Cholesky, FactorizationLaws, ForAllScalarsAndIndices<CholeskyTraits>, TraitsName);
//
// Optional members: keeps_its_factors (reconstruct is Unsupported), computes_in_its_own_scalar, has_no_pattern (dense: any
// matrix of the same size refactors).
// Laws are checked by independent arithmetic (support/assertions.hpp), not against the object's own output alone.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/error.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/sparse/analysis.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis::test {

template <class Traits>
class FactorizationLaws : public ::testing::Test {
  public:
    using T = typename Traits::T;
    using I = typename Traits::I;

  protected:
    static constexpr std::int64_t n = 60;
    const Problem<T, I> p = Traits::regular(n, 1);
    static double limit() { return backward_error_limit<T>(n); }
    /// For two solutions that each have a small backward error: κ of the problems is below 1000.
    static double forward_limit() { return 1e3 * limit(); }
    static Matrix<T> rhs(std::int64_t k) { return Random(7).template matrix<T>(n, k); }
};
TYPED_TEST_SUITE_P(FactorizationLaws);

TYPED_TEST_P(FactorizationLaws, SolvesWithASmallBackwardError) {
    const auto F = TypeParam::factor(this->p.A);
    EXPECT_EQ(F.rows(), this->n);
    EXPECT_EQ(F.cols(), this->n);
    EXPECT_TRUE(solves(this->p.A, F.solve(this->p.b), this->p.b));
    EXPECT_TRUE(near(F.solve(this->p.b), this->p.x, this->forward_limit()));
}

TYPED_TEST_P(FactorizationLaws, TransposedAndAdjointSolvesAreThoseOfTheTransposedMatrix) {
    using T = typename TypeParam::T;
    const auto F = TypeParam::factor(this->p.A);
    const Matrix<T> A = dense(this->p.A);
    const Vector<T> b = this->rhs(1).col(0);
    EXPECT_TRUE(solves(Matrix<T>(A.transpose()), F.solve_transposed(b), b));
    EXPECT_TRUE(solves(Matrix<T>(A.adjoint()), F.solve_adjoint(b), b));
}

TYPED_TEST_P(FactorizationLaws, TakesEveryFormatOfTheMatrix) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Assembly<T, I> assembly(this->n, this->n);
    for_each_entry(this->p.A, [&](std::int64_t i, std::int64_t j, const T& v) { assembly.set(i, j, v); });
    const auto C = assembly.csc();
    auto F = TypeParam::factor(C);
    EXPECT_TRUE(solves(this->p.A, F.solve(this->p.b), this->p.b));
    EXPECT_TRUE(solves(this->p.A, TypeParam::factor(C.view()).solve(this->p.b), this->p.b));
    EXPECT_TRUE(solves(this->p.A, TypeParam::factor(this->p.A.view()).solve(this->p.b), this->p.b));
    F.refactor(this->p.A);  // the same matrix by rows
    EXPECT_TRUE(solves(this->p.A, F.solve(this->p.b), this->p.b));
}

TYPED_TEST_P(FactorizationLaws, ABlockOfRightHandSidesIsItsColumns) {
    using T = typename TypeParam::T;
    const auto F = TypeParam::factor(this->p.A);
    for (const std::int64_t k : {0, 1, 5, 40}) {  // 40: beyond the width of one block inside
        const Matrix<T> B = this->rhs(k);
        const Matrix<T> X = F.solve(B);
        ASSERT_EQ(X.rows(), this->n);
        ASSERT_EQ(X.cols(), k);
        for (std::int64_t c = 0; c < k; ++c)
            EXPECT_TRUE(near(Vector<T>(X.col(c)), F.solve(Vector<T>(B.col(c))), this->forward_limit()));
        if (k > 0) {
            EXPECT_TRUE(solves(this->p.A, X, B));
        }
    }
}

TYPED_TEST_P(FactorizationLaws, HonoursStridesAndTouchesNothingElse) {
    using T = typename TypeParam::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto n = this->n;
    const auto F = TypeParam::factor(this->p.A);
    const Matrix<T> B = this->rhs(3);
    const Matrix<T> expected = F.solve(B);

    const RowMajor by_rows = B;
    EXPECT_TRUE(same_bits(F.solve(by_rows), expected));
    RowMajor x_by_rows(n, 3);
    F.solve_into(by_rows, x_by_rows);
    EXPECT_TRUE(same_bits(Matrix<T>(x_by_rows), expected));

    // Every second row and column of larger memory.
    const T mark = scalar<T>(1234.5);
    Matrix<T> large_x = Matrix<T>::Constant(2 * n + 1, 7, mark);
    Matrix<T> large_b = Matrix<T>::Constant(2 * n + 1, 7, mark);
    const MatrixView<T> b(large_b.data() + 1, n, 3, 2, 2 * (2 * n + 1));
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t c = 0; c < 3; ++c) b(i, c) = B(i, c);
    const Matrix<T> before = large_b;
    const MatrixView<T> x(large_x.data() + 1, n, 3, 2, 2 * (2 * n + 1));
    F.solve_into(b, x);
    EXPECT_TRUE(same_bits(large_b, before)) << "the right-hand side was written to";
    for (std::int64_t j = 0; j < 7; ++j) {
        for (std::int64_t i = 0; i < 2 * n + 1; ++i) {
            if (i % 2 == 1 && j % 2 == 0 && j < 6) EXPECT_EQ(large_x(i, j), expected((i - 1) / 2, j / 2));
            else EXPECT_EQ(large_x(i, j), mark) << "at (" << i << ", " << j << ")";
        }
    }
}

TYPED_TEST_P(FactorizationLaws, SolvesInPlace) {
    using T = typename TypeParam::T;
    const auto F = TypeParam::factor(this->p.A);
    Vector<T> b = this->p.b;
    const Vector<T> x = F.solve(b);
    EXPECT_TRUE(same_bits(b, this->p.b)) << "the right-hand side was written to";
    F.solve_into(b, b);
    EXPECT_TRUE(same_bits(b, x));
    Matrix<T> B = this->rhs(40);
    const Matrix<T> X = F.solve_adjoint(B);
    F.solve_adjoint_into(B, B);
    EXPECT_TRUE(same_bits(B, X));
    b = this->p.b;
    const Vector<T> y = F.solve_transposed(b);
    F.solve_transposed_into(b, b);
    EXPECT_TRUE(same_bits(b, y));
}

TYPED_TEST_P(FactorizationLaws, TakesStandardVectorsAndExpressions) {
    using T = typename TypeParam::T;
    const auto F = TypeParam::factor(this->p.A);
    const Vector<T> x = F.solve(this->p.b);
    const std::vector<T> b(this->p.b.data(), this->p.b.data() + this->n);
    EXPECT_TRUE(same_bits(F.solve(b), x));
    EXPECT_TRUE(same_bits(F.solve(T(1) * this->p.b), x));
    std::vector<T> y(b.size());
    F.solve_into(b, y);
    EXPECT_TRUE(same_bits(y, dense(x)));
}

TYPED_TEST_P(FactorizationLaws, RefusesRightHandSidesThatDoNotFit) {
    using T = typename TypeParam::T;
    const auto F = TypeParam::factor(this->p.A);
    const auto e = thrown<DimensionMismatch>([&] { (void)F.solve(Vector<T>(Vector<T>::Ones(this->n + 1))); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->expected(), this->n);
    EXPECT_EQ(e->got(), this->n + 1);
    Vector<T> x(this->n - 1);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { F.solve_into(this->p.b, x); }));
    Matrix<T> X(this->n, 2);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { F.solve_into(this->p.b, X); }));
}

TYPED_TEST_P(FactorizationLaws, RefusesNumbersThatAreNotFiniteWithTheirPosition) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    const auto F = TypeParam::factor(this->p.A);
    for (const R bad : {std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::infinity()}) {
        auto A = this->p.A;
        const auto k = static_cast<std::size_t>(A.row_offsets()[3]);
        A.values()[k] = T(bad);
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)TypeParam::factor(A); }, "row 3",
                                            "column " + std::to_string(A.col_indices()[k])));
        Vector<T> b = this->p.b;
        b[5] = T(bad);
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F.solve(b); }, "row 5"));
    }
}

TYPED_TEST_P(FactorizationLaws, RefactoringIsFactoringAnew) {
    const auto other = TypeParam::same_pattern(this->p);
    auto F = TypeParam::factor(this->p.A);
    F.refactor(other.A);
    EXPECT_TRUE(solves(other.A, F.solve(this->p.b), this->p.b));
    EXPECT_TRUE(near(F.solve(this->p.b), TypeParam::factor(other.A).solve(this->p.b), this->forward_limit()));
    F.refactor(this->p.A);  // and back
    EXPECT_TRUE(solves(this->p.A, F.solve(this->p.b), this->p.b));
}

TYPED_TEST_P(FactorizationLaws, AnotherPatternIsRefusedAndLeavesTheFactorAsItWas) {
    using T = typename TypeParam::T;
    auto F = TypeParam::factor(this->p.A);
    const Vector<T> x = F.solve(this->p.b);
    if constexpr (!requires { TypeParam::has_no_pattern; }) {
        EXPECT_TRUE(throws<PatternMismatch>([&] { F.refactor(TypeParam::regular(this->n, 2).A); }));
        EXPECT_TRUE(same_bits(F.solve(this->p.b), x));
    }
    EXPECT_TRUE(throws<DimensionMismatch>([&] { F.refactor(TypeParam::regular(this->n - 1, 1).A); }));
    EXPECT_TRUE(same_bits(F.solve(this->p.b), x));
}

TYPED_TEST_P(FactorizationLaws, FactoringThroughAnAnalysisIsFactoring) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using F = std::remove_cvref_t<decltype(TypeParam::factor(this->p.A))>;
    if constexpr (requires(const F& f) { f.analysis(); }) {
        const auto& p = this->p;
        const F direct = TypeParam::factor(p.A);
        const AnalyzeOptions options{.method = TypeParam::method, .ordering = direct.analysis().options().ordering};
        const Analysis analysis = analyze(p.A, options);
        F through(analysis, p.A);
        EXPECT_TRUE(same_bits(through.solve(p.b), direct.solve(p.b)));
        const auto other = TypeParam::same_pattern(p);
        EXPECT_TRUE(solves(other.A, F(analysis, other.A).solve(p.b), p.b));
        through.refactor(other.A);
        EXPECT_TRUE(solves(other.A, through.solve(p.b), p.b));
        EXPECT_TRUE(same_bits(F(direct.analysis(), p.A).solve(p.b), direct.solve(p.b)));

        // What it does not fit is refused, and it is as good as before.
        EXPECT_TRUE(throws<PatternMismatch>([&] { (void)F(analysis, TypeParam::regular(this->n, 2).A); }));
        EXPECT_TRUE(throws<PatternMismatch>([&] { (void)F(analysis, TypeParam::regular(this->n - 1, 1).A); }));
        auto bad = p.A;
        bad.values()[0] = T(std::numeric_limits<Real<T>>::quiet_NaN());
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F(analysis, bad); }, "not finite"));
        if (const auto A = TypeParam::unfactorable(p.A); A.rows() > 0) {
            EXPECT_TRUE(throws<Error>([&] { (void)F(analysis, A); }));
        }
        EXPECT_TRUE(same_bits(F(analysis, p.A).solve(p.b), direct.solve(p.b)));

        // Of another method, or of the other field.
        using Other = std::conditional_t<is_complex_v<T>, double, std::complex<double>>;
        Assembly<T, I> one(this->n, this->n);
        Assembly<Other, I> other_one(this->n, this->n);
        for (std::int64_t i = 0; i < this->n; ++i) {
            one.set(i, i, T(1));
            other_one.set(i, i, Other(1));
        }
        const auto wrong = TypeParam::method == Method::lu ? Method::cholesky : Method::lu;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)F(analyze(one.csr(), {.method = wrong}), one.csr()); }, "method",
                                            std::string(to_string(wrong))));
        EXPECT_TRUE(throws<InvalidArgument>(
            [&] { (void)F(analyze(other_one.csr(), {.method = TypeParam::method}), one.csr()); }, "real", "complex"));
    }
}

TYPED_TEST_P(FactorizationLaws, AFailedRefactorNeverAnswersUntilTheNextSuccess) {
    using T = typename TypeParam::T;
    auto F = TypeParam::factor(this->p.A);
    auto bad = this->p.A;
    bad.values()[0] = T(std::numeric_limits<Real<T>>::quiet_NaN());
    EXPECT_TRUE(throws<InvalidArgument>([&] { F.refactor(bad); }));
    EXPECT_TRUE(throws<Error>([&] { (void)F.solve(this->p.b); }, "refactor"));
    F.refactor(this->p.A);
    EXPECT_TRUE(solves(this->p.A, F.solve(this->p.b), this->p.b));
    if (const auto A = TypeParam::unfactorable(this->p.A); A.rows() > 0) {
        EXPECT_TRUE(throws<Error>([&] { F.refactor(A); }));
        EXPECT_TRUE(throws<Error>([&] { (void)F.solve(this->p.b); }, "refactor"));
        F.refactor(this->p.A);
        EXPECT_TRUE(solves(this->p.A, F.solve(this->p.b), this->p.b));
    }
}

TYPED_TEST_P(FactorizationLaws, KeepsNoReferenceToTheMatrix) {
    using T = typename TypeParam::T;
    auto A = this->p.A;
    const auto F = TypeParam::factor(A);
    const Vector<T> x = F.solve(this->p.b);
    for (T& v : A.values()) v = T(0);
    EXPECT_TRUE(same_bits(F.solve(this->p.b), x));
}

TYPED_TEST_P(FactorizationLaws, MovesAndSaysSoWhenMovedFrom) {
    using T = typename TypeParam::T;
    auto F = TypeParam::factor(this->p.A);
    const Vector<T> x = F.solve(this->p.b);
    auto G = std::move(F);
    EXPECT_TRUE(same_bits(G.solve(this->p.b), x));
    F = std::move(G);
    EXPECT_TRUE(same_bits(F.solve(this->p.b), x));
    EXPECT_TRUE(throws<Error>([&] { (void)G.solve(this->p.b); }));
}

TYPED_TEST_P(FactorizationLaws, ThreadsThatShareItAgreeBitForBitWithOne) {
    using T = typename TypeParam::T;
    const auto F = TypeParam::factor(this->p.A);
    const Matrix<T> B = this->rhs(5);
    const Matrix<T> X = F.solve(B);
    const Matrix<T> Y = F.solve_transposed(B);
    EXPECT_TRUE(succeeds_on_threads(4, [&](int) {
        for (int round = 0; round < 20; ++round) {
            if (!same_bits(F.solve(B), X)) throw std::runtime_error("solve differs");
            if (!same_bits(F.solve_transposed(B), Y)) throw std::runtime_error("solve_transposed differs");
        }
    }));
}

TYPED_TEST_P(FactorizationLaws, ReconstructsTheMatrix) {
    using T = typename TypeParam::T;
    if constexpr (requires { TypeParam::keeps_its_factors; }) {
        EXPECT_TRUE(throws<Unsupported>([&] { (void)TypeParam::factor(this->p.A).reconstruct(); }));
        return;
    }
    const auto R = TypeParam::factor(this->p.A).reconstruct();
    EXPECT_TRUE(canonical(R));
    const Matrix<T> A = dense(this->p.A);
    EXPECT_LE(lapack_ratio<T>(static_cast<double>((dense(R) - A).norm()), static_cast<double>(A.norm()), this->n),
              lapack_ratio_limit);
}

TYPED_TEST_P(FactorizationLaws, TakesTheEmptyMatrixAndASingleEntry) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto F = TypeParam::factor(Csr<T, I>(0, 0));
    EXPECT_EQ(F.rows(), 0);
    EXPECT_EQ(F.solve(Vector<T>()).size(), 0);
    EXPECT_EQ(F.solve(Matrix<T>(0, 3)).cols(), 3);
    F.refactor(Csr<T, I>(0, 0));
    EXPECT_EQ(F.reconstruct().rows(), 0);

    Assembly<T, I> one(1, 1);
    one.set(0, 0, T(4));
    const Vector<T> b = Vector<T>::Constant(1, T(2));
    const Vector<T> x = Vector<T>::Constant(1, T(0.5));
    EXPECT_TRUE(near(TypeParam::factor(one.csr()).solve(b), x, this->limit()));
}

TYPED_TEST_P(FactorizationLaws, SaysWhatItIs) {
    const auto F = TypeParam::factor(this->p.A);
    const FactorInfo& info = F.info();
    EXPECT_EQ(info.method, TypeParam::method);
    EXPECT_FALSE(info.backend.empty());
    EXPECT_NE(info.ordering, Ordering::automatic) << "the order that was used has a name";
    EXPECT_GT(info.factor_nonzeros, 0);
    EXPECT_GT(info.fill, 0);
    EXPECT_GT(info.bytes, 0);
    EXPECT_GE(info.seconds.analyze, 0);
    EXPECT_GE(info.seconds.factor, 0);
    if constexpr (requires { TypeParam::computes_in_its_own_scalar; }) {
        EXPECT_EQ(info.precision, scalar_name<typename TypeParam::T>());
    } else {
        EXPECT_EQ(info.precision, is_complex_v<typename TypeParam::T> ? "complex<double>" : "double");
    }
}

TYPED_TEST_P(FactorizationLaws, EstimatesTheConditionNumberAndTheDeterminant) {
    using T = typename TypeParam::T;
    using F = decltype(TypeParam::factor(this->p.A));
    if constexpr (ReportsCondition<F> && HasDeterminant<F>) {
        using C = std::complex<double>;
        const Matrix<C> A = dense(this->p.A).template cast<C>();
        const auto norm1 = [](const Matrix<C>& M) { return M.cwiseAbs().colwise().sum().maxCoeff(); };
        const auto factor = TypeParam::factor(this->p.A);
        if constexpr (requires { factor.has_determinant(); }) {  // an AnyFactorization says so at run time
            if (!factor.has_determinant() || !factor.reports_condition()) return;
        }
        const double truth = 1 / (norm1(A) * norm1(dense_inverse(A)));
        EXPECT_GE(factor.rcond(), truth * 0.99);  // the estimate of ‖A⁻¹‖ is a lower bound
        EXPECT_LE(factor.rcond(), truth * 10);

        const C determinant = dense_determinant(A);
        const double logabs = std::log(std::abs(determinant));
        const double eps = static_cast<double>(epsilon_v<T>);
        const auto det = factor.slogdet();
        EXPECT_NEAR(static_cast<double>(det.logabs), logabs, 100 * eps * std::abs(logabs));
        EXPECT_NEAR(std::abs(C(det.sign) - determinant / std::abs(determinant)), 0, 1e3 * eps);
        // det(cA) = cⁿ det A, far outside of the range of double.
        for (const double c : {0x1p60, 0x1p-60}) {
            auto scaled = this->p.A;
            for (T& v : scaled.values()) v *= static_cast<Real<T>>(c);
            const double expected = logabs + static_cast<double>(this->n) * std::log(c);
            EXPECT_NEAR(static_cast<double>(TypeParam::factor(scaled).slogdet().logabs), expected,
                        100 * eps * std::abs(expected));
        }
    }
}

REGISTER_TYPED_TEST_SUITE_P(FactorizationLaws, SolvesWithASmallBackwardError,
                            TransposedAndAdjointSolvesAreThoseOfTheTransposedMatrix, TakesEveryFormatOfTheMatrix,
                            ABlockOfRightHandSidesIsItsColumns, HonoursStridesAndTouchesNothingElse, SolvesInPlace,
                            TakesStandardVectorsAndExpressions, RefusesRightHandSidesThatDoNotFit,
                            RefusesNumbersThatAreNotFiniteWithTheirPosition, RefactoringIsFactoringAnew,
                            FactoringThroughAnAnalysisIsFactoring, AnotherPatternIsRefusedAndLeavesTheFactorAsItWas,
                            AFailedRefactorNeverAnswersUntilTheNextSuccess, KeepsNoReferenceToTheMatrix,
                            MovesAndSaysSoWhenMovedFrom, ThreadsThatShareItAgreeBitForBitWithOne, ReconstructsTheMatrix,
                            TakesTheEmptyMatrixAndASingleEntry, SaysWhatItIs, EstimatesTheConditionNumberAndTheDeterminant);

}  // namespace tamis::test
