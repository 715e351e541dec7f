#include <tamis/adjoint/norm.hpp>

#include <cmath>
#include <limits>

#include <tamis/adjoint/outer_product.hpp>
#include <tamis/dense/norms.hpp>

#include "adjoint/dense_block.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

const char* const norm_caller = "norm_vjp";

[[noreturn]] void throw_no_gradient(const std::string& sentence) {
    throw InvalidArgument(std::string(norm_caller) + ": " + sentence + ", where the norm has no gradient");
}

template <class R>
void check_cotangent(R bar) {
    if (!tamis::detail::is_finite(bar))
        throw InvalidArgument(std::string(norm_caller) + ": the cotangent of the norm is not finite");
}

/// a / |a|, without overflow; 0 for 0.
template <class T>
T phase(const T& a) {
    const Real<T> modulus = std::abs(a);
    if (!(modulus > 0)) return T(0);
    if (modulus <= std::numeric_limits<Real<T>>::max() && modulus >= std::numeric_limits<Real<T>>::min()) return a / modulus;
    const Real<T> scale = modulus > 1 ? Real<T>(0.25) : 1 / std::numeric_limits<Real<T>>::epsilon();
    return a * scale / std::abs(a * scale);
}

template <class T>
double column_sum(MatrixView<const T> A, std::int64_t j) {
    double sum = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) sum += static_cast<double>(std::abs(A(i, j)));
    return sum;
}

/// The phases of the column of the largest (smallest) sum.
template <class T>
void column_cotangent(MatrixView<const T> A, bool largest, const char* line, Real<T> bar, MatrixView<T> A_bar) {
    const double rounding = static_cast<double>(A.rows()) * static_cast<double>(epsilon_v<T>);
    std::int64_t best = 0, next = -1;
    double value = column_sum(A, 0), rival = 0;
    for (std::int64_t j = 1; j < A.cols(); ++j) {
        const double sum = column_sum(A, j);
        const bool better = largest ? sum > value : sum < value;
        if (better || next < 0 || (largest ? sum > rival : sum < rival)) {
            next = better ? best : j;
            rival = better ? value : sum;
        }
        if (better) {
            best = j;
            value = sum;
        }
    }
    if (next >= 0 && !(std::abs(value - rival) > rounding * std::max(value, rival)))
        throw_no_gradient(std::string("the ") + line + "s " + std::to_string(std::min(best, next)) + " and " +
                          std::to_string(std::max(best, next)) + " have one sum of moduli to rounding");
    for (std::int64_t i = 0; i < A.rows(); ++i) A_bar(i, best) = phase(A(i, best)) * bar;
}

template <class T>
void largest_entry_cotangent(MatrixView<const T> A, Real<T> bar, MatrixView<T> A_bar) {
    const Real<T> rounding = is_complex_v<T> ? 4 * epsilon_v<T> : Real<T>(0);
    Real<T> largest = -1, rival = -1;
    std::int64_t row = 0, col = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            const Real<T> x = std::abs(A(i, j));
            rival = std::max(rival, std::min(x, largest));
            if (!(x > largest)) continue;
            largest = x;
            row = i;
            col = j;
        }
    if (!(largest > 0)) throw_no_gradient("the matrix is zero");
    if (!(largest - rival > rounding * largest)) throw_no_gradient("several entries have the largest modulus to rounding");
    A_bar(row, col) = phase(A(row, col)) * bar;
}

}  // namespace

bool is_norm_of_values(Norm which) noexcept {
    return which == Norm::two || which == Norm::minus_two || which == Norm::nuclear;
}

template <class T>
void norm_cotangent(MatrixView<const T> A, Norm which, Real<T> bar, MatrixView<T> A_bar) {
    using R = Real<T>;
    check_cotangent(bar);
    tamis::detail::check_finite_entries(norm_caller, "the matrix", A);
    if (A.rows() == 0 || A.cols() == 0) return;
    for (std::int64_t j = 0; j < A.cols(); ++j) std::fill_n(&A_bar(0, j), A.rows(), T(0));
    switch (which) {
        case Norm::frobenius: break;
        case Norm::max: return largest_entry_cotangent(A, bar, A_bar);
        case Norm::one:
        case Norm::minus_one: return column_cotangent(A, which == Norm::one, "column", bar, A_bar);
        default: return column_cotangent(A.transposed(), which == Norm::inf, "row", bar, A_bar.transposed());
    }
    const R norm = tamis::detail::dense_norm<T>(A, Norm::frobenius);
    if (!(norm > 0)) return;
    // Halved twice, so that a norm that overflows does not.
    const R small = norm <= std::numeric_limits<R>::max() ? R(1) : std::numeric_limits<R>::epsilon();
    Block<T> scaled(A.rows(), A.cols(), uninitialized);
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) scaled(i, j) = A(i, j) * small;
    const R divisor = small == R(1) ? norm : frobenius<T>(scaled);
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) A_bar(i, j) = scaled(i, j) / divisor * bar;
}

template <class T>
void spectral_norm_cotangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, std::int64_t rank,
                             Norm which, Real<T> bar, MatrixView<T> A_bar) {
    using R = Real<T>;
    check_cotangent(bar);
    const std::int64_t m = U.rows(), n = Vt.cols(), k = s.rows();
    if (!is_norm_of_values(which) && which != Norm::frobenius)
        throw InvalidArgument(std::string(norm_caller) +
                              ": this norm is no function of the singular values; give the matrix itself");
    if (k == 0) return;
    const R width = static_cast<R>(10 * static_cast<double>(std::max(m, n)) * static_cast<double>(epsilon_v<T>)) * s(0, 0);
    // Weights of u_i v_iᴴ at i = first … last − 1.
    std::int64_t first = 0, last = k;
    R norm = 1;
    if (which == Norm::nuclear) {
        last = rank;
    } else if (which == Norm::two || which == Norm::minus_two) {
        first = which == Norm::two ? 0 : k - 1;
        last = first + 1;
        const std::int64_t neighbour = which == Norm::two ? 1 : k - 2;
        if (!(s(first, 0) > width))
            throw_no_gradient("the singular value " + std::to_string(first) + " is zero to rounding");
        if (k > 1 && !(std::abs(s(first, 0) - s(neighbour, 0)) > width))
            throw_no_gradient("the singular values " + std::to_string(std::min(first, neighbour)) + " and " +
                              std::to_string(std::max(first, neighbour)) + " are equal to rounding");
    } else {
        norm = frobenius<R>(s);
        if (!(norm > 0)) last = 0;
    }
    Block<T> scaled(m, last - first, uninitialized);
    for (std::int64_t j = first; j < last; ++j) {
        const R weight = which == Norm::frobenius ? s(j, 0) / norm * bar : bar;
        for (std::int64_t i = 0; i < m; ++i) scaled(i, j - first) = U(i, j) * weight;
    }
    for (std::int64_t j = 0; j < n; ++j) std::fill_n(&A_bar(0, j), m, T(0));
    tamis::detail::on_function_threads(
        std::max(m, n), [&] { add_product<T>(T(1), 'N', scaled, 'N', part(Vt, first, 0, last - first, n), A_bar); });
}

template <class T>
Real<T> norm_tangent(MatrixView<const T> gradient, MatrixView<const T> A_dot) {
    check_operand<T>("norm_jvp", "the tangent of A", gradient.rows(), gradient.cols(), A_dot);
    return static_cast<Real<T>>(real_inner_product<T>(gradient, A_dot));
}

#define TAMIS_INSTANTIATE(T)                                                                                   \
    template void norm_cotangent(MatrixView<const T>, Norm, Real<T>, MatrixView<T>);                           \
    template void spectral_norm_cotangent(MatrixView<const T>, MatrixView<const Real<T>>, MatrixView<const T>, \
                                          std::int64_t, Norm, Real<T>, MatrixView<T>);                         \
    template Real<T> norm_tangent(MatrixView<const T>, MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
