#include "iterative/amg/spectral_radius.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include <tamis/core/array.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/amg/product.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
Real<T> gershgorin(CsrView<T, I> A, const T* inverse_diagonal) {
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

template <class T>
double norm(const Array<T>& v) {
    double sum = 0;
    for (const T& x : v) sum += std::norm(std::complex<double>(x));
    return std::sqrt(sum);
}

}  // namespace

template <class T, class I>
Real<T> spectral_radius(CsrView<T, I> A, const T* inverse_diagonal) {
    using R = Real<T>;
    constexpr int steps = 15;
    constexpr double margin = 1.1;
    const R bound = gershgorin(A, inverse_diagonal);
    if (!(bound > close_bound<R>)) return bound;
    Array<T> v(A.rows(), uninitialized);
    Array<T> w(A.rows(), uninitialized);
    for_each_row(v.size(), v.size(), [&](std::int64_t i) { v[i] = uniform<T>(1, static_cast<std::uint64_t>(i)); });
    double before = norm(v);
    double growth = 0;
    for (int step = 0; step < steps; ++step) {
        product<T, I>(A, v.data(), w.data());
        const R scale = static_cast<R>(1 / before);
        for_each_row(w.size(), w.size(), [&](std::int64_t i) {
            w[i] *= scale;
            if (inverse_diagonal != nullptr) w[i] *= inverse_diagonal[i];
        });
        v.swap(w);
        growth = norm(v);
        before = growth;
        if (!(growth > 0)) return bound;
    }
    return static_cast<R>(std::min(static_cast<double>(bound), margin * growth));
}

#define TAMIS_INSTANTIATE(T, I) template Real<T> spectral_radius(CsrView<T, I>, const T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
