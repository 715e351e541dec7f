#include <tamis/iterative/eigen/randomized_svd.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/eigen/stored_operand.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// A, or A − 1 μᵀ: products with blocks of contiguous columns, counted.
template <class T>
class CenteredProducts {
  public:
    CenteredProducts(const OperatorRef<T>& A, bool center) : A_(A), center_(center) {
        if (!center || A.rows() == 0) return;
        Array<T> ones(A.rows(), uninitialized);
        std::fill(ones.begin(), ones.end(), T(1));
        mean_conjugate_ = Array<T>(A.cols(), uninitialized);
        A_.apply_adjoint(VectorView<const T>(ones.data(), A.rows()), VectorView<T>(mean_conjugate_.data(), A.cols()));
        vec::scale(A.cols(), Sum<T>(1 / static_cast<double>(A.rows())), mean_conjugate_.data());
        matvecs_ = 1;
    }
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }

    /// Y = A X − 1 (μᵀ X).
    void forward(const T* X, T* Y, std::int64_t m) {
        const std::int64_t rows = A_.rows(), cols = A_.cols();
        A_.apply(MatrixView<const T>(X, cols, m), MatrixView<T>(Y, rows, m));
        matvecs_ += m;
        for (std::int64_t j = 0; j < m && center_; ++j) {
            const T shift = static_cast<T>(vec::dot(cols, mean_conjugate_.data(), X + j * cols));
            for (std::int64_t i = 0; i < rows; ++i) Y[j * rows + i] -= shift;
        }
    }
    /// X = Aᴴ Y − μ̄ (1ᴴ Y).
    void adjoint(const T* Y, T* X, std::int64_t m) {
        const std::int64_t rows = A_.rows(), cols = A_.cols();
        A_.apply_adjoint(MatrixView<const T>(Y, rows, m), MatrixView<T>(X, cols, m));
        matvecs_ += m;
        for (std::int64_t j = 0; j < m && center_; ++j) {
            Sum<T> sum = 0;
            for (std::int64_t i = 0; i < rows; ++i) sum += Sum<T>(Y[j * rows + i]);
            vec::axpy(cols, -sum, mean_conjugate_.data(), X + j * cols);
        }
    }

  private:
    const OperatorRef<T>& A_;
    bool center_;
    Array<T> mean_conjugate_;
    std::int64_t matvecs_ = 0;
};

/// The columns of X (n×l, l ≤ n) orthonormal; what depends on the others is replaced by random directions. False: not
/// finite.
template <class T>
bool orthonormal_range(std::int64_t n, T* X, std::int64_t l, std::uint64_t& seed) {
    if (!all_finite(n * l, X)) return false;
    std::int64_t have = orthonormalize<T>(n, X, nullptr, 0, X, nullptr, l);
    for (int tries = 0; have < l && tries < 10; ++tries) {
        for (std::int64_t j = have; j < l; ++j) vec::fill_random(n, ++seed, X + j * n);
        have += orthonormalize<T>(n, X, nullptr, have, X + have * n, nullptr, l - have);
    }
    return have == l;
}

}  // namespace

template <class T>
EigenReport randomized_svd(const EigenOperand<T>& A, std::int64_t k, const RandomizedSvdOptions& options,
                           VectorView<Real<T>> values, MatrixView<T> u, MatrixView<T> vt) {
    const auto start = std::chrono::steady_clock::now();
    if (options.oversampling < 0 || options.power_iterations < 0)
        throw InvalidArgument("randomized_svd: oversampling and power_iterations must be at least 0");
    if (!A.ref().has_adjoint()) throw Unsupported(std::string("randomized_svd") + no_adjoint);
    check_stored_finite("randomized_svd", A);
    EigenReport report;
    if (k == 0) {
        report.message = "randomized_svd: none were asked for";
        return report;
    }
    const std::int64_t m = A.rows(), n = A.cols(), l = std::min({k + options.oversampling, m, n});
    const OperatorRef<T> op = A.ref();
    CenteredProducts<T> products(op, options.center);
    std::uint64_t seed = options.seed * 999983 + 3;
    Array<T> Q(m * l, uninitialized), Z(n * l, uninitialized);
    for (std::int64_t j = 0; j < l; ++j) vec::fill_random(n, ++seed, Z.data() + j * n);
    bool finite = true;
    for (std::int64_t q = 0; q <= options.power_iterations && finite; ++q) {
        products.forward(Z.data(), Q.data(), l);
        finite = orthonormal_range(m, Q.data(), l, seed);
        if (!finite) break;
        products.adjoint(Q.data(), Z.data(), l);
        if (q < options.power_iterations) finite = orthonormal_range(n, Z.data(), l, seed);
    }
    const auto count = static_cast<std::size_t>(l * l);
    std::vector<T> R(count), P(count), Wh(count), W(count);
    std::vector<Real<T>> s(static_cast<std::size_t>(l));
    if (finite) {
        // Aᴴ Q = Z R and R = P S Wᴴ: Qᴴ A = W S (Z P)ᴴ.
        Array<T> AQ(n * l, uninitialized);
        vec::copy(n * l, Z.data(), AQ.data());
        finite = orthonormal_range(n, Z.data(), l, seed);
        if (finite) tall::gram(n, Z.data(), l, AQ.data(), l, R.data(), l);
        finite = finite && lapack::gesdd(l, l, R.data(), l, s.data(), P.data(), Wh.data()) == 0;
    }
    report.residual_norms.assign(static_cast<std::size_t>(k), std::numeric_limits<double>::quiet_NaN());
    double worst = 0;
    if (finite) {
        for (std::int64_t j = 0; j < l; ++j)
            for (std::int64_t i = 0; i < l; ++i)
                W[static_cast<std::size_t>(j * l + i)] = conjugate(Wh[static_cast<std::size_t>(i * l + j)]);
        tall::rotate(m, Q.data(), l, W.data(), l, k);
        tall::rotate(n, Z.data(), l, P.data(), l, k);
        Array<T> AV(m * k, uninitialized), AU(n * k, uninitialized);
        products.forward(Z.data(), AV.data(), k);
        products.adjoint(Q.data(), AU.data(), k);
        for (std::int64_t j = 0; j < k; ++j) {
            const auto at = static_cast<std::size_t>(j);
            const double value = static_cast<double>(s[at]);
            const double one = vec::axpy_norm(m, Sum<T>(-value), Q.data() + j * m, AV.data() + j * m);
            const double other = vec::axpy_norm(n, Sum<T>(-value), Z.data() + j * n, AU.data() + j * n);
            report.residual_norms[at] = std::max(one, other);
            worst = std::max(worst, report.residual_norms[at]);
            values[j] = s[at];
            if (u.cols() == 0) continue;
            vec::copy(Q.data() + j * m, u.col(j));
            for (std::int64_t i = 0; i < n; ++i) vt(j, i) = conjugate(Z[j * n + i]);
        }
        report.scale = static_cast<double>(s[0]);
        report.converged_pairs = k;
    } else {
        for (std::int64_t j = 0; j < k; ++j) values[j] = std::numeric_limits<Real<T>>::quiet_NaN();
        for (std::int64_t j = 0; j < u.cols(); ++j) {
            for (std::int64_t i = 0; i < m; ++i) u(i, j) = T(0);
            for (std::int64_t i = 0; i < n; ++i) vt(j, i) = T(0);
        }
        report.status = Status::not_finite;
        worst = std::numeric_limits<double>::quiet_NaN();
    }
    report.iterations = options.power_iterations;
    report.matvecs = products.matvecs();
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    char numbers[160];
    std::snprintf(numbers, sizeof numbers, "%lld columns, %lld power iterations, %lld products, residuals up to %.1e",
                  static_cast<long long>(l), static_cast<long long>(options.power_iterations),
                  static_cast<long long>(report.matvecs), worst);
    report.message = std::string("randomized_svd: ") + numbers + (finite ? "" : "; a product was not finite");
    return report;
}

#define TAMIS_INSTANTIATE(T)                                                                                  \
    template EigenReport randomized_svd<T>(const EigenOperand<T>&, std::int64_t, const RandomizedSvdOptions&, \
                                           VectorView<Real<T>>, MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
