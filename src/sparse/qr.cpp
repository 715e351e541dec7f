// Least squares and minimum norm by sparse QR. With the tall B = A or Aᴴ, B(:, p) = Q [R₁₁ R₁₂; 0 0] of rank r:
//
//   min ‖b − B x‖: c = (Qᴴb)(1:r), R y = c, x(p) = y;     min ‖b − Bᴴ x‖: Rᴴ u = b(p), x = Q [u; 0]
//
// where R y = c and Rᴴ u = d are triangular for r = cols(B). Otherwise R(p₂, :)ᴴ = Rᴴ(:, p₂) = Q₂ [R₂; 0] completes the
// decomposition: y = Q₂ [R₂⁻ᴴ c(p₂); 0] has minimum norm, and u(p₂) = R₂⁻¹ (Q₂ᴴ d)(1:r) is the least-squares solution.
// Golub, Van Loan: Matrix Computations, 4th ed., §5.5.2 (complete orthogonal decomposition).
#include <tamis/sparse/qr.hpp>

#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "core/backend_threads.hpp"
#include "core/memory.hpp"
#include "instantiate.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/factor_output.hpp"
#include "sparse/householder.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis {

namespace {

const char* const what = "qr";
using Long = std::int64_t;

template <class E>
Csc<E, Long> adjoint_of(const Csc<E, Long>& A) {
    auto R = detail::transposed_columns(Csc<E, Long>(A));
    for (E& v : R.values()) v = detail::conjugate(v);
    return R;
}

// Columns with wide indices.
template <class E, class I>
Csc<E, Long> widened(detail::Columns<E, I>&& A) {
    auto pattern = detail::pattern_as<Long>(std::move(A.pattern));
    return {unchecked,          pattern.rows, pattern.cols, std::move(pattern.offsets), std::move(pattern.indices),
            std::move(A.values)};
}

// What is analysed once: the pattern and the column order of the tall matrix.
template <class I>
class QrSymbolic final : public detail::Symbolic {
  public:
    QrSymbolic(detail::ColumnPattern<I>&& pattern, detail::QrOrdering&& order)
        : pattern_(std::move(pattern)),
          permutation_(std::move(order.permutation)) {
        prediction_ = std::move(order.prediction);
    }
    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return detail::same_pattern(pattern_, offsets, indices);
    }
    bool matches(std::span<const Long> offsets, std::span<const Long> indices) const override {
        return detail::same_pattern(pattern_, offsets, indices);
    }
    [[nodiscard]] const std::vector<Long>& permutation() const noexcept { return permutation_; }

  private:
    detail::ColumnPattern<I> pattern_;
    std::vector<Long> permutation_;
};

}  // namespace

template <class T, class I>
struct SparseQr<T, I>::State {
    using E = detail::compute_t<T>;
    using Parts = detail::HouseholderParts<E>;

    // The numeric part; replaced as a whole, so that a failure leaves none of it.
    struct Numeric {
        Parts tall;                       // of B
        std::optional<Parts> completion;  // of Rᴴ where the rank is deficient
        Csc<E, Long> A;                   // of a wide matrix, for the members that want A = Q R itself
        std::once_flag once;
        Parts direct;  // of the wide A, at the first such call
    };

    Long m = 0;
    Long n = 0;
    Long entries = 0;
    FactorOptions options;
    std::shared_ptr<const QrSymbolic<I>> symbolic;  // null for an empty matrix
    std::unique_ptr<Numeric> numeric;               // null for an empty matrix and after a failed refactor
    FactorInfo info;

    [[nodiscard]] bool wide() const noexcept { return m < n; }
    // Nothing to factor: no rows, no columns, or no entries. The rank is 0 and every answer is 0.
    [[nodiscard]] bool empty() const noexcept { return m == 0 || n == 0 || entries == 0; }

    Numeric* ready(const char* caller) const {
        if (!numeric && !empty()) detail::throw_not_ready(caller);
        return numeric.get();
    }

    void compute(Csc<E, Long>&& A, const Csc<E, Long>& B) {
        numeric.reset();  // the old factor makes room first
        const detail::Stopwatch watch;
        const detail::BackendThreads few(symbolic->prediction().flops);
        auto fresh = std::make_unique<Numeric>();
        fresh->tall = detail::factor_spqr<E>(B, symbolic->permutation(), options.pivot_tolerance);
        if (wide()) fresh->A = std::move(A);
        const auto& tall = fresh->tall;
        double nonzeros = static_cast<double>(tall.r.nnz() + tall.h.nnz());
        double flops = tall.flops;
        if (tall.rank > 0 && tall.rank < B.cols()) {
            const auto rows = adjoint_of(tall.r);
            const auto order = detail::order_spqr<E>(rows, {Ordering::automatic, {}, 0, options.stop});
            detail::require_memory(what, order.prediction.bytes, options.memory_limit);
            detail::check_stop(what, "second factorization of a matrix of deficient rank", options.stop);
            // R has full row rank by construction: no column may be taken as dependent for its size.
            fresh->completion = detail::factor_spqr<E>(rows, order.permutation, std::numeric_limits<double>::min());
            if (fresh->completion->rank != tall.rank)
                throw Error("qr: the rank of R changed from " + std::to_string(tall.rank) + " to " +
                            std::to_string(fresh->completion->rank) + " while its rows were orthogonalised");
            nonzeros += static_cast<double>(fresh->completion->r.nnz() + fresh->completion->h.nnz());
            flops += fresh->completion->flops;
        }
        numeric = std::move(fresh);
        info.seconds.factor = watch.seconds();
        info.factor_nonzeros = static_cast<Long>(nonzeros);
        info.fill = entries > 0 ? nonzeros / static_cast<double>(entries) : 0;
        info.flops = flops;
        info.bytes =
            static_cast<Long>(nonzeros * (sizeof(E) + sizeof(Long)) + static_cast<double>(m + n) * 6 * sizeof(Long));
    }

    // A(:, p) = Q·R, for a wide matrix made at the first call.
    const Parts& direct(const char* caller) const {
        auto* now = ready(caller);
        if (!wide()) return now->tall;
        std::call_once(now->once, [&] {
            const auto order = detail::order_spqr<E>(now->A, {Ordering::automatic, {}, 0, options.stop});
            detail::require_memory(caller, order.prediction.bytes, options.memory_limit);
            const detail::BackendThreads few(order.prediction.flops);
            now->direct = detail::factor_spqr<E>(now->A, order.permutation, options.pivot_tolerance);
        });
        return now->direct;
    }
};

template <class T, class I>
SparseQr<T, I>::SparseQr(SparseQr&&) noexcept = default;
template <class T, class I>
SparseQr<T, I>& SparseQr<T, I>::operator=(SparseQr&&) noexcept = default;
template <class T, class I>
SparseQr<T, I>::~SparseQr() = default;

template <class T, class I>
SparseQr<T, I>::SparseQr(CsrView<T, I> major, bool row_major, const FactorOptions& options)
    : state_(std::make_unique<State>()) {
    using E = typename State::E;
#if !TAMIS_WITH_GPL
    throw Unsupported("qr: sparse QR is computed by SPQR, which this build leaves out (TAMIS_WITH_GPL=OFF)");
#endif
    detail::check_factor_options(what, options);
    detail::check_finite(what, major, row_major);
    auto& s = *state_;
    s.m = row_major ? major.rows() : major.cols();
    s.n = row_major ? major.cols() : major.rows();
    s.options = options;
    // SPQR's rule is for numbers that are as good as double precision. The entries of a float matrix are not, however they
    // are computed with: their rounding moves singular values by about √(m + n) ε of the largest column.
    if (options.pivot_tolerance == 0 && std::same_as<Real<T>, float>)
        s.options.pivot_tolerance = 20 * std::sqrt(static_cast<double>(s.m + s.n)) * static_cast<double>(epsilon_v<T>);
    s.info.method = Method::qr;
    s.info.precision = scalar_name<E>();
    if (options.shift != 0 && s.m != s.n)
        throw InvalidArgument("qr: .shift is for square matrices, but this one has " + std::to_string(s.m) + " rows and " +
                              std::to_string(s.n) + " columns");
    const auto order = detail::checked_permutation(what, options, std::min(s.m, s.n));
    detail::check_stop(what, "analysis", options.stop);
    if (s.m == 0 || s.n == 0) return;
    const detail::Stopwatch watch;
    auto columns = detail::all_columns(what, major, row_major, options.shift);
    s.entries = columns.pattern.nnz();
    if (s.entries == 0) return;
    detail::ColumnPattern<I> pattern = columns.pattern;
    auto A = widened(std::move(columns));
    auto B = s.wide() ? adjoint_of(A) : std::move(A);
    s.symbolic = std::make_shared<const QrSymbolic<I>>(
        std::move(pattern), detail::order_spqr<E>(B, {options.ordering, order, s.options.pivot_tolerance, options.stop}));
    s.info.seconds.analyze = watch.seconds();
    s.info.backend = s.symbolic->prediction().backend;
    s.info.ordering = s.symbolic->prediction().ordering;
    detail::require_memory(what, s.symbolic->prediction().bytes, options.memory_limit);
    detail::check_stop(what, "numeric factorization", options.stop);
    s.compute(std::move(A), B);
}

template <class T, class I>
void SparseQr<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "qr refactor";
    if (!state_) detail::throw_not_ready(caller);
    auto& s = *state_;
    const auto m = row_major ? major.rows() : major.cols();
    const auto n = row_major ? major.cols() : major.rows();
    if (m != s.m || n != s.n)
        throw DimensionMismatch(std::string(caller) + ": the matrix has " + std::to_string(m) + " rows and " +
                                    std::to_string(n) + " columns, the analysed one " + std::to_string(s.m) + " and " +
                                    std::to_string(s.n),
                                m != s.m ? s.m : s.n, m != s.m ? m : n);
    if (s.empty()) {
        if (major.nnz() != 0) detail::throw_pattern_mismatch(caller);
        return;
    }
    auto columns = detail::all_columns(caller, major, row_major, s.options.shift);
    if (!s.symbolic->matches(std::as_const(columns.pattern.offsets).span(), std::as_const(columns.pattern.indices).span()))
        detail::throw_pattern_mismatch(caller);
    try {
        detail::check_finite(caller, major, row_major);
        detail::check_stop(caller, "numeric factorization", s.options.stop);
        auto A = widened(std::move(columns));
        auto B = s.wide() ? adjoint_of(A) : std::move(A);
        s.compute(std::move(A), B);
    } catch (...) {
        s.numeric.reset();
        throw;
    }
}

template <class T, class I>
Long SparseQr<T, I>::rows() const noexcept {
    return state_ ? state_->m : 0;
}
template <class T, class I>
Long SparseQr<T, I>::cols() const noexcept {
    return state_ ? state_->n : 0;
}
template <class T, class I>
const FactorInfo& SparseQr<T, I>::info() const noexcept {
    static const FactorInfo nothing;
    return state_ ? state_->info : nothing;
}
template <class T, class I>
Long SparseQr<T, I>::rank() const {
    if (!state_) detail::throw_not_ready("qr rank");
    const auto* numeric = state_->ready("qr rank");
    return numeric == nullptr ? 0 : numeric->tall.rank;
}

template <class T, class I>
void SparseQr<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "qr solve";
    if (!state_) detail::throw_not_ready(caller);
    const auto* numeric = state_->ready(caller);
    const bool plain = form == detail::SolveForm::plain;
    const auto in_rows = plain ? rows() : cols();
    const auto out_rows = plain ? cols() : rows();
    const auto tall_rows = std::max(rows(), cols());
    const auto tall_cols = std::min(rows(), cols());
    const auto rank = this->rank();

    // min ‖b − B x‖
    const auto least_squares = [&](const E* in, E* out, E* work, E* second) {
        const auto& F = numeric->tall;
        detail::apply_q_adjoint(F, in, work);  // c
        if (!numeric->completion) {
            detail::solve_r(F, work);
            std::copy_n(work, rank, second);
        } else {
            const auto& G = *numeric->completion;
            std::vector<E> z(static_cast<std::size_t>(tall_cols), E(0));
            for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) z[k] = work[G.permutation[k]];
            detail::solve_r_adjoint(G, z.data());
            detail::apply_q(G, z.data(), second);
        }
        for (Long k = 0; k < tall_cols; ++k) out[F.permutation[static_cast<std::size_t>(k)]] = second[k];
    };
    // min ‖b − Bᴴ x‖
    const auto minimum_norm = [&](const E* in, E* out, E* work, E* second) {
        const auto& F = numeric->tall;
        for (Long k = 0; k < tall_cols; ++k) second[k] = in[F.permutation[static_cast<std::size_t>(k)]];
        std::fill_n(work, tall_rows, E(0));
        if (!numeric->completion) {
            std::copy_n(second, rank, work);
            detail::solve_r_adjoint(F, work);
        } else {
            const auto& G = *numeric->completion;
            std::vector<E> z(static_cast<std::size_t>(tall_cols), E(0));
            detail::apply_q_adjoint(G, second, z.data());
            detail::solve_r(G, z.data());
            for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) work[G.permutation[k]] = z[k];
        }
        detail::apply_q(F, work, out);
    };

    detail::solve_in_blocks<T>(caller, in_rows, out_rows, b, x, form == detail::SolveForm::transposed,
                               [&](const E* in, E* out, Long k) {
                                   if (numeric == nullptr || rank == 0) {
                                       std::fill_n(out, out_rows * k, E(0));
                                       return;
                                   }
                                   std::vector<E> work(static_cast<std::size_t>(tall_rows));
                                   std::vector<E> second(static_cast<std::size_t>(tall_cols));
                                   for (Long c = 0; c < k; ++c) {
                                       const E* from = in + c * in_rows;
                                       E* to = out + c * out_rows;
                                       if (plain != state_->wide()) least_squares(from, to, work.data(), second.data());
                                       else minimum_norm(from, to, work.data(), second.data());
                                   }
                               });
}

template <class T, class I>
void SparseQr<T, I>::apply_q(bool adjoint, MatrixView<const T> x, MatrixView<T> y) const {
    using E = typename State::E;
    const char* const caller = adjoint ? "qr multiply_qt" : "qr multiply_q";
    if (!state_) detail::throw_not_ready(caller);
    const auto m = rows();
    const auto thin = std::min(m, cols());
    // Q is square; a factor of as many rows as R has is extended by zeros.
    const auto in_rows = !adjoint && x.rows() == thin ? thin : m;
    const auto* F = state_->empty() ? nullptr : &state_->direct(caller);
    detail::solve_in_blocks<T>(caller, in_rows, m, x, y, false, [&](const E* in, E* out, Long k) {
        std::vector<E> work(static_cast<std::size_t>(m));
        for (Long c = 0; c < k; ++c) {
            if (adjoint) {
                if (F != nullptr) detail::apply_q_adjoint(*F, in + c * m, out + c * m);
                else std::copy_n(in + c * m, m, out + c * m);
                continue;
            }
            std::fill(work.begin(), work.end(), E(0));
            std::copy_n(in + c * in_rows, in_rows, work.begin());
            if (F != nullptr) detail::apply_q(*F, work.data(), out + c * m);
            else std::copy_n(work.data(), m, out + c * m);
        }
    });
}

template <class T, class I>
Csr<T, I> SparseQr<T, I>::matrix_r() const {
    using E = typename State::E;
    const char* const caller = "qr matrix_r";
    if (!state_) detail::throw_not_ready(caller);
    const auto thin = std::min(rows(), cols());
    if (state_->empty()) return Csr<T, I>(thin, cols());
    const auto& R = state_->direct(caller).r;
    const Csc<E, Long> extended(unchecked, thin, cols(), Array<Long>(R.col_offsets()), Array<Long>(R.row_indices()),
                                Array<E>(R.values()));
    return detail::to_public<T, I>(caller, extended);
}

template <class T, class I>
std::vector<I> SparseQr<T, I>::permutation() const {
    if (!state_) detail::throw_not_ready("qr permutation");
    if (state_->empty()) {
        std::vector<I> p(static_cast<std::size_t>(cols()));
        std::iota(p.begin(), p.end(), I{0});
        return p;
    }
    return detail::to_public<I>(state_->direct("qr permutation").permutation);
}

template <class T, class I>
Csr<T, I> SparseQr<T, I>::reconstruct() const {
    using E = typename State::E;
    const char* const caller = "qr reconstruct";
    if (!state_) detail::throw_not_ready(caller);
    if (state_->empty()) return Csr<T, I>(rows(), cols());
    const auto& F = state_->direct(caller);
    const auto m = rows();
    Array<Long> offsets(cols() + 1);
    std::vector<Long> found;
    std::vector<E> values;
    std::vector<E> work(static_cast<std::size_t>(m));
    std::vector<E> column(static_cast<std::size_t>(m));
    std::vector<Long> position(static_cast<std::size_t>(cols()));
    for (std::size_t k = 0; k < F.permutation.size(); ++k)
        position[static_cast<std::size_t>(F.permutation[k])] = static_cast<Long>(k);
    for (Long j = 0; j < cols(); ++j) {
        std::fill(work.begin(), work.end(), E(0));
        double largest = 0;
        for (const auto r : F.r.col(position[static_cast<std::size_t>(j)])) {
            work[static_cast<std::size_t>(r.index)] = r.value;
            largest = std::max(largest, std::abs(r.value));
        }
        detail::apply_q(F, work.data(), column.data());
        // Elsewhere than in A's pattern the sums cancel to rounding noise.
        const double noise = 64 * std::numeric_limits<double>::epsilon() * largest;
        for (Long i = 0; i < m; ++i) {
            if (std::abs(column[static_cast<std::size_t>(i)]) <= noise) continue;
            found.push_back(i);
            values.push_back(column[static_cast<std::size_t>(i)]);
        }
        offsets[j + 1] = std::ssize(found);
    }
    const Csc<E, Long> A(unchecked, m, cols(), std::move(offsets), Array<Long>(std::move(found)),
                         Array<E>(std::move(values)));
    return detail::to_public<T, I>(caller, A);
}

#define TAMIS_INSTANTIATE(T, I) template class SparseQr<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
