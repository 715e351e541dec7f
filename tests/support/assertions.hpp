// Assertions that say what is wrong: EXPECT_TRUE(near(actual, expected, 1e-12)), EXPECT_TRUE(solves(A, x, b)),
// EXPECT_TRUE(orthonormal(Q)), EXPECT_TRUE(throws<SingularMatrix>([&] { lu(A); }, "structurally")). All fail on NaN.
#pragma once

#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/view.hpp>

#include "support/tolerance.hpp"

namespace tamis::test {

// ---- plain reference arithmetic, independent of the library's kernels
// ---------------------------------------------------------

/// The type that references are computed in: long double or complex<long double>.
template <class T>
using Wide = std::conditional_t<is_complex_v<T>, std::complex<long double>, long double>;

template <class T>
Wide<T> wide(const T& v) {
    if constexpr (is_complex_v<T>) return {v.real(), v.imag()};
    else return v;
}

/// Makes m the larger of both; once m is NaN it stays so. True if m changed.
template <class R>
bool raise(R& m, R v) {
    if (std::isnan(m) || v <= m) return false;
    m = v;
    return true;
}

/// A sparse matrix, entry by entry, or any dense argument, as Matrix<T>.
template <class A>
auto dense(const A& a) {
    if constexpr (SparseMatrix<A>) {
        using T = scalar_t<A>;
        Matrix<T> m = Matrix<T>::Zero(a.rows(), a.cols());
        const auto v = detail::major_view(a);
        for (std::int64_t i = 0; i < v.rows(); ++i) {
            const auto first = static_cast<std::size_t>(v.row_offsets()[static_cast<std::size_t>(i)]);
            const auto last = static_cast<std::size_t>(v.row_offsets()[static_cast<std::size_t>(i) + 1]);
            for (std::size_t k = first; k < last; ++k) {
                const auto j = static_cast<std::int64_t>(v.col_indices()[k]);
                if constexpr (A::is_row_major) m(i, j) += v.values()[k];
                else m(j, i) += v.values()[k];
            }
        }
        return m;
    } else {
        using T = dense_scalar_t<A>;
        const detail::DenseInput<T, A> in(a);
        Matrix<T> m(in.matrix().rows(), in.matrix().cols());
        for (std::int64_t j = 0; j < m.cols(); ++j)
            for (std::int64_t i = 0; i < m.rows(); ++i) m(i, j) = in.matrix()(i, j);
        return m;
    }
}

/// Calls f(i, j, value) for each entry of a sparse matrix or each element of a dense one.
template <class A, class F>
void for_each_entry(const A& a, F&& f) {
    if constexpr (SparseMatrix<A>) {
        const auto v = detail::major_view(a);
        for (std::int64_t i = 0; i < v.rows(); ++i) {
            const auto first = static_cast<std::size_t>(v.row_offsets()[static_cast<std::size_t>(i)]);
            const auto last = static_cast<std::size_t>(v.row_offsets()[static_cast<std::size_t>(i) + 1]);
            for (std::size_t k = first; k < last; ++k) {
                const auto j = static_cast<std::int64_t>(v.col_indices()[k]);
                if constexpr (A::is_row_major) f(i, j, v.values()[k]);
                else f(j, i, v.values()[k]);
            }
        }
    } else {
        const auto m = dense(a);
        for (std::int64_t j = 0; j < m.cols(); ++j)
            for (std::int64_t i = 0; i < m.rows(); ++i) f(i, j, m(i, j));
    }
}

/// b − A·x in extended precision.
template <class A, class X, class B>
auto wide_residual(const A& a, const X& x, const B& b) {
    const auto X_ = dense(x);
    const auto B_ = dense(b);
    using W = Wide<typename std::remove_cvref_t<decltype(B_)>::Scalar>;
    Eigen::Matrix<W, Eigen::Dynamic, Eigen::Dynamic> r(B_.rows(), B_.cols());
    for (std::int64_t k = 0; k < r.cols(); ++k)
        for (std::int64_t i = 0; i < r.rows(); ++i) r(i, k) = wide(B_(i, k));
    for_each_entry(a, [&](std::int64_t i, std::int64_t j, const auto& v) {
        for (std::int64_t k = 0; k < r.cols(); ++k) r(i, k) -= W(wide(v)) * W(wide(X_(j, k)));
    });
    return r;
}

/// ‖A‖_∞, the largest row sum of moduli.
template <class A>
double norm_inf(const A& a) {
    std::vector<long double> sums(static_cast<std::size_t>(a.rows()), 0);
    for_each_entry(
        a, [&](std::int64_t i, std::int64_t, const auto& v) { sums[static_cast<std::size_t>(i)] += std::abs(wide(v)); });
    long double largest = 0;
    for (const long double s : sums) raise(largest, s);
    return static_cast<double>(largest);
}

/// max_i |b − A x|_i / (‖A‖_∞ ‖x‖_∞ + ‖b‖_∞), the largest of the columns; 0 where the numerator is 0, NaN where anything is.
template <class A, class X, class B>
double backward_error(const A& a, const X& x, const B& b) {
    const auto R = wide_residual(a, x, b);
    const auto X_ = dense(x);
    const auto B_ = dense(b);
    const double scale = norm_inf(a);
    const auto largest = [](const auto& column) {
        double m = 0;
        for (std::int64_t i = 0; i < column.rows(); ++i) {
            raise(m, static_cast<double>(std::abs(column(i))));
        }
        return m;
    };
    double worst = 0;
    for (std::int64_t k = 0; k < R.cols(); ++k) {
        const double r = largest(R.col(k));
        if (r == 0) continue;
        raise(worst, r / (scale * largest(X_.col(k)) + largest(B_.col(k))));
    }
    return worst;
}

/// ‖Aᴴ(b − A x)‖_F / (‖A‖_F ‖b − A x‖_F): 0 for a least-squares solution. 0 as well where the residual is 0.
template <class A, class X, class B>
double normal_equations_residual(const A& a, const X& x, const B& b) {
    const auto R = wide_residual(a, x, b);
    using W = typename std::remove_cvref_t<decltype(R)>::Scalar;
    const long double r = R.norm();
    if (r == 0) return 0;
    Eigen::Matrix<W, Eigen::Dynamic, Eigen::Dynamic> g =
        Eigen::Matrix<W, Eigen::Dynamic, Eigen::Dynamic>::Zero(a.cols(), R.cols());
    long double squares = 0;
    for_each_entry(a, [&](std::int64_t i, std::int64_t j, const auto& v) {
        squares += std::norm(wide(v));
        for (std::int64_t k = 0; k < R.cols(); ++k) g(j, k) += detail::conjugate(W(wide(v))) * R(i, k);
    });
    return static_cast<double>(g.norm() / (std::sqrt(squares) * r));
}

// ---- what a failure shows
// -----------------------------------------------------------------------------------------------------

/// Small matrices in full, large ones by their shape.
template <class A>
std::string show(const A& a) {
    constexpr std::int64_t most = 10;
    std::ostringstream out;
    if (a.rows() > most || a.cols() > most || a.rows() == 0 || a.cols() == 0) {
        out << "(" << a.rows() << "×" << a.cols() << ")";
    } else {
        out.precision(6);
        out << a;
    }
    return out.str();
}

// ---- assertions
// ---------------------------------------------------------------------------------------------------------------

/// Same shape, and |actual − expected| ≤ tolerance · max|expected| in every entry (≤ tolerance where expected is all zero).
/// Both may be sparse or dense; scalars may differ.
template <class A, class E>
::testing::AssertionResult near(const A& actual, const E& expected, double tolerance) {
    const auto a = dense(actual);
    const auto e = dense(expected);
    if (a.rows() != e.rows() || a.cols() != e.cols())
        return ::testing::AssertionFailure()
               << "the shape is " << a.rows() << "×" << a.cols() << ", expected " << e.rows() << "×" << e.cols();
    double scale = 0;
    for (std::int64_t j = 0; j < e.cols(); ++j)
        for (std::int64_t i = 0; i < e.rows(); ++i) scale = std::max(scale, static_cast<double>(std::abs(e(i, j))));
    if (scale == 0) scale = 1;
    double worst = -1;
    std::int64_t at_i = 0;
    std::int64_t at_j = 0;
    for (std::int64_t j = 0; j < e.cols(); ++j) {
        for (std::int64_t i = 0; i < e.rows(); ++i) {
            const auto d = static_cast<double>(std::abs(wide(a(i, j)) - wide(e(i, j)))) / scale;
            if (raise(worst, d)) {
                at_i = i;
                at_j = j;
            }
        }
    }
    if (worst <= tolerance) return ::testing::AssertionSuccess() << "the largest relative difference is " << worst;
    return ::testing::AssertionFailure() << "entry (" << at_i << ", " << at_j << ") is " << a(at_i, at_j) << ", expected "
                                         << e(at_i, at_j) << "; relative to the largest entry that is " << worst
                                         << ", allowed " << tolerance << "\nactual:\n"
                                         << show(a) << "\nexpected:\n"
                                         << show(e);
}

/// Equal entries, shape included; NaN equals nothing.
template <class A, class E>
::testing::AssertionResult equal(const A& actual, const E& expected) {
    return near(actual, expected, 0);
}

/// The same bytes: distinguishes −0 from 0, and a NaN is itself.
template <class A, class E>
::testing::AssertionResult same_bits(const A& actual, const E& expected) {
    const auto a = dense(actual);
    const auto e = dense(expected);
    static_assert(std::is_same_v<decltype(a), decltype(e)>);
    if (a.rows() != e.rows() || a.cols() != e.cols())
        return ::testing::AssertionFailure()
               << "the shape is " << a.rows() << "×" << a.cols() << ", expected " << e.rows() << "×" << e.cols();
    for (std::int64_t j = 0; j < e.cols(); ++j)
        for (std::int64_t i = 0; i < e.rows(); ++i)
            if (std::memcmp(&a(i, j), &e(i, j), sizeof(e(i, j))) != 0)
                return ::testing::AssertionFailure() << "entry (" << i << ", " << j << ") is " << a(i, j)
                                                     << ", expected the bits of " << e(i, j) << "\nactual:\n"
                                                     << show(a) << "\nexpected:\n"
                                                     << show(e);
    return ::testing::AssertionSuccess();
}

/// x solves A x = b with a backward error of at most `limit` (by default the promise of a direct solve).
template <class A, class X, class B>
::testing::AssertionResult solves(const A& a, const X& x, const B& b, double limit = -1) {
    using T = typename std::remove_cvref_t<decltype(dense(x))>::Scalar;
    if (limit < 0) limit = backward_error_limit<T>(a.rows());
    const double e = backward_error(a, x, b);
    if (e <= limit) return ::testing::AssertionSuccess() << "the backward error is " << e;
    return ::testing::AssertionFailure() << "the backward error is " << e << ", allowed " << limit << "\nA:\n"
                                         << show(dense(a)) << "\nx:\n"
                                         << show(dense(x)) << "\nb:\n"
                                         << show(dense(b));
}

/// QᴴQ = I within `limit` (by default 10·√n·ε) in every entry.
template <class Q>
::testing::AssertionResult orthonormal(const Q& q, double limit = -1) {
    const auto m = dense(q);
    using T = typename std::remove_cvref_t<decltype(m)>::Scalar;
    if (limit < 0) limit = orthonormality_limit<T>(m.rows());
    double worst = 0;
    std::int64_t at_i = 0;
    std::int64_t at_j = 0;
    for (std::int64_t j = 0; j < m.cols(); ++j) {
        for (std::int64_t i = 0; i <= j; ++i) {
            Wide<T> dot = i == j ? -1 : 0;
            for (std::int64_t k = 0; k < m.rows(); ++k) dot += detail::conjugate(wide(m(k, i))) * wide(m(k, j));
            const auto d = static_cast<double>(std::abs(dot));
            if (raise(worst, d)) {
                at_i = i;
                at_j = j;
            }
        }
    }
    if (worst <= limit) return ::testing::AssertionSuccess() << "‖QᴴQ − I‖ is " << worst;
    return ::testing::AssertionFailure() << "QᴴQ − I has the entry " << worst << " at (" << at_i << ", " << at_j
                                         << "), allowed " << limit << "\nQ:\n"
                                         << show(m);
}

/// The class invariant of Csr, Csc and their views, checked by plain loops.
template <SparseMatrix A>
::testing::AssertionResult canonical(const A& a) {
    const auto v = detail::major_view(a);
    const auto failure = [](const std::string& text) { return ::testing::AssertionFailure() << text; };
    const auto offsets = v.row_offsets();
    const auto indices = v.col_indices();
    if (v.rows() < 0 || v.cols() < 0) return failure("negative sizes");
    if (std::ssize(offsets) != v.rows() + 1)
        return failure(std::to_string(offsets.size()) + " offsets for " + std::to_string(v.rows()) + " rows");
    if (offsets.front() != 0) return failure("offsets begin at " + std::to_string(offsets.front()));
    if (static_cast<std::int64_t>(offsets.back()) != std::ssize(indices) || indices.size() != v.values().size())
        return failure("offsets end at " + std::to_string(offsets.back()) + " with " + std::to_string(indices.size()) +
                       " indices and " + std::to_string(v.values().size()) + " values");
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
        if (offsets[i] > offsets[i + 1]) return failure("offset " + std::to_string(i + 1) + " decreases");
        for (auto k = static_cast<std::size_t>(offsets[i]); k < static_cast<std::size_t>(offsets[i + 1]); ++k) {
            if (indices[k] < 0 || static_cast<std::int64_t>(indices[k]) >= v.cols())
                return failure("index " + std::to_string(indices[k]) + " is outside");
            if (k > static_cast<std::size_t>(offsets[i]) && indices[k - 1] >= indices[k])
                return failure("slice " + std::to_string(i) + " is not sorted or repeats an index");
        }
    }
    return ::testing::AssertionSuccess();
}

/// The exception of type E (or derived from it) that f throws; empty, with a failure recorded, if it throws anything else or
/// nothing. `const auto e = thrown<SingularMatrix>([&] { lu(A); }); ASSERT_TRUE(e); EXPECT_EQ(e->index(), 3);`
template <class E, class F>
std::optional<E> thrown(F&& f) {
    try {
        std::invoke(f);
    } catch (const E& e) {
        return e;
    } catch (const std::exception& e) {
        ADD_FAILURE() << "another exception was thrown: " << e.what();
        return std::nullopt;
    }
    ADD_FAILURE() << "no exception was thrown";
    return std::nullopt;
}

/// f throws an E (or one derived from it) whose text contains each of `texts`.
template <class E, class F, class... Texts>
::testing::AssertionResult throws(F&& f, const Texts&... texts) {
    try {
        std::invoke(f);
    } catch (const E& e) {
        const std::string what = e.what();
        for (const std::string_view text : {std::string_view(texts)..., std::string_view()})
            if (what.find(text) == std::string::npos)
                return ::testing::AssertionFailure() << "the message lacks \"" << text << "\": " << what;
        return ::testing::AssertionSuccess() << "the message is: " << what;
    } catch (const std::exception& e) {
        return ::testing::AssertionFailure() << "another exception was thrown: " << e.what();
    } catch (...) {
        return ::testing::AssertionFailure() << "something that is no std::exception was thrown";
    }
    return ::testing::AssertionFailure() << "no exception was thrown";
}

}  // namespace tamis::test
