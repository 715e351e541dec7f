// The inner product that cotangents and tangents pair by, tangents on a pattern, and what a pairing may be off by.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <map>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/csr.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"

namespace tamis::test {

/// Re⟨a, b⟩ and ‖a‖ ‖b‖, in double, summed over terms.
struct Pairing {
    double value = 0;
    double size = 0;

    template <class T>
    void add(const T* a, const T* b, std::int64_t count) {
        double product = 0;
        double a_square = 0;
        double b_square = 0;
        for (std::int64_t q = 0; q < count; ++q) {
            const std::complex<double> x(a[q]);
            const std::complex<double> y(b[q]);
            product += x.real() * y.real() + x.imag() * y.imag();
            a_square += std::norm(x);
            b_square += std::norm(y);
        }
        value += product;
        size += std::sqrt(a_square * b_square);
    }
    template <class T>
    Pairing& operator()(const Matrix<T>& a, const Matrix<T>& b) {
        EXPECT_EQ(a.rows(), b.rows());
        EXPECT_EQ(a.cols(), b.cols());
        add(a.data(), b.data(), a.size());
        return *this;
    }
    template <class T>
    Pairing& operator()(const Vector<T>& a, const Vector<T>& b) {
        EXPECT_EQ(a.size(), b.size());
        add(a.data(), b.data(), a.size());
        return *this;
    }
    /// Both on one pattern.
    template <class T, class I>
    Pairing& operator()(const Csr<T, I>& a, const Csr<T, I>& b) {
        EXPECT_EQ(a.nnz(), b.nnz());
        add(a.values().data(), b.values().data(), a.nnz());
        return *this;
    }
    template <class T>
    Pairing& operator()(const T& a, const T& b) {
        add(&a, &b, 1);
        return *this;
    }
};

/// Two pairings of one bilinear form agree up to the rounding of solves with a well-conditioned matrix.
template <class T>
::testing::AssertionResult paired(const Pairing& a, const Pairing& b, double factor = 200) {
    const double limit = factor * static_cast<double>(epsilon_v<T>) * (a.size + b.size);
    if (std::abs(a.value - b.value) <= limit) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << a.value << " and " << b.value << " differ by " << std::abs(a.value - b.value)
                                         << ", allowed " << limit;
}

/// Random values on the pattern of A; Hermitian where asked (A's pattern is symmetric then).
template <class T, class I>
Csr<T, I> tangent_on(const Csr<T, I>& A, bool hermitian, Random& random) {
    Csr<T, I> result = A;
    std::map<std::pair<std::int64_t, std::int64_t>, T> upper;
    std::size_t q = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        for (const auto entry : A.row(i)) {
            const auto j = static_cast<std::int64_t>(entry.index);
            T v = random.value<T>();
            if (hermitian && j < i) v = tamis::detail::conjugate(upper.at({j, i}));
            if (hermitian && j == i) v = T(tamis::detail::real_part(v));
            if (hermitian && j > i) upper[{i, j}] = v;
            result.values()[q++] = v;
        }
    }
    return result;
}

/// A + step · A_dot, on the one pattern that both have.
template <class T, class I, class S>
Csr<S, I> moved(const Csr<T, I>& A, const Csr<T, I>& A_dot, S step) {
    Array<S> values(A.nnz(), uninitialized);
    for (std::int64_t q = 0; q < A.nnz(); ++q)
        values[q] = S(A.values()[static_cast<std::size_t>(q)]) + step * S(A_dot.values()[static_cast<std::size_t>(q)]);
    return {unchecked, A.rows(), A.cols(), Array<I>(A.row_offsets()), Array<I>(A.col_indices()), std::move(values)};
}

/// The entries of a dense matrix at the stored places of A, in A's order, against A's: the largest difference.
template <class T, class I>
double difference_on_pattern(const Csr<T, I>& A, const Matrix<T>& D) {
    double worst = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto entry : A.row(i))
            worst =
                std::max(worst, static_cast<double>(std::abs(entry.value - D(i, static_cast<std::int64_t>(entry.index)))));
    return worst;
}

}  // namespace tamis::test
