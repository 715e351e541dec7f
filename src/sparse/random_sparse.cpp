#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <tamis/sparse/build.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "sparse/offsets.hpp"

// Places are drawn with replacement, sorted, and repeated ones drawn again until all differ: every set of places stays
// equally likely. Above half full, the places left out are drawn instead, so that a round leaves at most half of its draws
// to the next.
namespace tamis::detail {

namespace {

template <class I>
struct Place {
    I row;
    I col;
    friend bool operator==(const Place&, const Place&) = default;
    friend bool operator<(const Place& a, const Place& b) { return a.row != b.row ? a.row < b.row : a.col < b.col; }
};

/// Uniform on [0, n), n < 2^63: the first draw below the largest multiple of n; rejection takes a bit of the counter's
/// stream.
inline std::int64_t below(std::int64_t n, std::uint64_t seed, std::uint64_t counter) {
    const auto size = static_cast<std::uint64_t>(n);
    const std::uint64_t excess = (~std::uint64_t{0} % size + 1) % size;
    std::uint64_t bits = random_bits(seed, counter);
    while (bits > ~std::uint64_t{0} - excess) bits = random_bits(bits, counter);
    return static_cast<std::int64_t>(bits % size);
}

/// count different places, sorted.
template <class I>
std::vector<Place<I>> draw(std::int64_t rows, std::int64_t cols, std::int64_t count, std::uint64_t seed) {
    std::vector<Place<I>> places;
    places.reserve(static_cast<std::size_t>(count));
    std::uint64_t counter = 0;
    std::vector<Place<I>> fresh;
    std::vector<Place<I>> merged;
    while (std::ssize(places) < count) {
        fresh.resize(static_cast<std::size_t>(count - std::ssize(places)));
        for (auto& place : fresh) {
            place.row = static_cast<I>(below(rows, seed, counter++));
            place.col = static_cast<I>(below(cols, seed, counter++));
        }
        std::sort(fresh.begin(), fresh.end());
        if (places.empty()) {
            places.swap(fresh);
        } else {
            merged.resize(places.size() + fresh.size());
            std::merge(places.begin(), places.end(), fresh.begin(), fresh.end(), merged.begin());
            places.swap(merged);
        }
        places.erase(std::unique(places.begin(), places.end()), places.end());
    }
    return places;
}

}  // namespace

template <class T, class I>
Csr<T, I> random_sparse(std::int64_t rows, std::int64_t cols, double density, std::uint64_t seed) {
    check_sizes<I>("random_sparse", rows, cols);
    if (!(density >= 0 && density <= 1))
        throw InvalidArgument("random_sparse: the density must be in [0, 1], got " + std::to_string(density));
    const double expected = std::round(density * (static_cast<double>(rows) * static_cast<double>(cols)));
    if (!(expected < 0x1p62))
        throw IndexOverflow("random_sparse: " + std::to_string(expected) + " entries are beyond what int64 should hold");
    const auto nnz = static_cast<std::int64_t>(expected);
    check_result_count<I>(nnz, "random_sparse", "entries");

    Array<I> offsets(rows + 1);
    Array<I> indices(nnz, uninitialized);
    if (density <= 0.5) {
        const auto places = draw<I>(rows, cols, nnz, random_stream(seed, 0));
        std::int64_t at = 0;
        for (const auto& place : places) {
            ++offsets[static_cast<std::int64_t>(place.row) + 1];
            indices[at++] = place.col;
        }
        for (std::int64_t i = 0; i < rows; ++i) offsets[i + 1] = static_cast<I>(offsets[i + 1] + offsets[i]);
    } else {
        // All places but those drawn; rows·cols is at most 2·nnz + 1 here.
        const auto left_out = draw<I>(rows, cols, rows * cols - nnz, random_stream(seed, 0));
        auto next = left_out.begin();
        std::int64_t at = 0;
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t j = 0; j < cols; ++j) {
                if (next != left_out.end() && *next == Place<I>{static_cast<I>(i), static_cast<I>(j)}) ++next;
                else indices[at++] = static_cast<I>(j);
            }
            offsets[i + 1] = static_cast<I>(at);
        }
    }
    Array<T> values(nnz, uninitialized);
    const std::uint64_t stream = random_stream(seed, 1);
    for (std::int64_t k = 0; k < nnz; ++k) values[k] = uniform<T>(stream, static_cast<std::uint64_t>(k));
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> random_sparse<T, I>(std::int64_t, std::int64_t, double, std::uint64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
