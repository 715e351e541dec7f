#include "iterative/functions/taylor_degree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <variant>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

namespace {

constexpr const char* exponential_name = "expm_multiply: A";

/// f(i, j, value) for every entry that is stored, which must be finite.
template <class T, class F>
void for_each_stored_entry(const EigenOperand<T>& A, const F& f) {
    std::visit(
        [&]<class S>(const S& stored) {
            if constexpr (std::same_as<S, MatrixView<const T>>) {
                for (std::int64_t j = 0; j < stored.cols(); ++j)
                    for (std::int64_t i = 0; i < stored.rows(); ++i) f(i, j, stored(i, j));
            } else if constexpr (!std::same_as<S, std::monostate>) {
                const auto* offsets = stored.row_offsets().data();
                for (std::int64_t i = 0; i < stored.rows(); ++i)
                    for (auto k = offsets[i]; k < offsets[i + 1]; ++k)
                        f(i, static_cast<std::int64_t>(stored.col_indices().data()[k]), stored.values().data()[k]);
            }
        },
        A.stored());
}

}  // namespace

template <class T>
void check_stored_entries(const EigenOperand<T>& A) {
    std::visit(
        [&]<class S>(const S& stored) {
            if constexpr (std::same_as<S, MatrixView<const T>>) {
                for (std::int64_t j = 0; j < stored.cols(); ++j)
                    for (std::int64_t i = 0; i < stored.rows(); ++i)
                        if (!is_finite(stored(i, j)))
                            throw InvalidArgument(std::string(exponential_name) +
                                                  ": the matrix holds a number that is not finite at row " +
                                                  std::to_string(i) + ", column " + std::to_string(j));
            } else if constexpr (!std::same_as<S, std::monostate>) {
                check_finite(exponential_name, stored, true);
            }
        },
        A.stored());
}

template <class T>
PowerNorms<T>::PowerNorms(const EigenOperand<T>& A) : A_(A) {
    d_.fill(-1);
    const std::int64_t n = A.rows();
    if (A.is_stored()) {
        check_stored_entries(A);
        for_each_stored_entry(A, [&](std::int64_t i, std::int64_t j, const T& v) {
            if (i == j) mu_ += Sum<T>(v) / static_cast<double>(n);
        });
        // As a number of T, in which products are shifted.
        mu_ = Sum<T>(static_cast<T>(mu_));
        Array<double> sums(n);
        Array<T> diagonal(n);
        for_each_stored_entry(A, [&](std::int64_t i, std::int64_t j, const T& v) {
            if (i == j) diagonal[i] += v;
            else sums[j] += static_cast<double>(std::abs(v));
        });
        for (std::int64_t j = 0; j < n; ++j) one_norm_ = std::max(one_norm_, sums[j] + std::abs(Sum<T>(diagonal[j]) - mu_));
    } else {
        if (!A.ref().has_adjoint()) throw Unsupported(std::string("expm_multiply") + no_adjoint);
        one_norm_ = d(1);
    }
    if (!std::isfinite(one_norm_))
        throw InvalidArgument(std::string(exponential_name) +
                              ": it has no finite 1-norm, or products with it are not finite");
    d_[1] = one_norm_;
}

template <class T>
void PowerNorms<T>::apply_power(int p, MatrixView<const T> X, MatrixView<T> Y, bool adjoint) const {
    const std::int64_t n = X.rows(), m = X.cols();
    // Of norm 1 where the norm is known, so that no power overflows.
    const double scale = one_norm_ > 0 ? 1 / one_norm_ : 1;
    Array<T> from(n * m, uninitialized), to(n * m, uninitialized);
    for (std::int64_t j = 0; j < m; ++j) vec::copy<T>(X.col(j), from.data() + j * n);
    const Sum<T> mu = adjoint ? conjugate(mu_) : mu_;
    for (int k = 0; k < p; ++k) {
        const MatrixView<const T> F(from.data(), n, m);
        const MatrixView<T> G(to.data(), n, m);
        if (adjoint) A_.ref().apply_adjoint(F, G);
        else A_.ref().apply(F, G);
        vec::axpby<T>(n * m, -mu * scale, from.data(), Sum<T>(scale), to.data());
        from.swap(to);
    }
    for (std::int64_t j = 0; j < m; ++j) vec::copy<T>(from.data() + j * n, Y.col(j));
}

template <class T>
double PowerNorms<T>::d(int p) {
    double& known = d_[static_cast<std::size_t>(p)];
    if (known >= 0) return known;
    const auto apply = [&](MatrixView<const T> X, MatrixView<T> Y) { apply_power(p, X, Y, false); };
    const auto apply_adjoint = [&](MatrixView<const T> X, MatrixView<T> Y) { apply_power(p, X, Y, true); };
    const double norm = static_cast<double>(one_norm_estimate<T>(A_.rows(), apply, apply_adjoint));
    known = std::pow(norm, 1.0 / p) * (one_norm_ > 0 ? one_norm_ : 1);
    return known;
}

template <class T>
TaylorPlan PowerNorms<T>::plan(double t, std::int64_t n0) {
    const double norm = t * one_norm_;
    if (!(norm <= std::numeric_limits<double>::max())) throw InvalidArgument("expm_multiply: t‖A‖ is not finite");
    if (norm == 0) return {};
    constexpr int ell = 2;
    constexpr int m_max = most_taylor_terms;
    const auto& theta = taylor_theta<T>();
    double fewest = std::numeric_limits<double>::infinity();
    double best_s = 1;
    TaylorPlan best;
    const auto consider = [&](int m, double alpha) {
        const double s = std::max(1.0, std::ceil(alpha / theta[static_cast<std::size_t>(m - 1)]));
        if (m * s < fewest) {
            fewest = m * s;
            best.m = m;
            best_s = s;
        }
    };
    // (3.13): estimates cost more than they could save.
    if (norm <= 2.0 * ell * most_powers * (most_powers + 3) * theta[m_max - 1] / (static_cast<double>(n0) * m_max)) {
        for (int m = 1; m <= m_max; ++m) consider(m, norm);
    } else {
        // (3.11)
        for (int p = 2; p <= most_powers; ++p) {
            const double alpha = t * std::max(d(p), d(p + 1));
            if (!std::isfinite(alpha))
                throw InvalidArgument(std::string(exponential_name) + ": products with powers of it are not finite");
            for (int m = p * (p - 1) - 1; m <= m_max; ++m) consider(m, alpha);
        }
    }
    if (!(best_s < 1e15))
        throw InvalidArgument("expm_multiply: t‖A‖ = " + std::to_string(norm) + " takes more products than can be counted");
    best.s = static_cast<std::int64_t>(best_s);
    return best;
}

#define TAMIS_INSTANTIATE(T)                                       \
    template void check_stored_entries<T>(const EigenOperand<T>&); \
    template class PowerNorms<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
