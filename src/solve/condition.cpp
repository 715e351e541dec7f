#include "solve/condition.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include <tamis/core/array.hpp>
#include <tamis/core/one_norm.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

double as_condition(double product) noexcept {
    return product >= 1 ? product : (product >= 0 ? 1.0 : std::numeric_limits<double>::infinity());
}

/// 2 to the power that brings `size` into [1, 2); 1 for zero.
template <class R>
R inverse_power_of_two(R size) noexcept {
    if (!(size > 0) || !std::isfinite(size)) return R(1);
    return std::ldexp(R(1), -std::ilogb(size));
}

}  // namespace

template <class T>
double condition_estimate(const AnyFactorization<T>& F, std::int64_t n, double norm_A_one) {
    if (n == 0) return 1;
    const double inverse = static_cast<double>(one_norm_estimate<T>(
        n, [&](MatrixView<const T> in, MatrixView<T> out) { F.solve_into(in, out); },
        [&](MatrixView<const T> in, MatrixView<T> out) { F.solve_adjoint_into(in, out); }));
    return as_condition(norm_A_one * inverse);
}

template <class T, class I>
double equilibrated_condition_estimate(CsrView<T, I> A, const AnyFactorization<T>& F) {
    using R = Real<T>;
    const std::int64_t n = A.rows();
    if (n == 0) return 1;
    Array<R> row_scale(n);
    Array<R> col_scale(n);
    // One sweep over rows, one over columns (LAPACK's xGEEQUB), with powers of two so that no rounding enters.
    for (std::int64_t i = 0; i < n; ++i) {
        R largest(0);
        for (const auto [j, value] : A.row(i)) largest = std::max(largest, static_cast<R>(std::abs(value)));
        row_scale[i] = inverse_power_of_two(largest);
    }
    for (std::int64_t i = 0; i < n; ++i)
        for (const auto [j, value] : A.row(i))
            col_scale[j] = std::max(col_scale[j], static_cast<R>(std::abs(value)) * row_scale[i]);
    for (std::int64_t j = 0; j < n; ++j) col_scale[j] = inverse_power_of_two(col_scale[j]);

    Array<double> column_sum(n);
    for (std::int64_t i = 0; i < n; ++i)
        for (const auto [j, value] : A.row(i))
            column_sum[j] +=
                static_cast<double>(std::abs(value)) * static_cast<double>(row_scale[i]) * static_cast<double>(col_scale[j]);
    const double norm = *std::max_element(column_sum.begin(), column_sum.end());

    // (R A C)⁻¹ = C⁻¹ A⁻¹ R⁻¹
    const auto scaled = [n](const Array<R>& before, const Array<R>& after, MatrixView<const T> in, MatrixView<T> out,
                            auto&& apply) {
        for (std::int64_t c = 0; c < in.cols(); ++c)
            for (std::int64_t i = 0; i < n; ++i) out(i, c) = in(i, c) / before[i];
        apply(MatrixView<const T>(out), out);
        for (std::int64_t c = 0; c < in.cols(); ++c)
            for (std::int64_t i = 0; i < n; ++i) out(i, c) = out(i, c) / after[i];
    };
    const double inverse = static_cast<double>(one_norm_estimate<T>(
        n,
        [&](MatrixView<const T> in, MatrixView<T> out) {
            scaled(row_scale, col_scale, in, out, [&](auto b, auto x) { F.solve_into(b, x); });
        },
        [&](MatrixView<const T> in, MatrixView<T> out) {
            scaled(col_scale, row_scale, in, out, [&](auto b, auto x) { F.solve_adjoint_into(b, x); });
        }));
    return as_condition(norm * inverse);
}

#define TAMIS_INSTANTIATE_SCALAR(T) template double condition_estimate(const AnyFactorization<T>&, std::int64_t, double);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_SCALAR)
#undef TAMIS_INSTANTIATE_SCALAR
#define TAMIS_INSTANTIATE(T, I) template double equilibrated_condition_estimate(CsrView<T, I>, const AnyFactorization<T>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
