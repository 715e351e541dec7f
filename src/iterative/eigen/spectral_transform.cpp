#include "iterative/eigen/spectral_transform.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/ldlt.hpp>
#include <tamis/sparse/lu.hpp>

#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/full_problem.hpp"
#include "sparse/factor_prediction.hpp"

namespace tamis::detail {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// (A − σB)⁻¹ of full matrices.
template <class T>
class FullInverse {
  public:
    using scalar_type = T;
    FullInverse(std::int64_t n, Array<T>&& M) : n_(n), lu_(std::move(M)), pivots_(static_cast<std::size_t>(n)) {
        const std::int64_t at = lapack::getrf(n, lu_.data(), n, pivots_.data());
        if (at > 0) throw SingularMatrix("the shifted matrix is singular", at - 1, false);
    }
    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    void apply(VectorView<const T> x, VectorView<T> y) const { apply(MatrixView<const T>(x), MatrixView<T>(y)); }
    void apply(MatrixView<const T> X, MatrixView<T> Y) const {
        Array<T> block(n_ * X.cols(), uninitialized);
        for (std::int64_t j = 0; j < X.cols(); ++j)
            for (std::int64_t i = 0; i < n_; ++i) block[i + j * n_] = X(i, j);
        lapack::getrs(lapack::Op::none, n_, X.cols(), lu_.data(), n_, pivots_.data(), block.data(), n_);
        for (std::int64_t j = 0; j < X.cols(); ++j)
            for (std::int64_t i = 0; i < n_; ++i) Y(i, j) = block[i + j * n_];
    }

  private:
    std::int64_t n_;
    Array<T> lu_;
    std::vector<lapack::Int> pivots_;
};

/// B by rows with A's index type; empty without B.
template <class T, class I>
Csr<T, I> mass_rows(const EigenOperand<T>& B) {
    Csr<T, I> rows;
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::same_as<S, CsrView<T, I>>) rows = Csr<T, I>(stored);
            else if constexpr (std::same_as<S, CsrView<T, std::int32_t>> || std::same_as<S, CsrView<T, std::int64_t>>)
                rows = detail::cast<T, I>(stored);
        },
        B.stored());
    return rows;
}

template <class T>
bool is_sparse(const EigenOperand<T>& A) {
    return A.stored().index() == 1 || A.stored().index() == 2;
}

/// A − σB by rows: A itself, with a shift to be left to the factorization, where B is I.
template <class T, class I>
class PencilRows {
  public:
    PencilRows(CsrView<T, I> A, const EigenOperand<T>& B, double sigma) : view_(A) {
        if (!B) {
            shift_ = -sigma;
            return;
        }
        if (sigma == 0) return;
        auto S = mass_rows<T, I>(B);
        const auto factor = static_cast<Real<T>>(-sigma);
        for (T& v : S.values()) v *= factor;
        sum_ = combine<T, I>(A, S.view(), Combination::sum);
        view_ = sum_.view();
    }
    PencilRows(const PencilRows&) = delete;
    PencilRows& operator=(const PencilRows&) = delete;
    [[nodiscard]] const CsrView<T, I>& view() const noexcept { return view_; }
    [[nodiscard]] double shift() const noexcept { return shift_; }
    /// ‖A − σB‖_∞.
    [[nodiscard]] double norm() const {
        double largest = 0;
        for (std::int64_t i = 0; i < view_.rows(); ++i) {
            double sum = std::abs(shift_);
            const auto k = static_cast<std::size_t>(i);
            for (auto p = view_.row_offsets()[k]; p < view_.row_offsets()[k + 1]; ++p)
                sum += static_cast<double>(std::abs(view_.values()[static_cast<std::size_t>(p)]));
            largest = std::max(largest, sum);
        }
        return largest;
    }

  private:
    CsrView<T, I> view_;
    Csr<T, I> sum_;
    double shift_ = 0;
};

/// Whether A − σB, factored, is singular up to rounding although no pivot was zero. Rows and columns are scaled to entries
/// of about 1 first (S M S with s_i² = 1 / max_j |m_ij|), so that a matrix with rows of many sizes is not taken for one.
template <class T, class I>
bool is_singular_to_rounding(const PencilRows<T, I>& M, const OperatorRef<T>& inverse) {
    constexpr double limit = 200 * std::numeric_limits<double>::epsilon();
    const std::int64_t n = M.view().rows();
    std::vector<double> s(static_cast<std::size_t>(n));
    const auto entries = [&](std::int64_t i, const auto& take) {
        const auto k = static_cast<std::size_t>(i);
        double diagonal = M.shift();
        for (auto p = M.view().row_offsets()[k]; p < M.view().row_offsets()[k + 1]; ++p) {
            const auto at = static_cast<std::size_t>(p);
            const auto j = static_cast<std::int64_t>(M.view().col_indices()[at]);
            if (j == i) diagonal += static_cast<double>(std::real(M.view().values()[at]));
            else take(j, static_cast<double>(std::abs(M.view().values()[at])));
        }
        take(i, std::abs(diagonal));
    };
    for (std::int64_t i = 0; i < n; ++i) {
        double most = 0;
        entries(i, [&](std::int64_t, double modulus) { most = std::max(most, modulus); });
        s[static_cast<std::size_t>(i)] = most > 0 ? 1 / std::sqrt(most) : 1.0;
    }
    double norm = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        double sum = 0;
        entries(i, [&](std::int64_t j, double modulus) { sum += modulus * s[static_cast<std::size_t>(j)]; });
        norm = std::max(norm, sum * s[static_cast<std::size_t>(i)]);
    }
    // ‖S⁻¹ M⁻¹ S⁻¹‖₁, of a Hermitian matrix.
    const auto apply = [&](MatrixView<const T> X, MatrixView<T> Y) {
        Array<T> scaled(n * X.cols(), uninitialized);
        for (std::int64_t j = 0; j < X.cols(); ++j)
            for (std::int64_t i = 0; i < n; ++i)
                scaled[i + j * n] = X(i, j) * static_cast<Real<T>>(1 / s[static_cast<std::size_t>(i)]);
        inverse.apply(MatrixView<const T>(scaled.data(), n, X.cols()), Y);
        for (std::int64_t j = 0; j < X.cols(); ++j)
            for (std::int64_t i = 0; i < n; ++i) Y(i, j) *= static_cast<Real<T>>(1 / s[static_cast<std::size_t>(i)]);
    };
    const double inverse_norm = one_norm_estimate<T>(n, apply, apply);
    return !(norm * inverse_norm * limit < 1);
}

std::string factor_name(const char* kind, const FactorInfo& info) {
    return info.backend.empty() ? std::string(kind) : std::string(kind) + " (" + info.backend + ")";
}

/// A factor that was found; false where A − σB is singular to working precision.
template <class T, class I>
bool factor_rows(const char* name, const PencilRows<T, I>& M, const PencilOptions& options, FactoredPencil<T>& result) {
    FactorOptions how;
    how.shift = M.shift();
    how.stop = options.stop;
    const auto n = M.view().rows();
    if (options.try_cholesky) {
        try {
            auto F = std::make_shared<const SparseCholesky<T, I>>(M.view(), how);
            result.inertia = Inertia{n, 0, 0};
            result.proved = true;
            result.how = factor_name("Cholesky", F->info());
            result.inverse = Operator<T>(std::move(F));
            return !is_singular_to_rounding(M, result.inverse.ref());
        } catch (const NotPositiveDefinite&) {  // then L·D·Lᴴ
        }
    }
    try {
        auto F = std::make_shared<const SparseLdlt<T, I>>(M.view(), how);
        const Inertia inertia = F->inertia();
        if (inertia.zero > 0) return false;
        // A − σB is formed in T; a shift alone in double.
        const bool rounded = std::same_as<Real<T>, float> && M.shift() == 0;
        const double limit =
            rounded ? 100.0 * std::numeric_limits<float>::epsilon() : 1e4 * std::numeric_limits<double>::epsilon();
        result.inertia = inertia;
        if (options.inertia) {
            const auto condition = static_cast<double>(F->rcond());
            if (!(condition > 0.02 * limit)) return false;
            result.proved = F->info().perturbed_pivots == 0 && condition > limit;
            result.condition = condition;
        }
        result.how = factor_name("LDLt", F->info());
        result.inverse = Operator<T>(std::move(F));
        return options.inertia || !is_singular_to_rounding(M, result.inverse.ref());
    } catch (const Unsupported&) {  // diagonal pivots are not stable, and there are no others
        if (options.inertia) throw;
    }
    try {
        auto F = std::make_shared<const SparseLu<T, I>>(M.view(), how);
        result.inertia.reset();
        result.proved = false;
        result.how = factor_name("LU", F->info());
        result.inverse = Operator<T>(std::move(F));
        return !is_singular_to_rounding(M, result.inverse.ref());
    } catch (const SingularMatrix&) {
        (void)name;
        return false;
    }
}

template <class T>
bool factor_full(const EigenOperand<T>& A, const EigenOperand<T>& B, double sigma, const PencilOptions& options,
                 FactoredPencil<T>& result) {
    const std::int64_t n = A.rows();
    Array<T> M = to_full(A);
    const auto s = static_cast<Real<T>>(sigma);
    if (B) {
        const Array<T> mass = to_full(B);
        for (std::int64_t i = 0; i < n * n; ++i) M[i] -= s * mass[i];
    } else {
        for (std::int64_t i = 0; i < n; ++i) M[i * (n + 1)] -= s;
    }
    if (options.inertia) {
        Array<T> copy(M);
        std::vector<Real<T>> w(static_cast<std::size_t>(n));
        if (lapack::heevd(n, copy.data(), n, w.data(), false) != 0) return false;
        const double most = std::max(std::abs(w.front()), std::abs(w.back()));
        const double zero = static_cast<double>(10 * n) * std::numeric_limits<Real<T>>::epsilon() * most;
        Inertia inertia;
        for (const Real<T> value : w) {
            if (value > zero) ++inertia.positive;
            else if (value < -zero) ++inertia.negative;
            else ++inertia.zero;
        }
        if (inertia.zero > 0) return false;
        result.inertia = inertia;
        result.proved = true;
    }
    try {
        auto F = std::make_shared<const FullInverse<T>>(n, std::move(M));
        result.how = "dense LU";
        result.inverse = Operator<T>(std::move(F));
        return true;
    } catch (const SingularMatrix&) {
        return false;
    }
}

}  // namespace

template <class T>
FactoredPencil<T> factor_pencil(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B, double sigma,
                                const PencilOptions& options) {
    if (!A.is_stored() || (B && !B.is_stored()))
        throw Unsupported(
            std::string(name) +
            ": A − σB has to be factored, for which A and the mass matrix have to be stored (sparse or dense), "
            "and not operators");
    const double step = options.nudge * std::max(gershgorin(A).norm, std::numeric_limits<double>::min());
    // To the left first, where a semidefinite matrix becomes definite.
    for (const double nudge : {0.0, -1.0, -2.3, -5.9}) {
        const double moved = sigma + nudge * step;
        FactoredPencil<T> result;
        result.sigma = moved;
        const bool found = std::visit(
            [&](const auto& stored) {
                using S = std::remove_cvref_t<decltype(stored)>;
                if constexpr (std::same_as<S, CsrView<T, std::int32_t>> || std::same_as<S, CsrView<T, std::int64_t>>) {
                    using I = index_t<S>;
                    if (!B || is_sparse(B))
                        return factor_rows<T, I>(name, PencilRows<T, I>(stored, B, moved), options, result);
                }
                return factor_full(A, B, moved, options, result);
            },
            A.stored());
        if (found) {
            if (nudge != 0) {
                char text[120];
                std::snprintf(text, sizeof text, ", the shift moved from %.6g by %.2g, since the matrix is singular there",
                              sigma, nudge * step);
                result.how += text;
            }
            return result;
        }
        if (options.nudge == 0) break;
    }
    throw SingularMatrix(
        std::string(name) + ": A − σB is singular at σ = " + std::to_string(sigma) +
            (options.nudge > 0 ? " and at its neighbours; is there a vector that A and the mass matrix both map to 0?"
                               : "; move the shift a little"),
        -1, false);
}

template <class T>
FactoredPencil<T> factor_mass(const char* name, const EigenOperand<T>& B, const std::stop_token& stop) {
    if (!B.is_stored())
        throw Unsupported(
            std::string(name) +
            ": Lanczos on B⁻¹A factors the mass matrix, which has to be stored (sparse or dense); methods that do "
            "without are lobpcg and davidson");
    FactoredPencil<T> result;
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::same_as<S, CsrView<T, std::int32_t>> || std::same_as<S, CsrView<T, std::int64_t>>) {
                FactorOptions how;
                how.stop = stop;
                try {
                    auto F = std::make_shared<const SparseCholesky<T, index_t<S>>>(stored, how);
                    result.how = factor_name("Cholesky", F->info());
                    result.inverse = Operator<T>(std::move(F));
                } catch (const NotPositiveDefinite& failed) {
                    throw NotPositiveDefinite(std::string(name) +
                                                  ": the mass matrix is not positive definite, so that B⁻¹A does not exist; "
                                                  "eigenvalues near a shift can be had: .which = nearest and .sigma",
                                              failed.column());
                }
            } else if constexpr (std::same_as<S, MatrixView<const T>>) {
                Array<T> L = to_full(B);
                const std::int64_t failed = lapack::potrf(B.rows(), L.data(), B.rows());
                if (failed > 0)
                    throw NotPositiveDefinite(std::string(name) + ": the mass matrix is not positive definite", failed - 1);
                auto F = std::make_shared<const FullInverse<T>>(B.rows(), to_full(B));
                result.how = "dense LU";
                result.inverse = Operator<T>(std::move(F));
            }
        },
        B.stored());
    return result;
}

template <class T>
PencilPrediction predict_pencil(const EigenOperand<T>& A, const EigenOperand<T>& B) {
    if (!A.is_stored() || (B && !B.is_stored())) return {infinite, infinite, false};
    const auto n = static_cast<double>(A.rows());
    const double arithmetic = is_complex_v<T> ? 4 : 1;
    return std::visit(
        [&](const auto& stored) -> PencilPrediction {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::same_as<S, CsrView<T, std::int32_t>> || std::same_as<S, CsrView<T, std::int64_t>>) {
                using I = index_t<S>;
                if (!B || is_sparse(B)) {
                    // The pattern alone counts, and for B ≠ I that of a sum with any σ.
                    const PencilRows<T, I> M(stored, B, 1.0);
                    const PatternView<I> P{M.view().rows(), M.view().cols(), M.view().row_offsets().data(),
                                           M.view().col_indices().data()};
                    const FactorPrediction p = predict_factor<I>(P, nullptr);
                    return {arithmetic * p.flops, 16 * arithmetic * p.nonzeros, p.is_expander()};
                }
            }
            return {arithmetic * n * n * n, 8 * arithmetic * n * n, false};
        },
        A.stored());
}

template <class T>
SpectrumBounds gershgorin(const EigenOperand<T>& A) {
    SpectrumBounds bounds{infinite, -infinite, 0};
    const auto row = [&](double diagonal, double others) {
        bounds.lower = std::min(bounds.lower, diagonal - others);
        bounds.upper = std::max(bounds.upper, diagonal + others);
        bounds.norm = std::max(bounds.norm, std::abs(diagonal) + others);
    };
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::same_as<S, MatrixView<const T>>) {
                for (std::int64_t i = 0; i < stored.rows(); ++i) {
                    double others = 0;
                    for (std::int64_t j = 0; j < stored.cols(); ++j) others += j == i ? 0.0 : std::abs(stored(i, j));
                    row(std::real(stored(i, i)), others);
                }
            } else if constexpr (!std::same_as<S, std::monostate>) {
                for (std::int64_t i = 0; i < stored.rows(); ++i) {
                    double diagonal = 0, others = 0;
                    const auto k = static_cast<std::size_t>(i);
                    for (auto p = stored.row_offsets()[k]; p < stored.row_offsets()[k + 1]; ++p) {
                        const auto at = static_cast<std::size_t>(p);
                        if (stored.col_indices()[at] == i) diagonal = std::real(stored.values()[at]);
                        else others += std::abs(stored.values()[at]);
                    }
                    row(diagonal, others);
                }
            }
        },
        A.stored());
    return bounds;
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template FactoredPencil<T> factor_pencil<T>(const char*, const EigenOperand<T>&, const EigenOperand<T>&, double, \
                                                const PencilOptions&);                                               \
    template FactoredPencil<T> factor_mass<T>(const char*, const EigenOperand<T>&, const std::stop_token&);          \
    template PencilPrediction predict_pencil<T>(const EigenOperand<T>&, const EigenOperand<T>&);                     \
    template SpectrumBounds gershgorin<T>(const EigenOperand<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
