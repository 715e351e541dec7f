// Q and R in SPQR's fronts against the same numbers in plain arrays, and both against the matrix.
#include <complex>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sparse/complete_orthogonal.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/householder.hpp"
#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "tamis_backends.hpp"

#if TAMIS_WITH_GPL

namespace tamis::test {
namespace {

template <class E>
class OrthogonalFactors : public ::testing::Test {
  protected:
    using Factor = detail::OrthogonalFactor<E>;

    /// Sparse rows × cols whose column `twice`, if not negative, is there a second time as the last one.
    static Csc<E, std::int64_t> matrix(std::int64_t rows, std::int64_t cols, double density, std::int64_t twice,
                                       unsigned seed) {
        Random random(seed);
        Coo<E, std::int64_t> A(rows, cols);
        for (std::int64_t j = 0; j < cols; ++j) {
            for (std::int64_t i = 0; i < rows; ++i) {
                const E v = random.template value<E>();
                if (i == j || std::abs(v) < density) A.add(i, j, i == j ? E(2) + v : v);
            }
        }
        auto B = to_csc(A);
        if (twice < 0) return B;
        Coo<E, std::int64_t> C(rows, cols);
        for (std::int64_t j = 0; j < cols; ++j)
            for (const auto [i, v] : B.col(j == cols - 1 ? twice : j)) C.add(i, j, v);
        return to_csc(C);
    }
    static std::unique_ptr<Factor> factor(const Csc<E, std::int64_t>& A, Ordering ordering, bool from_analysis) {
        auto order = detail::order_spqr<E>(A, {ordering, {}, {}});
        return detail::factor_spqr<E>(A, order.permutation, 0, from_analysis ? std::move(order.analysed) : nullptr);
    }
    static Vector<E> adjoint_times(const Factor& F, const Vector<E>& x) {
        Vector<E> y(F.rows());
        F.apply_q_adjoint(x.data(), y.data());
        return y;
    }
    static Vector<E> times(const Factor& F, Vector<E> y) {
        Vector<E> x(F.rows());
        F.apply_q(y.data(), x.data());
        return x;
    }
    static void expect_orthogonal_factors_of(const Csc<E, std::int64_t>& A, const Factor& F) {
        const Matrix<E> D = dense(A);
        const Matrix<E> R = dense(F.matrix_r());
        ASSERT_EQ(R.rows(), F.rank());
        for (Eigen::Index k = 0; k < A.cols(); ++k) {
            for (Eigen::Index i = k + 1; i < R.rows(); ++i) ASSERT_EQ(R(i, k), E(0));
            Vector<E> y = Vector<E>::Zero(A.rows());
            y.head(R.rows()) = R.col(k);
            EXPECT_TRUE(near(times(F, y), Vector<E>(D.col(F.permutation()[static_cast<std::size_t>(k)])), 1e-12));
        }
        const Vector<E> x = Random(5).template vector<E>(A.rows());
        EXPECT_TRUE(near(times(F, adjoint_times(F, x)), x, 1e-13));
        EXPECT_NEAR(adjoint_times(F, x).norm(), x.norm(), 1e-12 * x.norm());
        EXPECT_GE(F.size().nonzeros, static_cast<double>(F.matrix_r().nnz()));
        EXPECT_GE(F.size().bytes, F.size().nonzeros * sizeof(E));
    }
};
using Scalars = ::testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(OrthogonalFactors, Scalars);

TYPED_TEST(OrthogonalFactors, InFrontsAndInPlainArraysAreTheSame) {
    using E = TypeParam;
    for (const auto ordering : {Ordering::automatic, Ordering::natural, Ordering::colamd})
        for (const bool from_analysis : {true, false})
            for (const std::int64_t twice : {-1, 3})
                for (const auto& [rows, cols] : {std::pair{60, 35}, std::pair{40, 40}, std::pair{30, 45}, std::pair{9, 5}}) {
                    const auto A = this->matrix(rows, cols, 0.2, twice, 7);
                    const auto fronts = this->factor(A, ordering, from_analysis);
                    const detail::HouseholderFactor<E> plain(fronts->parts());
                    SCOPED_TRACE(std::to_string(rows) + "x" + std::to_string(cols) + " rank " +
                                 std::to_string(fronts->rank()));
                    EXPECT_EQ(fronts->rank(), std::min<std::int64_t>(rows, twice < 0 ? cols : cols - 1));
                    EXPECT_EQ(plain.rank(), fronts->rank());
                    EXPECT_EQ(plain.permutation(), fronts->permutation());
                    EXPECT_TRUE(same_bits(plain.matrix_r(), fronts->matrix_r()));
                    this->expect_orthogonal_factors_of(A, *fronts);
                    this->expect_orthogonal_factors_of(A, plain);
                    if (fronts->rank() < cols) continue;
                    Vector<E> b = Random(6).template vector<E>(cols);
                    Vector<E> c = b;
                    fronts->solve_r(b.data());
                    plain.solve_r(c.data());
                    EXPECT_TRUE(near(b, c, 1e-10));
                    EXPECT_TRUE(near(Vector<E>(dense(fronts->matrix_r()) * b), Random(6).template vector<E>(cols), 1e-10));
                    Vector<E> d = Random(8).template vector<E>(cols);
                    Vector<E> e = d;
                    fronts->solve_r_adjoint(d.data());
                    plain.solve_r_adjoint(e.data());
                    EXPECT_TRUE(near(d, e, 1e-10));
                    EXPECT_TRUE(
                        near(Vector<E>(dense(fronts->matrix_r()).adjoint() * d), Random(8).template vector<E>(cols), 1e-10));
                }
}

}  // namespace
}  // namespace tamis::test

#endif
