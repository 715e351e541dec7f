#include "sparse/matrix_market/assemble.hpp"

#include <complex>
#include <limits>
#include <numeric>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail::matrix_market {

template <class V, class I>
void check_array_diagonal(const Head& head, const std::vector<Piece<V, I>>& pieces, const std::string& name) {
    if constexpr (is_complex_v<V>) {
        if (head.info.symmetry != MatrixMarketSymmetry::hermitian) return;
        ArrayPlace place(head.info);
        std::int64_t entry = 0;
        for (const auto& piece : pieces)
            for (std::int64_t k = 0; k < piece.count; ++k, ++entry, place.advance()) {
                if (place.row() != place.col() || piece.values[k].imag() == 0) continue;
                throw ParseError(name, line_of_entry(head, pieces, entry), 1,
                                 "expected an imaginary part of 0 on the diagonal of a hermitian matrix, found " +
                                     std::to_string(piece.values[k].imag()));
            }
    }
}

template <class V, class I>
std::vector<Piece<V, I>> array_to_coordinate(const Head& head, std::vector<Piece<V, I>> pieces, const std::string& name) {
    check_array_diagonal(head, pieces, name);
    ArrayPlace place(head.info);
    for (auto& piece : pieces) {
        const auto nonzeros = std::count_if(piece.values.begin(), piece.values.end(), [](const V& v) { return v != V(0); });
        Array<I> rows(nonzeros, uninitialized);
        Array<I> cols(nonzeros, uninitialized);
        std::int64_t kept = 0;
        for (std::int64_t k = 0; k < piece.count; ++k, place.advance()) {
            const V value = piece.values[k];
            if (value == V(0)) continue;
            rows[kept] = static_cast<I>(place.row());
            cols[kept] = static_cast<I>(place.col());
            piece.off_diagonal += place.row() != place.col();
            piece.values[kept++] = value;
        }
        piece.values.shrink(kept);
        piece.count = kept;
        piece.rows = std::move(rows);
        piece.cols = std::move(cols);
    }
    return pieces;
}

template <class T, class I, class V>
Coo<T, I> assemble_coo(const Head& head, std::vector<Piece<V, I>> pieces, const std::string& name) {
    const auto symmetry = head.info.symmetry;
    const bool half = is_half(symmetry);
    std::int64_t total = 0;
    for (const auto& piece : pieces) total += piece.count + (half ? piece.off_diagonal : 0);
    if (total > std::numeric_limits<I>::max())
        throw IndexOverflow("read_matrix_market_coo: '" + name + "' has " + std::to_string(total) +
                            " entries, both triangles counted, more than int32 can count; read it with int64 indices");
    Coo<T, I> A(head.info.rows, head.info.cols);
    A.reserve(total);
    for (auto& piece : pieces) {
        for (std::int64_t k = 0; k < piece.count; ++k) {
            const auto i = piece.rows[k];
            const auto j = piece.cols[k];
            const T value = piece.values.empty() ? T(1) : T(piece.values[k]);
            A.add(i, j, value);
            if (half && i != j) A.add(j, i, mirrored(value, symmetry));
        }
        piece = {};
    }
    return A;
}

namespace {

template <class T, class V>
void fill_from_array(const MatrixMarketInfo& info, const std::vector<Piece<V, std::int64_t>>& pieces, MatrixView<T> out) {
    const bool half = is_half(info.symmetry);
    if (info.symmetry == MatrixMarketSymmetry::skew_symmetric)
        for (std::int64_t i = 0; i < info.rows; ++i) out(i, i) = T(0);
    ArrayPlace place(info);
    for (const auto& piece : pieces)
        for (std::int64_t k = 0; k < piece.count; ++k, place.advance()) {
            const T value = T(piece.values[k]);
            out(place.row(), place.col()) = value;
            if (half && place.row() != place.col()) out(place.col(), place.row()) = mirrored(value, info.symmetry);
        }
}

template <class T, class V>
void fill_from_coordinates(const MatrixMarketInfo& info, const std::vector<Piece<V, std::int64_t>>& pieces,
                           MatrixView<T> out) {
    const bool half = is_half(info.symmetry);
    for (std::int64_t j = 0; j < info.cols; ++j)
        for (std::int64_t i = 0; i < info.rows; ++i) out(i, j) = T(0);
    for (const auto& piece : pieces)
        for (std::int64_t k = 0; k < piece.count; ++k) {
            const auto i = piece.rows[k];
            const auto j = piece.cols[k];
            const T value = piece.values.empty() ? T(1) : T(piece.values[k]);
            out(i, j) += value;
            if (half && i != j) out(j, i) += mirrored(value, info.symmetry);
        }
}

}  // namespace

template <class T, class V>
void assemble_dense(const Head& head, const std::vector<Piece<V, std::int64_t>>& pieces, MatrixView<T> out) {
    if (head.info.format == MatrixMarketFormat::array) fill_from_array(head.info, pieces, out);
    else fill_from_coordinates(head.info, pieces, out);
}

#define TAMIS_INSTANTIATE(T, I)                                                                                       \
    template Coo<T, I> assemble_coo<T, I, T>(const Head&, std::vector<Piece<T, I>>, const std::string&);              \
    template std::vector<Piece<T, I>> array_to_coordinate(const Head&, std::vector<Piece<T, I>>, const std::string&); \
    template void check_array_diagonal(const Head&, const std::vector<Piece<T, I>>&, const std::string&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE_WIDER(R, I)                                                                           \
    template Coo<std::complex<R>, I> assemble_coo<std::complex<R>, I, R>(const Head&, std::vector<Piece<R, I>>, \
                                                                         const std::string&);
TAMIS_INSTANTIATE_WIDER(float, std::int32_t)
TAMIS_INSTANTIATE_WIDER(double, std::int32_t)
TAMIS_INSTANTIATE_WIDER(float, std::int64_t)
TAMIS_INSTANTIATE_WIDER(double, std::int64_t)
#undef TAMIS_INSTANTIATE_WIDER
#define TAMIS_INSTANTIATE_DENSE(T, V) \
    template void assemble_dense<T, V>(const Head&, const std::vector<Piece<V, std::int64_t>>&, MatrixView<T>);
TAMIS_INSTANTIATE_DENSE(float, float)
TAMIS_INSTANTIATE_DENSE(double, double)
TAMIS_INSTANTIATE_DENSE(std::complex<float>, float)
TAMIS_INSTANTIATE_DENSE(std::complex<float>, std::complex<float>)
TAMIS_INSTANTIATE_DENSE(std::complex<double>, double)
TAMIS_INSTANTIATE_DENSE(std::complex<double>, std::complex<double>)
#undef TAMIS_INSTANTIATE_DENSE

}  // namespace tamis::detail::matrix_market
