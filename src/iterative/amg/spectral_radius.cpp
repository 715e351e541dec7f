#include "iterative/amg/spectral_radius.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include <tamis/core/array.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/amg/product.hpp"
#include "iterative/process/tridiagonal.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
Real<T> gershgorin_radius(CsrView<T, I> A, const T* inverse_diagonal) {
    using R = Real<T>;
    const I* offsets = A.row_offsets().data();
    const T* values = A.values().data();
    const int parts = threads_for(A.nnz());
    Array<R> largest(parts);
    for_each_part(parts, [&](int part) {
        R most = 0;
        for (std::int64_t i = even_cut(A.rows(), part, parts); i < even_cut(A.rows(), part + 1, parts); ++i) {
            R sum = 0;
            for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) sum += std::abs(values[k]);
            if (inverse_diagonal != nullptr) sum *= std::abs(inverse_diagonal[i]);
            most = std::max(most, sum);
        }
        largest[part] = most;
    });
    return *std::max_element(largest.begin(), largest.end());
}

/// The largest Ritz value of D^(−1/2) A D^(−1/2) for a Hermitian A, whose D is positive.
template <class T, class I>
double lanczos(CsrView<T, I> A, const T* inverse_diagonal) {
    constexpr int steps = 12;
    const std::int64_t n = A.rows();
    Array<T> memory(4 * n, uninitialized);
    T* v = memory.data();
    T* w = v + n;
    T* old = w + n;
    T* scaled = old + n;
    const auto root = [&](std::int64_t i) {
        return inverse_diagonal == nullptr ? Real<T>(1) : std::sqrt(real_part(inverse_diagonal[i]));
    };
    for_each_row(n, n, [&](std::int64_t i) { v[i] = uniform<T>(1, static_cast<std::uint64_t>(i)); });
    vec::scale(n, Sum<T>(1 / vec::norm(n, v)), v);
    Tridiagonal tridiagonal;
    double beta = 0;
    for (int step = 0; step < steps; ++step) {
        for_each_row(n, n, [&](std::int64_t i) { scaled[i] = v[i] * root(i); });
        product<T, I>(A, scaled, w);
        for_each_row(n, n, [&](std::int64_t i) { w[i] *= root(i); });
        if (step > 0) vec::axpy(n, Sum<T>(-beta), old, w);
        const double alpha = real_part(vec::dot(n, v, w));
        beta = vec::axpy_norm(n, Sum<T>(-alpha), v, w);
        tridiagonal.append(alpha, beta);
        if (!(beta > 16 * static_cast<double>(epsilon_v<T>) * std::abs(alpha))) break;
        vec::scale(n, Sum<T>(1 / beta), w);
        std::swap(old, v);
        std::swap(v, w);
    }
    return std::max(std::abs(tridiagonal.largest()), std::abs(tridiagonal.smallest()));
}

/// By how much D⁻¹ A makes a vector longer in the last of some steps.
template <class T, class I>
double power_iteration(CsrView<T, I> A, const T* inverse_diagonal) {
    using R = Real<T>;
    constexpr int steps = 15;
    const std::int64_t n = A.rows();
    Array<T> v(n, uninitialized);
    Array<T> w(n, uninitialized);
    for_each_row(n, n, [&](std::int64_t i) { v[i] = uniform<T>(1, static_cast<std::uint64_t>(i)); });
    double before = vec::norm(n, static_cast<const T*>(v.data()));
    for (int step = 0; step < steps && before > 0; ++step) {
        product<T, I>(A, v.data(), w.data());
        const R scale = static_cast<R>(1 / before);
        for_each_row(n, n, [&](std::int64_t i) {
            w[i] *= scale;
            if (inverse_diagonal != nullptr) w[i] *= inverse_diagonal[i];
        });
        v.swap(w);
        before = vec::norm(n, static_cast<const T*>(v.data()));
    }
    return before;
}

template <class T>
bool positive(const T* d, std::int64_t n) {
    return d == nullptr || std::all_of(d, d + n, [](const T& x) { return real_part(x) > 0; });
}

}  // namespace

template <class T, class I>
Real<T> spectral_radius(CsrView<T, I> A, bool hermitian, const T* inverse_diagonal) {
    using R = Real<T>;
    const R bound = gershgorin_radius(A, inverse_diagonal);
    if (!(bound > close_bound<R>)) return bound;
    // Both find less than there is: Lanczos' process, of Hermitian matrices, seldom by a twentieth.
    const double found = hermitian && positive(inverse_diagonal, A.rows()) ? 1.05 * lanczos(A, inverse_diagonal)
                                                                           : 1.1 * power_iteration(A, inverse_diagonal);
    if (!(found > 0)) return bound;
    return static_cast<R>(std::min(static_cast<double>(bound), found));
}

#define TAMIS_INSTANTIATE(T, I) template Real<T> spectral_radius(CsrView<T, I>, bool, const T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
