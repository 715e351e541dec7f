#include "support/preconditioner_laws.hpp"

#include <complex>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace tamis::test {

template <class T>
Matrix<T> dense_preconditioner(const AnyPreconditioner<T>& M, bool adjoint) {
    const Matrix<T> I = Matrix<T>::Identity(M.rows(), M.rows());
    Matrix<T> Y(M.rows(), M.rows());
    if (adjoint) M.apply_adjoint(I, Y);
    else M.apply(I, Y);
    return Y;
}

template <class T>
Matrix<InDouble<T>> preconditioned_matrix(const AnyPreconditioner<T>& M) {
    return dense_inverse(in_double<T>(dense_preconditioner(M)));
}

template <class T>
::testing::AssertionResult positive_definite(const AnyPreconditioner<T>& M) {
    const Matrix<InDouble<T>> D = in_double<T>(dense_preconditioner(M));
    const auto limit = 100 * static_cast<double>(epsilon_v<T>);
    if (auto hermitian = near(D, Matrix<InDouble<T>>(D.adjoint()), limit); !hermitian) return hermitian;
    const Vector<double> values = hermitian_eigenvalues<InDouble<T>>(D);
    if (values.size() == 0 || values[0] > 0) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "M has the eigenvalue " << values[0];
}

template <class T>
void expect_preconditioner_laws(const AnyPreconditioner<T>& M) {
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

    const AnyPreconditioner<T> copy = M;
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

template <class T, class I>
void check_refusals(const Makers<T, I>& make) {
    Assembly<T, I> A(5, 5);
    for (std::int64_t i = 0; i < 5; ++i) {
        A.set(i, i, T(4));
        if (i > 0) A.set(i, i - 1, T(-1));
        if (i > 0) A.set(i - 1, i, T(-1));
    }
    EXPECT_NO_THROW(make.from_csr(Csr<T, I>(A.csr()).view()));
    EXPECT_NO_THROW(make.from_csc(Csc<T, I>(A.csc()).view()));

    auto zero = A;
    zero.set(3, 3, T(0));
    for (int stored = 0; stored < 2; ++stored) {
        Assembly<T, I> B(5, 5);
        for (const auto& [position, v] : zero.entries())
            if (stored || v != T(0)) B.set(position.first, position.second, v);
        const auto e = thrown<SingularMatrix>([&] { make.from_csr(Csr<T, I>(B.csr()).view()); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->index(), 3);
        EXPECT_EQ(e->structural(), !stored);
    }
    Assembly<T, I> rectangle(3, 4);
    rectangle.set(0, 0, T(1));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { make.from_csr(Csr<T, I>(rectangle.csr()).view()); }, "3 rows and 4 columns"));
    auto bad = A;
    bad.set(2, 1, scalar<T>(std::numeric_limits<double>::quiet_NaN()));
    bad.set(1, 2, scalar<T>(std::numeric_limits<double>::infinity()));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make.from_csr(Csr<T, I>(bad.csr()).view()); }, "row 1, column 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make.from_csc(Csc<T, I>(bad.csc()).view()); }, "row 2, column 1"));

    const auto empty = make.from_csr(Csr<T, I>(0, 0).view());
    Vector<T> none(0);
    empty.apply(none, none);
    EXPECT_EQ(empty.rows(), 0);
    Assembly<T, I> one(1, 1);
    one.set(0, 0, T(4));
    Vector<T> x = Vector<T>::Constant(1, T(2));
    Vector<T> y(1);
    make.from_csr(Csr<T, I>(one.csr()).view()).apply(x, y);
    EXPECT_EQ(y[0], scalar<T>(0.5));
}

template <class T, class I>
void check_definite_refusals(const Makers<T, I>& make) {
    Assembly<T, I> A(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) A.set(i, i, T(4));
    A.set(2, 0, T(1));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make.from_csr(Csr<T, I>(A.csr()).view()); }, "not Hermitian", "(2, 0)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { make.from_csc(Csc<T, I>(A.csc()).view()); }, "not Hermitian"));
    A.set(0, 2, T(1));
    A.set(1, 1, T(-2));
    const auto e = thrown<NotPositiveDefinite>([&] { make.from_csr(Csr<T, I>(A.csr()).view()); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 1);
}

#define TAMIS_INSTANTIATE(T)                                                            \
    template Matrix<T> dense_preconditioner(const AnyPreconditioner<T>&, bool);         \
    template Matrix<InDouble<T>> preconditioned_matrix(const AnyPreconditioner<T>&);    \
    template ::testing::AssertionResult positive_definite(const AnyPreconditioner<T>&); \
    template void expect_preconditioner_laws(const AnyPreconditioner<T>&);              \
    template void check_refusals(const Makers<T, std::int32_t>&);                       \
    template void check_refusals(const Makers<T, std::int64_t>&);                       \
    template void check_definite_refusals(const Makers<T, std::int32_t>&);              \
    template void check_definite_refusals(const Makers<T, std::int64_t>&);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<float>)
TAMIS_INSTANTIATE(std::complex<double>)

}  // namespace tamis::test
