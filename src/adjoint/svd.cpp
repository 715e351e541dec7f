#include <tamis/adjoint/svd.hpp>

#include <cmath>

#include "adjoint/dense_block.hpp"
#include "adjoint/gauge.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

/// What decides on multiple and on zero singular values.
template <class R>
class SingularClusters {
  public:
    SingularClusters(MatrixView<const R> s, double tolerance) : s_(s) {
        if (s.rows() > 0) width_ = static_cast<R>(tolerance * static_cast<double>(s(0, 0)));
    }
    [[nodiscard]] bool is_zero(std::int64_t i) const { return !(s_(i, 0) > width_); }
    [[nodiscard]] bool are_one(std::int64_t i, std::int64_t j) const { return !(std::abs(s_(i, 0) - s_(j, 0)) > width_); }
    [[nodiscard]] std::string names(std::int64_t i, std::int64_t j) const {
        if (i == j) return "the singular value " + std::to_string(i) + (is_zero(i) ? " is zero to rounding" : "");
        return "the singular values " + std::to_string(j) + " and " + std::to_string(i) +
               (is_zero(i) && is_zero(j) ? " are zero to rounding" : " are equal to rounding");
    }

  private:
    MatrixView<const R> s_;
    R width_ = 0;
};

template <class T>
T skew(const Block<T>& M, std::int64_t i, std::int64_t j) {
    return M(i, j) / Real<T>(2) - tamis::detail::conjugate(M(j, i)) / Real<T>(2);
}

/// The part among the vectors of the null space (those behind the first k) of a cotangent has to be Hermitian.
template <class T>
void check_null_space(const char* what, const char* side, const Block<T>& M, std::int64_t k, Real<T> limit) {
    for (std::int64_t j = k; j < M.cols(); ++j)
        for (std::int64_t i = j; i < M.cols(); ++i)
            if (!(std::abs(skew(M, i, j)) <= limit))
                throw_depends_on_gauge(what,
                                       std::string("the loss depends on which basis of the null space is taken in ") + side);
}

/// Columns that belong to singular values of zero have to vanish, and are set to zero; the others are divided by σ.
template <class T>
void divide_columns(const char* what, const char* side, const SingularClusters<Real<T>>& clusters,
                    MatrixView<const Real<T>> s, Real<T> limit, bool tangent, MatrixView<T> W) {
    for (std::int64_t j = 0; j < W.cols(); ++j) {
        if (!clusters.is_zero(j)) {
            for (std::int64_t i = 0; i < W.rows(); ++i) W(i, j) /= s(j, 0);
            continue;
        }
        for (std::int64_t i = 0; i < W.rows(); ++i) {
            if (!(std::abs(W(i, j)) <= limit))
                throw_depends_on_gauge(
                    what, clusters.names(j, j) + (tangent ? ", and the tangent moves it: it has a kink there"
                                                          : std::string(", and the loss depends on its vector in ") + side +
                                                                ", which can be any of a larger space"));
            W(i, j) = T(0);
        }
    }
}

/// P: s_bar on the diagonal, (S_u + S_v)_ij / (σ_j − σ_i) + (S_u − S_v)_ij / (σ_i + σ_j).
template <class T>
Block<T> inner_cotangent(const char* what, const SingularClusters<Real<T>>& clusters, MatrixView<const Real<T>> s,
                         const Block<Real<T>>& s_bar, const Block<T>& Mu, const Block<T>& Mv, const GaugeOptions& options,
                         Real<T> limit) {
    using R = Real<T>;
    const std::int64_t k = s.rows();
    const R value_limit =
        s_bar.empty() ? R(0) : static_cast<R>(options.gauge_tolerance * static_cast<double>(frobenius<R>(s_bar)));
    Block<T> P(k, k);
    for (std::int64_t j = 0; j < k && !s_bar.empty(); ++j) {
        if (clusters.is_zero(j) && !(std::abs(s_bar(j, 0)) <= value_limit))
            throw_depends_on_gauge(what, clusters.names(j, j) + ", where it has a kink, and its cotangent is not zero");
        P(j, j) = s_bar(j, 0);
    }
    for (std::int64_t j = 0; j < k; ++j) {
        for (std::int64_t i = 0; i < k; ++i) {
            const bool one = clusters.are_one(i, j);
            if (i > j && one && !s_bar.empty() && !(std::abs(s_bar(i, 0) - s_bar(j, 0)) <= value_limit))
                throw_depends_on_gauge(what, clusters.names(i, j) +
                                                 ", but their cotangents are not: which of them is which "
                                                 "is arbitrary");
            const T u = Mu.empty() ? T(0) : skew(Mu, i, j), v = Mv.empty() ? T(0) : skew(Mv, i, j);
            if (one) {
                if (!(std::abs(u + v) <= limit))
                    throw_depends_on_gauge(what, i == j ? "the loss depends on the common phase of the singular vectors " +
                                                              std::to_string(j) + ", which is arbitrary"
                                                        : clusters.names(i, j) +
                                                              ", and the loss depends on which basis of their space is "
                                                              "taken");
            } else {
                P(i, j) += (u + v) / (s(j, 0) - s(i, 0));
            }
            if (clusters.is_zero(i) && clusters.is_zero(j)) {
                if (!(std::abs(u - v) <= limit))
                    throw_depends_on_gauge(what, clusters.names(std::max(i, j), std::min(i, j)) +
                                                     ", and the loss depends on the vectors in U and V apart");
            } else {
                P(i, j) += (u - v) / (s(i, 0) + s(j, 0));
            }
        }
    }
    return P;
}

}  // namespace

template <class T>
void svd_cotangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, MatrixView<const T> u_bar,
                   MatrixView<const Real<T>> s_bar, MatrixView<const T> vt_bar, const GaugeOptions& given,
                   MatrixView<T> A_bar) {
    using R = Real<T>;
    const char* const what = "svd_vjp";
    const std::int64_t m = U.rows(), n = Vt.cols(), k = s.rows();
    check_gauge_options(what, given);
    const GaugeOptions options = with_defaults<R>(given, std::max(m, n));
    Block<T> Bu = optional_argument<T>(what, "the cotangent of U", u_bar, m, U.cols());
    const Block<R> Bs = optional_argument<R>(what, "the cotangent of the singular values", s_bar, k, 1);
    Block<T> Bv = optional_argument<T>(what, "the cotangent of Vt", vt_bar, Vt.rows(), n);
    const SingularClusters<R> clusters(s, options.cluster_tolerance);
    const R limit = static_cast<R>(options.gauge_tolerance * (static_cast<double>(Bu.empty() ? R(0) : frobenius<T>(Bu)) +
                                                              static_cast<double>(Bv.empty() ? R(0) : frobenius<T>(Bv))));
    const MatrixView<const T> U1 = part(U, 0, 0, m, k), V1 = part(Vt, 0, 0, k, n);
    tamis::detail::on_function_threads(std::max(m, n), [&] {
        const Block<T> Mu = Bu.empty() ? Block<T>() : product<T>('C', U, 'N', Bu);
        const Block<T> Mv = Bv.empty() ? Block<T>() : product<T>('N', Vt, 'C', Bv);
        check_null_space(what, "U", Mu, k, limit);
        check_null_space(what, "V", Mv, k, limit);
        const Block<T> P = inner_cotangent(what, clusters, s, Bs, Mu, Mv, options, limit);
        Block<T> left = product<T>('N', U1, 'N', P);
        if (!Bu.empty() && m > k) {
            // What turns the first vectors out of their span: thin (I − UUᴴ) Ū, full U₂ (M₂₁ − M₁₂ᴴ).
            Block<T> W(m, k);
            if (U.cols() == k) {
                W = std::move(Bu);
                add_product<T>(T(-1), 'N', U, 'N', Mu, W);
            } else {
                Block<T> X(m - k, k, uninitialized);
                for (std::int64_t j = 0; j < k; ++j)
                    for (std::int64_t i = k; i < m; ++i) X(i - k, j) = R(2) * skew(Mu, i, j);
                add_product<T>(T(1), 'N', part(U, 0, k, m, m - k), 'N', X, W);
            }
            divide_columns<T>(what, "U", clusters, s, limit, false, W);
            for (std::int64_t j = 0; j < k; ++j)
                for (std::int64_t i = 0; i < m; ++i) left(i, j) += W(i, j);
        }
        for (std::int64_t j = 0; j < n; ++j) std::fill_n(&A_bar(0, j), m, T(0));
        add_product<T>(T(1), 'N', left, 'N', V1, A_bar);
        if (!Bv.empty() && n > k) {
            Block<T> W(k, n);
            if (Vt.rows() == k) {
                W = std::move(Bv);
                add_product<T>(T(-1), 'C', Mv, 'N', Vt, W);
            } else {
                Block<T> Y(n - k, k, uninitialized);
                for (std::int64_t j = 0; j < k; ++j)
                    for (std::int64_t i = k; i < n; ++i) Y(i - k, j) = R(2) * skew(Mv, i, j);
                add_product<T>(T(1), 'C', Y, 'N', part(Vt, k, 0, n - k, n), W);
            }
            divide_columns<T>(what, "V", clusters, s, limit, false, MatrixView<T>(W).transposed());
            add_product<T>(T(1), 'N', U1, 'N', W, A_bar);
        }
    });
}

namespace {

/// Ω_U and Ω_V of the first k vectors, U₁ᴴU̇₁ and V₁ᴴV̇₁, from P = U₁ᴴȦV₁; the tangents of σ.
template <class T>
void inner_tangents(const char* what, const SingularClusters<Real<T>>& clusters, MatrixView<const Real<T>> s,
                    MatrixView<const T> P, Real<T> limit, MatrixView<T> omega_u, MatrixView<T> omega_v,
                    MatrixView<Real<T>> s_dot) {
    using R = Real<T>;
    const std::int64_t k = s.rows();
    for (std::int64_t j = 0; j < k; ++j) s_dot(j, 0) = tamis::detail::real_part(P(j, j));
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < k; ++i) {
            const T p = P(i, j) / R(2), q = tamis::detail::conjugate(P(j, i)) / R(2);
            const T common = p + q, apart = p - q;
            T u(0), v(0);
            if (i != j && clusters.are_one(i, j)) {
                if (!(std::abs(common) <= limit && std::abs(s_dot(i, 0) - s_dot(j, 0)) <= limit))
                    throw_depends_on_gauge(what, clusters.names(std::max(i, j), std::min(i, j)) +
                                                     ", and the tangent parts them: they have derivatives to one side only, "
                                                     "and their vectors jump");
            } else if (i != j) {
                u = v = common / (s(j, 0) - s(i, 0));
            }
            if (clusters.is_zero(i) && clusters.is_zero(j)) {
                if (!(std::abs(P(i, j)) <= limit))
                    throw_depends_on_gauge(what, clusters.names(j, j) + ", and the tangent moves it: it has a kink there");
            } else {
                u += apart / (s(i, 0) + s(j, 0));
                v -= apart / (s(i, 0) + s(j, 0));
            }
            omega_u(i, j) = u;
            omega_v(i, j) = v;
        }
}

}  // namespace

template <class T>
void svd_tangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, MatrixView<const T> A_dot,
                 const GaugeOptions& given, MatrixView<T> u_dot, MatrixView<Real<T>> s_dot, MatrixView<T> vt_dot) {
    using R = Real<T>;
    const char* const what = "svd_jvp";
    const std::int64_t m = U.rows(), n = Vt.cols(), k = s.rows(), ku = U.cols(), kv = Vt.rows();
    check_gauge_options(what, given);
    const GaugeOptions options = with_defaults<R>(given, std::max(m, n));
    const Block<T> E = argument<T>(what, "the tangent of A", A_dot, m, n);
    const SingularClusters<R> clusters(s, options.cluster_tolerance);
    const R limit = static_cast<R>(options.gauge_tolerance * static_cast<double>(frobenius<T>(E)));
    tamis::detail::on_function_threads(std::max(m, n), [&] {
        const Block<T> EV = product<T>('N', E, 'C', Vt);  // m×kv
        const Block<T> UE = product<T>('C', U, 'N', E);   // ku×n
        const Block<T> P = product<T>('C', U, 'N', EV);   // ku×kv
        Block<T> omega_u(ku, ku), omega_v(kv, kv);
        inner_tangents<T>(what, clusters, s, part<const T>(P, 0, 0, k, k), limit, part<T>(omega_u, 0, 0, k, k),
                          part<T>(omega_v, 0, 0, k, k), s_dot);
        // Out of the span of the first vectors: (I − U₁U₁ᴴ) Ȧ V₁ Σ⁻¹, of a full U by its other vectors.
        Block<T> out_u, out_v;
        if (m > k && ku == k) {
            out_u = Block<T>(m, k, uninitialized);
            std::copy_n(EV.data(), m * k, out_u.data());
            add_product<T>(T(-1), 'N', U, 'N', part<const T>(P, 0, 0, k, k), out_u);
            divide_columns<T>(what, "U", clusters, s, limit, true, out_u);
        } else if (m > k) {
            const MatrixView<T> X = part<T>(omega_u, k, 0, m - k, k);
            for (std::int64_t j = 0; j < k; ++j) std::copy_n(&P(k, j), m - k, &X(0, j));
            divide_columns<T>(what, "U", clusters, s, limit, true, X);
            for (std::int64_t j = 0; j < k; ++j)
                for (std::int64_t i = k; i < m; ++i) omega_u(j, i) = -tamis::detail::conjugate(omega_u(i, j));
        }
        if (n > k && kv == k) {
            out_v = Block<T>(k, n, uninitialized);
            for (std::int64_t j = 0; j < n; ++j) std::copy_n(&UE(0, j), k, &out_v(0, j));
            add_product<T>(T(-1), 'N', part<const T>(P, 0, 0, k, k), 'N', Vt, out_v);
            divide_columns<T>(what, "V", clusters, s, limit, true, MatrixView<T>(out_v).transposed());
        } else if (n > k) {
            const MatrixView<T> Y = part<T>(omega_v, k, 0, n - k, k);
            for (std::int64_t j = 0; j < k; ++j)
                for (std::int64_t i = k; i < n; ++i) Y(i - k, j) = tamis::detail::conjugate(P(j, i));
            divide_columns<T>(what, "V", clusters, s, limit, true, Y);
            for (std::int64_t j = 0; j < k; ++j)
                for (std::int64_t i = k; i < n; ++i) omega_v(j, i) = -tamis::detail::conjugate(omega_v(i, j));
        }
        const Block<T> turned_u = product<T>('N', U, 'N', omega_u);
        const Block<T> turned_v = product<T>('C', omega_v, 'N', Vt);
        for (std::int64_t j = 0; j < ku; ++j)
            for (std::int64_t i = 0; i < m; ++i) u_dot(i, j) = turned_u(i, j) + (out_u.empty() ? T(0) : out_u(i, j));
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < kv; ++i) vt_dot(i, j) = turned_v(i, j) + (out_v.empty() ? T(0) : out_v(i, j));
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                              \
    template void svd_cotangent(MatrixView<const T>, MatrixView<const Real<T>>, MatrixView<const T>, MatrixView<const T>, \
                                MatrixView<const Real<T>>, MatrixView<const T>, const GaugeOptions&, MatrixView<T>);      \
    template void svd_tangent(MatrixView<const T>, MatrixView<const Real<T>>, MatrixView<const T>, MatrixView<const T>,   \
                              const GaugeOptions&, MatrixView<T>, MatrixView<Real<T>>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
