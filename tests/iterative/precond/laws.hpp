// What tests of preconditioners share: their laws, and dense references.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/view.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis::test {

/// M (or Mᴴ) as a dense matrix, by one block apply.
template <class P>
auto dense_preconditioner(const P& M, bool adjoint = false) {
    using T = typename P::scalar_type;
    const Matrix<T> I = Matrix<T>::Identity(M.rows(), M.rows());
    Matrix<T> Y(M.rows(), M.rows());
    if (adjoint) M.apply_adjoint(I, Y);
    else M.apply(I, Y);
    return Y;
}

/// The matrix that M is the inverse of, in double precision.
template <class P>
auto preconditioned_matrix(const P& M) {
    return dense_inverse(in_double<typename P::scalar_type>(dense_preconditioner(M)));
}

/// M is Hermitian but for rounding, and positive definite.
template <class P>
::testing::AssertionResult positive_definite(const P& M) {
    using T = typename P::scalar_type;
    const Matrix<InDouble<T>> D = in_double<T>(dense_preconditioner(M));
    const auto limit = 100 * static_cast<double>(epsilon_v<T>);
    if (auto hermitian = near(D, Matrix<InDouble<T>>(D.adjoint()), limit); !hermitian) return hermitian;
    const Vector<double> values = hermitian_eigenvalues<InDouble<T>>(D);
    if (values.size() == 0 || values[0] > 0) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "M has the eigenvalue " << values[0];
}

/// The laws of every preconditioner: adjoint, blocks, strided memory, copies, refused sizes, the same bits in concurrent
/// calls.
template <class P>
void expect_preconditioner_laws(const P& M) {
    using T = typename P::scalar_type;
    const std::int64_t n = M.rows();
    const auto tolerance = 100 * static_cast<double>(epsilon_v<T>);
    ASSERT_EQ(M.cols(), n);
    EXPECT_GE(M.bytes(), M.nonzeros() * static_cast<std::int64_t>(sizeof(T)));

    Random random(5);
    const Matrix<T> X = random.matrix<T>(n, 6);
    Matrix<T> Y = Matrix<T>::Constant(n, 6, scalar<T>(std::numeric_limits<double>::quiet_NaN()));
    M.apply(X, Y);
    const Vector<T> x = X.col(2);
    Vector<T> y(n);
    M.apply(x, y);
    EXPECT_TRUE(near(Y.col(2), y, tolerance)) << "a block is its columns";
    M.apply(VectorView<const T>(x), VectorView<T>(y));
    EXPECT_TRUE(same_bits(Vector<T>(Y.col(2)), y) || near(Y.col(2), y, tolerance));

    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> Xr = X, Yr(n, 6);
    M.apply(Xr, Yr);
    EXPECT_TRUE(near(Yr, Y, tolerance)) << "strides are honoured";
    std::vector<T> spread(static_cast<std::size_t>(2 * n), T(0));
    M.apply(X.col(2), VectorView<T>(spread.data(), n, 2));
    for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(spread[static_cast<std::size_t>(2 * i)], y[i]);

    EXPECT_TRUE(near(dense_preconditioner(M, true), Matrix<T>(dense_preconditioner(M).adjoint()), tolerance));

    const P copy = M;
    Vector<T> z(n);
    copy.apply(x, z);
    EXPECT_TRUE(same_bits(z, y));

    Vector<T> wrong(n + 1);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { M.apply(wrong, y); }, std::to_string(n), std::to_string(n + 1)));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { M.apply_adjoint(x, wrong); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { M.apply(X, y); }));

    Vector<T> adjoint(n);
    M.apply_adjoint(x, adjoint);
    EXPECT_TRUE(succeeds_on_threads(4, [&](int) {
        Vector<T> mine(n);
        for (int k = 0; k < 20; ++k) {
            M.apply(x, mine);
            if (!same_bits(mine, y)) throw std::runtime_error("apply differs");
            M.apply_adjoint(x, mine);
            if (!same_bits(mine, adjoint)) throw std::runtime_error("apply_adjoint differs");
        }
    }));
}

/// Bad input is refused by the exception and with the index that API.md names. make(A) builds the preconditioner.
template <class T, class I, class Make>
void expect_bad_input_is_refused(const Make& make) {
    Assembly<T, I> A(5, 5);
    for (std::int64_t i = 0; i < 5; ++i) {
        A.set(i, i, T(4));
        if (i > 0) A.set(i, i - 1, T(-1));
        if (i > 0) A.set(i - 1, i, T(-1));
    }
    EXPECT_NO_THROW(make(A.csr()));
    EXPECT_NO_THROW(make(A.csc()));

    auto zero = A;
    zero.set(3, 3, T(0));
    for (int stored = 0; stored < 2; ++stored) {
        Assembly<T, I> B(5, 5);
        for (const auto& [position, v] : zero.entries())
            if (stored || v != T(0)) B.set(position.first, position.second, v);
        const auto e = thrown<SingularMatrix>([&] { make(B.csr()); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->index(), 3);
        EXPECT_EQ(e->structural(), !stored);
    }
    Assembly<T, I> rectangle(3, 4);
    rectangle.set(0, 0, T(1));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { make(rectangle.csr()); }, "3 rows and 4 columns"));
    auto bad = A;
    bad.set(2, 1, scalar<T>(std::numeric_limits<double>::quiet_NaN()));
    bad.set(1, 2, scalar<T>(std::numeric_limits<double>::infinity()));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make(bad.csr()); }, "row 1, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make(bad.csc()); }, "row 2, column 1"));

    const auto empty = make(Csr<T, I>(0, 0));
    Vector<T> none(0);
    empty.apply(none, none);
    EXPECT_EQ(empty.rows(), 0);
    Assembly<T, I> one(1, 1);
    one.set(0, 0, T(4));
    Vector<T> x = Vector<T>::Constant(1, T(2));
    Vector<T> y(1);
    make(one.csr()).apply(x, y);
    EXPECT_EQ(y[0], scalar<T>(0.5));
}

/// What is not Hermitian, or has a diagonal that is not positive, is refused.
template <class T, class I, class Make>
void expect_only_hermitian_definite(const Make& make) {
    Assembly<T, I> A(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) A.set(i, i, T(4));
    A.set(2, 0, T(1));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make(A.csr()); }, "not Hermitian", "(2, 0)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make(A.csc()); }, "not Hermitian"));
    A.set(0, 2, T(1));
    A.set(1, 1, T(-2));
    const auto e = thrown<NotPositiveDefinite>([&] { make(A.csr()); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 1);
}

}  // namespace tamis::test
