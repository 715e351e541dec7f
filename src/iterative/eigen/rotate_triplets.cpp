#include "iterative/eigen/rotate_triplets.hpp"

#include <algorithm>

#include <tamis/core/scalar.hpp>

#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"

namespace tamis::detail {

template <class T>
bool rotate_to_triplets(std::int64_t m, std::int64_t n, std::int64_t k, std::vector<T>& B, T* U, T* V, double* values) {
    const auto count = static_cast<std::size_t>(k * k);
    std::vector<T> P(count), Qh(count), Q(count);
    std::vector<Real<T>> s(static_cast<std::size_t>(k));
    if (!std::all_of(B.begin(), B.end(), [](const T& x) { return is_finite(x); }) ||
        lapack::gesdd(k, k, B.data(), k, s.data(), P.data(), Qh.data()) != 0)
        return false;
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < k; ++i)
            Q[static_cast<std::size_t>(j * k + i)] = conjugate(Qh[static_cast<std::size_t>(i * k + j)]);
    tall::rotate(m, U, k, P.data(), k, k);
    tall::rotate(n, V, k, Q.data(), k, k);
    std::copy(s.begin(), s.end(), values);
    return true;
}

#define TAMIS_INSTANTIATE(T) \
    template bool rotate_to_triplets<T>(std::int64_t, std::int64_t, std::int64_t, std::vector<T>&, T*, T*, double*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
