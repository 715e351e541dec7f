#include <tamis/dense/cossin.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <tamis/core/array.hpp>

#include "core/blas.hpp"
#include "dense/lapack_csd.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// InvalidArgument unless XᴴX = I to 100 m ε in every entry.
template <class T>
void check_unitary(const char* caller, std::int64_t m, const T* X) {
    Array<T> gram(m * m, uninitialized);
    on_spectral_threads(2 * std::pow(static_cast<double>(m), 3),
                        [&] { blas::gemm('C', 'N', m, m, m, T(1), X, m, X, m, T(0), gram.data(), m); });
    double worst = 0;
    for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t i = 0; i < m; ++i) {
            const double departure = static_cast<double>(std::abs(gram[j * m + i] - T(i == j ? 1 : 0)));
            if (!(departure <= worst)) worst = departure;
        }
    if (!(worst <= 100 * static_cast<double>(m) * static_cast<double>(epsilon_v<T>)))
        throw InvalidArgument(std::string(caller) + ": the matrix is not unitary: an entry of XᴴX − I has modulus " +
                              std::to_string(worst));
}

}  // namespace

template <class T>
void cossin(MatrixView<const T> X, std::int64_t p, std::int64_t q, MatrixView<T> U, MatrixView<T> CS, MatrixView<T> Vt) {
    const char* const caller = "cossin";
    check_square_operand(caller, X);
    const std::int64_t m = X.rows();
    if (!(p > 0 && p < m && q > 0 && q < m))
        throw InvalidArgument(std::string(caller) + ": the leading block is p×q = " + std::to_string(p) + "×" +
                              std::to_string(q) + "; p and q must lie in (0, " + std::to_string(m) + ")");
    Array<T> work(m * m, uninitialized);
    copy_finite(caller, X, work.data(), m);
    check_unitary(caller, m, work.data());
    for (const auto& out : {U, CS, Vt}) std::fill_n(out.data(), m * m, T(0));
    const std::int64_t r = std::min({p, m - p, q, m - q});
    Array<Real<T>> theta(r, uninitialized);
    std::int64_t failed = 0;
    on_spectral_threads(10 * std::pow(static_cast<double>(m), 3),
                        [&] { failed = lapack::uncsd(m, p, q, work.data(), theta.data(), U.data(), Vt.data()); });
    if (failed != 0)
        throw NotConverged(std::string(caller) + ": LAPACK's uncsd did not converge", Status::max_iterations, 0, 0);
    // Orders of the identities: in X₁₁, X₁₂ (negative), X₂₁, X₂₂.
    const std::int64_t n11 = std::min(p, q) - r, n12 = std::min(p, m - q) - r;
    const std::int64_t n21 = std::min(m - p, q) - r, n22 = std::min(m - p, m - q) - r;
    const std::int64_t right = n11 + n21 + n22 + r;  // where the angles begin among the last m − q columns
    for (std::int64_t i = 0; i < n11; ++i) CS(i, i) = T(1);
    for (std::int64_t i = 0; i < n12; ++i) CS(n11 + r + i, right + r + i) = T(-1);
    for (std::int64_t i = 0; i < n22; ++i) CS(p + i, q + i) = T(1);
    for (std::int64_t i = 0; i < n21; ++i) CS(p + n22 + r + i, n11 + r + i) = T(1);
    for (std::int64_t i = 0; i < r; ++i) {
        const T c(std::cos(theta[i])), s(std::sin(theta[i]));
        CS(n11 + i, n11 + i) = c;
        CS(n11 + i, right + i) = -s;
        CS(p + n22 + i, n11 + i) = s;
        CS(p + n22 + i, right + i) = c;
    }
}

#define TAMIS_INSTANTIATE(T) \
    template void cossin(MatrixView<const T>, std::int64_t, std::int64_t, MatrixView<T>, MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
