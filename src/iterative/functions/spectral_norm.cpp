#include <tamis/iterative/functions/spectral_norm.hpp>

#include <cmath>
#include <string>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/functions/lanczos_basis.hpp"
#include "iterative/process/tridiagonal.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class T>
double spectral_norm(const char* name, const OperatorRef<T>& A, const Norm2Options& options) {
    if (!(options.tolerance >= 0))
        throw InvalidArgument(std::string(name) + ": tolerance must be at least 0, got " +
                              std::to_string(options.tolerance));
    if (options.max_iterations < 1)
        throw InvalidArgument(std::string(name) + ": max_iterations must be at least 1, got " +
                              std::to_string(options.max_iterations));
    if (!A.has_adjoint()) throw Unsupported(std::string(name) + no_adjoint);
    const std::int64_t rows = A.rows(), cols = A.cols();
    if (rows == 0 || cols == 0) return 0;
    Array<T> u(rows, uninitialized), other_u(rows, uninitialized), v(cols, uninitialized), other_v(cols, uninitialized);
    const auto apply = [&](const Array<T>& x, Array<T>& y) {
        A.apply(VectorView<const T>(x.data(), x.size()), VectorView<T>(y.data(), y.size()));
    };
    const auto apply_adjoint = [&](const Array<T>& y, Array<T>& x) {
        A.apply_adjoint(VectorView<const T>(y.data(), y.size()), VectorView<T>(x.data(), x.size()));
    };

    // A v_k = α_k u_k + β_{k−1} u_{k−1}, Aᴴ u_k = α_k v_k + β_k v_{k+1}: A V = U B with α on the diagonal of B and β above.
    vec::fill_random(cols, 0x7a3d15, v.data());
    vec::scale(cols, Sum<T>(1 / vec::norm<T>(cols, v.data())), v.data());
    apply(v, u);
    double alpha = vec::norm<T>(rows, u.data());
    if (!(alpha > 0) || !std::isfinite(alpha)) return alpha;
    const double scale = alpha;  // squares of numbers divided by it are in range
    double largest = alpha, beta = 0, estimate = 0;
    Tridiagonal BhB;
    for (std::int64_t k = 1;; ++k) {
        if (!(alpha > 2 * static_cast<double>(epsilon_v<T>) * largest)) {
            // The last row of B is 0; its last column counts.
            BhB.append((beta / scale) * (beta / scale), 0);
            break;
        }
        divide_by_norm<T>(rows, alpha, u.data());
        apply_adjoint(u, other_v);
        const double before = beta;
        beta = vec::axpy_norm(cols, Sum<T>(-alpha), v.data(), other_v.data());
        if (!std::isfinite(beta)) return beta;
        const double a = alpha / scale, b = before / scale;
        BhB.append(a * a + b * b, a * (beta / scale));
        if (k >= options.max_iterations || !(beta > 2 * static_cast<double>(epsilon_v<T>) * largest)) break;
        if (k % 4 == 0) {
            const double found = std::sqrt(std::max(BhB.largest(), 0.0));
            if (found - estimate <= options.tolerance * found) break;
            estimate = found;
        }
        largest = std::max({largest, alpha, beta});
        divide_by_norm<T>(cols, beta, other_v.data());
        v.swap(other_v);
        apply(v, other_u);
        alpha = vec::axpy_norm(rows, Sum<T>(-beta), u.data(), other_u.data());
        if (!std::isfinite(alpha)) return alpha;
        u.swap(other_u);
    }
    return scale * std::sqrt(std::max(BhB.largest(), 0.0));
}

#define TAMIS_INSTANTIATE(T) template double spectral_norm<T>(const char*, const OperatorRef<T>&, const Norm2Options&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
