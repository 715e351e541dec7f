#include "sparse/factor_input.hpp"

#include <limits>
#include <numeric>
#include <utility>

#include "instantiate.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

void throw_pattern_mismatch(const char* what) {
    throw PatternMismatch(std::string(what) +
                          ": the stored entries are not at the analysed positions; factor this matrix anew");
}

void check_factor_options(const char* what, const FactorOptions& options) {
    const std::string begin = what;
    if (options.memory_limit < 0)
        throw InvalidArgument(begin + ": .memory_limit is " + std::to_string(options.memory_limit) +
                              "; it must be positive, or 0 for what the machine has left");
    if (!(options.pivot_tolerance >= 0 && options.pivot_tolerance <= 1))
        throw InvalidArgument(begin + ": .pivot_tolerance is " + std::to_string(options.pivot_tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    if (!is_finite(options.shift)) throw InvalidArgument(begin + ": .shift is not a finite number");
}

std::vector<std::int64_t> checked_permutation(const char* what, const FactorOptions& options, std::int64_t n) {
    if (options.ordering != Ordering::given) {
        if (!options.permutation.empty())
            throw InvalidArgument(std::string(what) + ": a .permutation was given but .ordering is " +
                                  std::string(to_string(options.ordering)) + "; set .ordering = Ordering::given");
        return {};
    }
    const auto& p = options.permutation;
    if (p.size() != n)
        throw DimensionMismatch(std::string(what) + ": .permutation has " + std::to_string(p.size()) +
                                    " entries, but the matrix has " + std::to_string(n) + " columns",
                                n, p.size());
    std::vector<char> seen(static_cast<std::size_t>(n), 0);
    for (std::int64_t k = 0; k < n; ++k) {
        const auto i = p[k];
        if (i < 0 || i >= n || std::exchange(seen[static_cast<std::size_t>(i)], 1) != 0)
            throw InvalidArgument(std::string(what) + ": .permutation is not a permutation of 0 … " + std::to_string(n - 1) +
                                  ": entry " + std::to_string(k) + " is " + std::to_string(i) +
                                  (i >= 0 && i < n ? ", which came before" : ""));
    }
    return {p.begin(), p.end()};
}

void check_stop(const char* what, const char* next, const std::stop_token& stop) {
    if (stop.stop_requested()) throw Cancelled(std::string(what) + ": stopped on request before the " + next);
}

template <class T, class I>
void check_finite(const char* what, CsrView<T, I> major, bool row_major) {
    const auto values = major.values();
    const auto first = std::find_if(values.begin(), values.end(), [](const T& v) { return !is_finite(v); });
    if (first == values.end()) return;
    const auto k = first - values.begin();
    const auto offsets = major.row_offsets();
    const auto line = std::upper_bound(offsets.begin(), offsets.end(), k,
                                       [](std::ptrdiff_t a, I b) { return a < static_cast<std::ptrdiff_t>(b); }) -
                      offsets.begin() - 1;
    const auto index = static_cast<std::int64_t>(major.col_indices()[static_cast<std::size_t>(k)]);
    if (row_major) throw_not_finite(what, "the matrix", line, index);
    throw_not_finite(what, "the matrix", index, line);
}

template <class T, class I>
void check_square(const char* what, CsrView<T, I> major, bool row_major) {
    if (major.rows() == major.cols()) return;
    const auto rows = row_major ? major.rows() : major.cols();
    const auto cols = row_major ? major.cols() : major.rows();
    throw_not_square(what, rows, cols);
}

template <class T, class I>
void check_hermitian(const char* what, CsrView<T, I> A) {
    if (const auto found = first_asymmetry(A, Agreement::rounded)) throw_not_hermitian(what, found->first, found->second);
}

template <class T, class I>
Columns<compute_t<T>, I> lower_triangle(CsrView<T, I> major, bool row_major) {
    using E = compute_t<T>;
    const auto n = major.rows();
    Columns<E, I> lower;
    lower.pattern = {n, n, Array<I>(n + 1), {}};
    const auto offsets = major.row_offsets();
    const auto indices = major.col_indices();
    const auto values = major.values();
    const auto start = [&](std::int64_t i) {
        const auto first = indices.begin() + static_cast<std::ptrdiff_t>(offsets[static_cast<std::size_t>(i)]);
        const auto last = indices.begin() + static_cast<std::ptrdiff_t>(offsets[static_cast<std::size_t>(i) + 1]);
        return static_cast<std::size_t>(std::lower_bound(first, last, static_cast<I>(i)) - indices.begin());
    };
    for (std::int64_t i = 0; i < n; ++i)
        lower.pattern.offsets[i + 1] =
            static_cast<I>(lower.pattern.offsets[i] +
                           static_cast<I>(static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]) - start(i)));
    const auto entries = n == 0 ? std::int64_t{0} : static_cast<std::int64_t>(lower.pattern.offsets[n]);
    lower.pattern.indices = never_null<I>(entries);
    lower.values = never_null<E>(entries);
    // Line i from its diagonal on: column i of the lower triangle, conjugated where it is a row.
    for (std::int64_t i = 0; i < n; ++i) {
        auto q = static_cast<std::int64_t>(lower.pattern.offsets[i]);
        for (auto k = start(i); k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k, ++q) {
            lower.pattern.indices[q] = indices[k];
            lower.values[q] = E(row_major ? conjugate(values[k]) : values[k]);
        }
    }
    return lower;
}

namespace {

// Inserts the diagonal entries that are missing and adds s to all.
template <class E, class I>
void add_to_diagonal(const char* what, Columns<E, I>& A, double s) {
    const auto n = A.pattern.cols;
    auto& offsets = A.pattern.offsets;
    auto& indices = A.pattern.indices;
    std::int64_t missing = 0;
    for (std::int64_t j = 0; j < n; ++j) {
        const auto* first = indices.data() + offsets[j];
        const auto* last = indices.data() + offsets[j + 1];
        const auto* found = std::lower_bound(first, last, static_cast<I>(j));
        if (found != last && *found == static_cast<I>(j)) A.values[found - indices.data()] += s;
        else ++missing;
    }
    if (missing == 0) return;
    const auto entries = A.pattern.nnz() + missing;
    if (entries > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
        throw IndexOverflow(std::string(what) + ": with its shifted diagonal the matrix has " + std::to_string(entries) +
                            " entries, too many for 32-bit indices; use int64");
    Array<I> wider_offsets(n + 1, uninitialized);
    Array<I> wider_indices(entries, uninitialized);
    Array<E> wider_values(entries, uninitialized);
    std::int64_t q = 0;
    wider_offsets[0] = 0;
    for (std::int64_t j = 0; j < n; ++j) {
        bool diagonal = false;
        const auto put = [&](std::int64_t i, const E& v) {
            wider_indices[q] = static_cast<I>(i);
            wider_values[q++] = v;
        };
        for (auto k = static_cast<std::int64_t>(offsets[j]); k < static_cast<std::int64_t>(offsets[j + 1]); ++k) {
            const auto i = static_cast<std::int64_t>(indices[k]);
            if (i > j && !diagonal) put(j, E(s));
            diagonal = diagonal || i >= j;
            put(i, A.values[k]);
        }
        if (!diagonal) put(j, E(s));
        wider_offsets[j + 1] = static_cast<I>(q);
    }
    offsets = std::move(wider_offsets);
    indices = std::move(wider_indices);
    A.values = std::move(wider_values);
}

}  // namespace

template <class T, class I>
Columns<compute_t<T>, I> all_columns(const char* what, CsrView<T, I> major, bool row_major, double shift) {
    using E = compute_t<T>;
    const auto offsets = major.row_offsets();
    const auto indices = major.col_indices();
    const auto values = major.values();
    Columns<E, I> A;
    const auto entries = major.nnz();
    const auto cols = row_major ? major.cols() : major.rows();
    A.pattern = {row_major ? major.rows() : major.cols(), cols, Array<I>(cols + 1), never_null<I>(entries)};
    A.values = never_null<E>(entries);
    auto& starts = A.pattern.offsets;
    if (row_major) {
        // Counting sort by columns; rows come in order.
        for (const I j : indices) ++starts[static_cast<std::int64_t>(j) + 1];
        for (std::int64_t j = 0; j < cols; ++j) starts[j + 1] = static_cast<I>(starts[j] + starts[j + 1]);
        Array<I> next(std::span<const I>(starts.data(), static_cast<std::size_t>(cols)));
        for (std::int64_t i = 0; i < major.rows(); ++i) {
            for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
                 k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k) {
                const auto at = static_cast<std::int64_t>(next[static_cast<std::int64_t>(indices[k])]++);
                A.pattern.indices[at] = static_cast<I>(i);
                A.values[at] = E(values[k]);
            }
        }
    } else {
        std::copy(offsets.begin(), offsets.end(), starts.begin());
        std::copy(indices.begin(), indices.end(), A.pattern.indices.begin());
        std::transform(values.begin(), values.end(), A.values.begin(), [](const T& v) { return E(v); });
    }
    if (shift != 0) add_to_diagonal(what, A, shift);
    return A;
}

template <class E, class I>
MatrixNorms norms_of_columns(const Columns<E, I>& A) {
    MatrixNorms norms;
    Array<double> row_sums(A.pattern.rows);
    for (std::int64_t j = 0; j < A.pattern.cols; ++j) {
        double sum = 0;
        for (auto k = static_cast<std::int64_t>(A.pattern.offsets[j]);
             k < static_cast<std::int64_t>(A.pattern.offsets[j + 1]); ++k) {
            const double modulus = std::abs(A.values[k]);
            sum += modulus;
            row_sums[A.pattern.indices[k]] += modulus;
        }
        norms.one = std::max(norms.one, sum);
    }
    for (const double sum : row_sums) norms.inf = std::max(norms.inf, sum);
    return norms;
}

template <class E, class I>
double norm_of_hermitian(const Columns<E, I>& lower, double shift) {
    Array<double> sums(lower.pattern.cols);
    for (std::int64_t j = 0; j < lower.pattern.cols; ++j) {
        E diagonal = shift;
        for (auto k = static_cast<std::int64_t>(lower.pattern.offsets[j]);
             k < static_cast<std::int64_t>(lower.pattern.offsets[j + 1]); ++k) {
            const auto i = static_cast<std::int64_t>(lower.pattern.indices[k]);
            if (i == j) {
                diagonal += lower.values[k];
            } else {
                sums[j] += std::abs(lower.values[k]);
                sums[i] += std::abs(lower.values[k]);
            }
        }
        sums[j] += std::abs(diagonal);
    }
    return sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
}

template <class E, class I>
std::int64_t unmatched_row(const ColumnPattern<I>& pattern, std::span<const E> values) {
    // The stored columns are rows of Aᵀ.
    const CsrView<E, I> transposed(unchecked, pattern.cols, pattern.rows, pattern.offsets.span(), pattern.indices.span(),
                                   values);
    const NonzeroPattern<I> nonzeros(transposed);
    std::vector<char> matched(static_cast<std::size_t>(pattern.rows), 0);
    for (const I row : maximum_matching(nonzeros.view()))
        if (row >= 0) matched[static_cast<std::size_t>(row)] = 1;
    const auto unmatched = std::find(matched.begin(), matched.end(), 0);
    return unmatched == matched.end() ? -1 : unmatched - matched.begin();
}

template <class T>
void solve_in_blocks(const char* what, std::int64_t rows_in, std::int64_t rows_out, MatrixView<const T> b, MatrixView<T> x,
                     bool conjugated, const std::function<void(const compute_t<T>*, compute_t<T>*, std::int64_t)>& solve) {
    using E = compute_t<T>;
    if (b.rows() != rows_in) throw_solve_size(what, "the right-hand side", rows_in, b.rows());
    if (x.rows() != rows_out) throw_solve_size(what, "the solution", rows_out, x.rows());
    if (b.cols() != x.cols())
        throw DimensionMismatch(std::string(what) + ": the right-hand side has " + std::to_string(b.cols()) +
                                    " columns, the solution " + std::to_string(x.cols()),
                                b.cols(), x.cols());
    const auto conjugates = conjugated && is_complex_v<T>;
    constexpr std::int64_t most = 32;
    const auto width = std::min(most, b.cols());
    Array<E> in(rows_in * width, uninitialized);
    Array<E> out(rows_out * width, uninitialized);
    for (std::int64_t first = 0; first < b.cols(); first += most) {
        const auto k = std::min(most, b.cols() - first);
        for (std::int64_t c = 0; c < k; ++c) {
            for (std::int64_t i = 0; i < rows_in; ++i) {
                const T v = b(i, first + c);
                if (!is_finite(v)) throw_not_finite(what, "the right-hand side", i, first + c);
                in[c * rows_in + i] = E(conjugates ? conjugate(v) : v);
            }
        }
        solve(in.data(), out.data(), k);
        for (std::int64_t c = 0; c < k; ++c) {
            for (std::int64_t i = 0; i < rows_out; ++i) {
                const E& v = out[c * rows_out + i];
                x(i, first + c) = static_cast<T>(conjugates ? conjugate(v) : v);
            }
        }
    }
}

#define TAMIS_INSTANTIATE_SCALAR(T)                                                                                     \
    template void solve_in_blocks<T>(const char*, std::int64_t, std::int64_t, MatrixView<const T>, MatrixView<T>, bool, \
                                     const std::function<void(const compute_t<T>*, compute_t<T>*, std::int64_t)>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_SCALAR)
#undef TAMIS_INSTANTIATE_SCALAR

#define TAMIS_INSTANTIATE_INPUT(T, I)                                      \
    template void check_finite(const char*, CsrView<T, I>, bool);          \
    template void check_square(const char*, CsrView<T, I>, bool);          \
    template void check_hermitian(const char*, CsrView<T, I>);             \
    template Columns<compute_t<T>, I> lower_triangle(CsrView<T, I>, bool); \
    template Columns<compute_t<T>, I> all_columns(const char*, CsrView<T, I>, bool, double);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE_INPUT)
#undef TAMIS_INSTANTIATE_INPUT

#define TAMIS_INSTANTIATE_COLUMNS(E, I)                              \
    template MatrixNorms norms_of_columns(const Columns<E, I>&);     \
    template double norm_of_hermitian(const Columns<E, I>&, double); \
    template std::int64_t unmatched_row(const ColumnPattern<I>&, std::span<const E>);
TAMIS_INSTANTIATE_COLUMNS(double, std::int32_t)
TAMIS_INSTANTIATE_COLUMNS(double, std::int64_t)
TAMIS_INSTANTIATE_COLUMNS(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE_COLUMNS(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE_COLUMNS

}  // namespace tamis::detail
