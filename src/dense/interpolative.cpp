#include <tamis/dense/interpolative.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/blas.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T>
InterpolativeParts<T> interpolative(MatrixView<const T> A, const InterpolativeOptions& options) {
    const char* const caller = "interpolative";
    const std::int64_t m = A.rows(), n = A.cols(), most = std::min(m, n);
    check_lapack_sizes(caller, m, n);
    if (!(options.tolerance >= 0 && options.tolerance <= 1))
        throw InvalidArgument(std::string(caller) + ": .tolerance is " + std::to_string(options.tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    if (options.rank < 0 || options.rank > most)
        throw InvalidArgument(std::string(caller) + ": .rank is " + std::to_string(options.rank) + "; a matrix of " +
                              std::to_string(m) + "×" + std::to_string(n) + " has a rank of at most " +
                              std::to_string(most) + " (0: no bound)");
    InterpolativeParts<T> parts;
    if (most == 0) return parts;
    Array<T> R(m * n, uninitialized);
    Array<T> tau(most, uninitialized);
    Array<int> pivots(n, uninitialized);
    copy_finite(caller, A, R.data(), m);
    on_spectral_threads(4.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(most),
                        [&] { lapack::geqp3(m, n, R.data(), m, pivots.data(), tau.data()); });
    // rest[k] = ‖R(k:, k:)‖_F.
    Array<double> rest(most + 1);
    for (std::int64_t k = most; k-- > 0;) {
        rest[k] = rest[k + 1];
        for (std::int64_t j = k; j < n; ++j) rest[k] = std::hypot(rest[k], std::abs(std::complex<double>(R[j * m + k])));
    }
    const double tolerance =
        options.tolerance > 0 ? options.tolerance : static_cast<double>(std::max(m, n)) * static_cast<double>(epsilon_v<T>);
    const std::int64_t bound = options.rank > 0 ? options.rank : most;
    std::int64_t k = 0;
    while (k < bound && rest[k] > tolerance * rest[0]) ++k;
    for (std::int64_t j = 0; j < k; ++j) parts.columns.push_back(pivots[j] - 1);
    parts.coefficients = Array<T>(k * n);
    if (k == 0) return parts;
    blas::trsm('L', 'U', 'N', 'N', k, n - k, T(1), R.data(), m, R.data() + k * m, m);
    for (std::int64_t j = 0; j < n; ++j) {
        T* const column = parts.coefficients.data() + (pivots[j] - 1) * k;
        if (j < k) column[j] = T(1);
        else std::copy_n(R.data() + j * m, k, column);
    }
    return parts;
}

#define TAMIS_INSTANTIATE(T) template InterpolativeParts<T> interpolative(MatrixView<const T>, const InterpolativeOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
