// Entries of a selected inverse on the pattern of the matrix.
#include <tamis/adjoint/logdet.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::derivatives::detail {

namespace {

[[noreturn]] void throw_outside(const char* what, std::int64_t i, std::int64_t j) {
    throw PatternMismatch(std::string(what) + ": the entry (" + std::to_string(i) + ", " + std::to_string(j) +
                          ") lies outside of the pattern of the factor; pass the matrix that was factored");
}

/// visit(q, z) for each entry q of line m with the entry z = Z(m, index of q); the column of the first entry that Z lacks,
/// -1 if it has them all. Both lines are sorted: a merge that skips by doubling.
template <class T, class I, class Visit>
std::int64_t merge_line(CsrView<T, I> Z, CsrView<T, I> major, std::int64_t m, const Visit& visit) {
    const I* const z_indices = Z.col_indices().data();
    const I* const indices = major.col_indices().data();
    const T* const z_values = Z.values().data();
    auto z = static_cast<std::int64_t>(Z.row_offsets().data()[m]);
    const auto z_end = static_cast<std::int64_t>(Z.row_offsets().data()[m + 1]);
    const auto end = static_cast<std::int64_t>(major.row_offsets().data()[m + 1]);
    for (auto q = static_cast<std::int64_t>(major.row_offsets().data()[m]); q < end; ++q) {
        const I j = indices[q];
        std::int64_t step = 1;
        while (z + step < z_end && z_indices[z + step] < j) {
            z += step;
            step *= 2;
        }
        z = std::lower_bound(z_indices + z, z_indices + std::min(z_end, z + step + 1), j) - z_indices;
        if (z == z_end || z_indices[z] != j) return static_cast<std::int64_t>(j);
        visit(q, z_values[z]);
    }
    return -1;
}

/// body(m) for all lines, in parts; throws for the first line whose result is not -1.
template <class T, class I, class Body>
void for_each_line(const char* what, CsrView<T, I> major, bool row_major, int parts, const Body& body) {
    std::vector<std::pair<std::int64_t, std::int64_t>> missing(static_cast<std::size_t>(parts), {-1, -1});
    tamis::detail::for_each_part(parts, [&](int part) {
        const auto last = tamis::detail::first_row(major, part + 1, parts);
        for (auto m = tamis::detail::first_row(major, part, parts); m < last; ++m) {
            const auto j = body(part, m);
            if (j < 0) continue;
            missing[static_cast<std::size_t>(part)] = {m, j};
            return;
        }
    });
    for (const auto& [m, j] : missing)
        if (m >= 0) throw_outside(what, row_major ? m : j, row_major ? j : m);
}

}  // namespace

void throw_needs_cholesky(const char* what) {
    throw Unsupported(
        std::string(what) +
        ": only a sparse Cholesky factorization with the index type of A gives selected entries of the inverse; "
        "slogdet_vjp_by_solves takes any factorization, at the price of n solves");
}

template <class T, class I>
void sample_hermitian(const char* what, CsrView<T, I> Z, CsrView<T, I> major, bool row_major, Real<T> alpha, T* values) {
    for_each_line(what, major, row_major, tamis::detail::threads_for(major.nnz()), [&](int, std::int64_t m) {
        return merge_line(Z, major, m, [&](std::int64_t q, const T& z) {
            values[q] = (row_major ? z : tamis::detail::conjugate(z)) * alpha;
        });
    });
}

template <class T, class I>
Real<T> trace_of_product(const char* what, CsrView<T, I> Z, CsrView<T, I> major, bool row_major) {
    const int parts = tamis::detail::threads_for(major.nnz());
    const T* const values = major.values().data();
    std::vector<double> sums(static_cast<std::size_t>(parts), 0.0);
    for_each_line(what, major, row_major, parts, [&](int part, std::int64_t m) {
        double sum = 0;
        const auto missing = merge_line(Z, major, m, [&](std::int64_t q, const T& z) {
            sum += tamis::detail::real_part(tamis::detail::times(row_major ? tamis::detail::conjugate(z) : z, values[q]));
        });
        sums[static_cast<std::size_t>(part)] += sum;
        return missing;
    });
    double total = 0;
    for (const double sum : sums) total += sum;
    return static_cast<Real<T>>(total);
}

#define TAMIS_INSTANTIATE(T, I)                                                                   \
    template void sample_hermitian(const char*, CsrView<T, I>, CsrView<T, I>, bool, Real<T>, T*); \
    template Real<T> trace_of_product(const char*, CsrView<T, I>, CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
