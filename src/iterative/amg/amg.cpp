#include <tamis/iterative/amg/amg.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/sparse/convert.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/amg/levels.hpp"
#include "iterative/amg/product.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/pattern.hpp"

namespace tamis {

namespace detail {

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw InvalidArgument("Amg: " + what);
}

void check_parameters(const AmgParameters& p) {
    if (!(p.strength >= 0 && p.strength < 1)) refuse("strength must be in [0, 1), got " + std::to_string(p.strength));
    const auto natural = [](const char* name, std::int64_t value) {
        if (value < 0) refuse(std::string(name) + " must be at least 0, got " + std::to_string(value));
    };
    natural("max_levels", p.max_levels);
    natural("coarse_size", p.coarse_size);
    natural("block_size", p.block_size);
    natural("sweeps", p.sweeps);
}

/// Square, finite, without a zero on the diagonal.
template <class T, class I>
void check_matrix(CsrView<T, I> A) {
    if (A.rows() != A.cols())
        throw DimensionMismatch(
            "Amg: the matrix must be square, got " + std::to_string(A.rows()) + "×" + std::to_string(A.cols()), A.rows(),
            A.cols());
    check_finite("Amg", A, true);
    Array<T> diagonal(A.rows(), uninitialized);
    detail::diagonal(A, VectorView<T>(diagonal.data(), diagonal.size()));
    for (std::int64_t i = 0; i < diagonal.size(); ++i)
        if (diagonal[i] == T(0))
            throw SingularMatrix("Amg: the diagonal entry " + std::to_string(i) +
                                     " is 0 or not stored; multigrid smooths by division by the diagonal",
                                 i, false);
}

/// Whether the pattern consists of full b×b blocks.
template <class T, class I>
bool has_blocks(CsrView<T, I> A, std::int64_t b) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    if (A.rows() % b != 0) return false;
    for (std::int64_t i = 0; i < A.rows(); i += b) {
        const std::int64_t length = offsets[i + 1] - offsets[i];
        if (length % b != 0) return false;
        for (std::int64_t k = 0; k < length; ++k)
            if (k % b == 0 ? indices[offsets[i] + k] % b != 0 : indices[offsets[i] + k] != indices[offsets[i] + k - 1] + 1)
                return false;
        for (std::int64_t r = 1; r < b; ++r)
            if (offsets[i + r + 1] - offsets[i + r] != length ||
                !std::equal(indices + offsets[i], indices + offsets[i + 1], indices + offsets[i + r]))
                return false;
    }
    return true;
}

template <class T, class I>
int block_size(CsrView<T, I> A, std::int64_t candidates) {
    if (candidates > 1)
        for (const int b : {6, 3, 2})
            if (has_blocks(A, b)) return b;
    return 1;
}

/// The given columns, or constants: one for each unknown of a node.
template <class T>
Array<T> candidates_of(MatrixView<const T> given, std::int64_t n, std::int64_t block_size) {
    if (given.cols() == 0) {
        Array<T> constants(n * block_size);
        for (std::int64_t i = 0; i < n; ++i) constants[i + n * (i % block_size)] = T(1);
        return constants;
    }
    Array<T> columns(n * given.cols(), uninitialized);
    for (std::int64_t j = 0; j < given.cols(); ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            columns[i + j * n] = given(i, j);
            if (!std::isfinite(std::abs(given(i, j))))
                refuse("near_null_space(" + std::to_string(i) + ", " + std::to_string(j) + ") is not finite");
        }
    return columns;
}

}  // namespace

}  // namespace detail

template <class T, class I>
void Amg<T, I>::build(CsrView<T, I> A, MatrixView<const T> near_null_space, const detail::AmgParameters& parameters) {
    detail::check_parameters(parameters);
    detail::check_matrix(A);
    detail::AmgParameters used = parameters;
    if (near_null_space.cols() > 0 && near_null_space.rows() != A.rows())
        throw DimensionMismatch("Amg: near_null_space needs " + std::to_string(A.rows()) +
                                    " rows, one for each of the matrix, got " + std::to_string(near_null_space.rows()),
                                A.rows(), near_null_space.rows());
    if (used.block_size == 0) used.block_size = detail::block_size(A, near_null_space.cols());
    if (A.rows() % used.block_size != 0)
        detail::refuse("block_size " + std::to_string(used.block_size) + " does not divide the " + std::to_string(A.rows()) +
                       " rows of the matrix");
    if (used.sweeps == 0) used.sweeps = used.smoother == AmgSmoother::chebyshev ? 2 : 1;
    levels_ = std::make_shared<const detail::AmgLevels<T, I>>(
        A, detail::candidates_of(near_null_space, A.rows(), used.block_size), used, nullptr);
}

template <class T, class I>
void Amg<T, I>::rebuild(CsrView<T, I> A) {
    const CsrView<T, I> earlier = levels_->levels().front().A.view();
    const auto same = [](const auto& a, const auto& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); };
    if (A.rows() != earlier.rows() || A.cols() != earlier.cols() || !same(A.row_offsets(), earlier.row_offsets()) ||
        !same(A.col_indices(), earlier.col_indices()))
        throw PatternMismatch(
            "Amg::refactor: the matrix stores other positions than the one that the levels were built from");
    detail::check_matrix(A);
    levels_ =
        std::make_shared<const detail::AmgLevels<T, I>>(A, levels_->candidates(), levels_->parameters(), levels_.get());
}

template <class T, class I>
std::int64_t Amg<T, I>::rows() const noexcept {
    return levels_->rows();
}

template <class T, class I>
std::int64_t Amg<T, I>::bytes() const noexcept {
    return levels_->bytes();
}

template <class T, class I>
bool Amg<T, I>::has_adjoint() const noexcept {
    return levels_->hermitian() && levels_->parameters().cycle != AmgCycle::k;
}

template <class T, class I>
void Amg<T, I>::apply(VectorView<const T> x, VectorView<T> y) const {
    const std::int64_t n = rows();
    for (const std::int64_t size : {x.size(), y.size()})
        if (size != n)
            throw DimensionMismatch(
                "Amg::apply: vectors need " + std::to_string(n) + " entries, got " + std::to_string(size), n, size);
    if (n == 0) return;
    levels_->apply(x, y);
}

template <class T, class I>
void Amg<T, I>::apply_adjoint(VectorView<const T> x, VectorView<T> y) const {
    if (!has_adjoint())
        throw Unsupported(
            "Amg::apply_adjoint: the cycle is its own adjoint only for a Hermitian matrix and cycles v and w; take a method "
            "without adjoint products, such as gmres or bicgstab");
    apply(x, y);
}

template <class T, class I>
AmgHierarchy Amg<T, I>::hierarchy() const {
    AmgHierarchy h;
    const auto& levels = levels_->levels();
    double rows = 0;
    double nnz = 0;
    for (const auto& level : levels) {
        h.levels.push_back({level.A.rows(), level.A.nnz()});
        rows += static_cast<double>(level.A.rows());
        nnz += static_cast<double>(level.A.nnz());
    }
    const std::int64_t n = levels.front().A.rows();
    if (n == 0) return h;
    h.grid_complexity = rows / static_cast<double>(n);
    h.operator_complexity = nnz / static_cast<double>(levels.front().A.nnz());

    // The residual of A x = 0 under x ← x − M A x, scaled to 1 in each step: the geometric mean over the last steps.
    constexpr int steps = 12;
    constexpr int last = 5;
    const CsrView<T, I> A = levels.front().A.view();
    Array<T> x(n, uninitialized);
    Array<T> r(n, uninitialized);
    Array<T> correction(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) x[i] = detail::uniform<T>(1, static_cast<std::uint64_t>(i));
    detail::product<T, I>(A, x.data(), r.data());
    double before = detail::vec::norm(n, r.data());
    double logarithm = 0;
    for (int step = 0; step < steps && before > 0; ++step) {
        const double scale = 1 / before;
        detail::vec::scale<T>(n, scale, x.data());
        detail::vec::scale<T>(n, scale, r.data());
        levels_->apply(VectorView<const T>(r.data(), n), VectorView<T>(correction.data(), n));
        detail::vec::axpy<T>(n, -1, correction.data(), x.data());
        detail::product<T, I>(A, x.data(), r.data());
        const double after = detail::vec::norm(n, r.data());
        if (step >= steps - last) logarithm += std::log(after) / last;
        before = after;
        if (!std::isfinite(after)) break;
    }
    h.convergence_factor = before > 0 ? std::exp(logarithm) : 0;
    return h;
}

#define TAMIS_INSTANTIATE(T, I) template class Amg<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
