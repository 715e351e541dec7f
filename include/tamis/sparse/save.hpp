// save(F, path), load<Class>(path): sparse factorizations in files.
#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string_view>
#include <utility>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/ldlt.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>

namespace tamis {

namespace detail {

/// What the head of a file says is in it.
struct FileKind {
    std::string_view factorization;
    std::string_view scalar;
    std::string_view index;
};

template <class F>
inline constexpr std::string_view class_name_of = "";
template <class T, class I>
inline constexpr std::string_view class_name_of<SparseCholesky<T, I>> = "SparseCholesky";
template <class T, class I>
inline constexpr std::string_view class_name_of<SparseLdlt<T, I>> = "SparseLdlt";
template <class T, class I>
inline constexpr std::string_view class_name_of<SparseLu<T, I>> = "SparseLu";
template <class T, class I>
inline constexpr std::string_view class_name_of<SparseQr<T, I>> = "SparseQr";

template <class F>
FileKind file_kind_of() noexcept {
    return {class_name_of<F>, scalar_name<typename F::scalar_type>(),
            sizeof(typename F::index_type) == 4 ? "int32" : "int64"};
}

struct FileAccess {
    template <class F>
    static void write(const F& factorization, FactorWriter& file) {
        factorization.write(file);
    }
    template <class F>
    static F read(FactorReader& file) {
        return F(file);
    }
};

using WriteFactor = std::function<void(FactorWriter&)>;
using ReadFactor = std::function<void(FactorReader&)>;
void save_factor(const std::filesystem::path& path, const FileKind& kind, const WriteFactor& write);
void save_factor(std::ostream& out, const FileKind& kind, const WriteFactor& write);
void load_factor(const std::filesystem::path& path, const FileKind& kind, const ReadFactor& read);
void load_factor(std::istream& in, const FileKind& kind, const ReadFactor& read);

template <class F, class Source>
F load_from(Source& source) {
    std::optional<F> result;
    load_factor(source, file_kind_of<F>(), [&](FactorReader& file) { result.emplace(FileAccess::read<F>(file)); });
    return std::move(*result);
}

}  // namespace detail

/// A factorization that can be kept in a file: SparseCholesky, SparseLdlt, SparseLu, SparseQr.
template <class F>
concept Saveable = !detail::class_name_of<F>.empty();

/// Writes a factorization to a file, from which `load` makes one that solves without factoring: its triangular parts or
/// Householder vectors, its orders and scalings, the analysed pattern, the options (without the stop token), and where
/// solves are refined A's values. The file appears whole or not at all, and is the same, byte for byte, for the same factor.
///
/// Unsupported for an indefinite matrix whose pivots were chosen by their numbers (MUMPS keeps its factors to itself); save
/// the matrix there. An LU factorization by MUMPS is computed once more by UMFPACK or KLU, whose parts are saved. IoError
/// where the file cannot be written; Error for a factorization whose last refactor failed. Costs O(entries of the factor): 8
/// or 16 bytes an entry for its value and 4 (n < 2³¹) or 8 for its index; while writing a copy of the triangular parts is
/// held.
template <Saveable F>
void save(const F& factorization, const std::filesystem::path& path) {
    detail::save_factor(path, detail::file_kind_of<F>(),
                        [&](detail::FactorWriter& file) { detail::FileAccess::write(factorization, file); });
}
/// The same bytes to a stream, which must be binary.
template <Saveable F>
void save(const F& factorization, std::ostream& out) {
    detail::save_factor(out, detail::file_kind_of<F>(),
                        [&](detail::FactorWriter& file) { detail::FileAccess::write(factorization, file); });
}

/// The factorization in a file that `save` wrote: auto F = load<SparseLu<double>>("A.lu").
///
/// It solves, gives its determinant, condition, parts and analysis, is updated and refactored as the saved one was.
/// It then solves by tamis's own loops over columns, which info().backend says ("tamis (loaded from UMFPACK 5.7.9)"): the
/// solutions differ from those of the saved object by rounding, the promised backward error is the same. A factor that was
/// loaded, saved and loaded again gives the same bits.
/// info().seconds.factor is the time of loading and .analyze 0. The symbolic analysis for refactor() and analysis() is
/// repeated when it is first needed, by the saved order where the pattern alone decides it (Cholesky, LDLᴴ).
///
/// ParseError, with the position of the byte as its column, for a file that is damaged (any bit), truncated or longer than
/// it should be, that holds another class, scalar or index, or that a newer version wrote; IoError where it cannot be read;
/// Unsupported on a big-endian machine. Lengths are held against the size of the file before memory is taken (at most a few
/// times that size in all), checksums and structure checked before anything is used. Costs O(size of the file).
template <Saveable F>
[[nodiscard]] F load(const std::filesystem::path& path) {
    return detail::load_from<F>(path);
}
/// From a binary stream, which is left behind the factorization.
template <Saveable F>
[[nodiscard]] F load(std::istream& in) {
    return detail::load_from<F>(in);
}

}  // namespace tamis
