// Least squares and minimum norm by sparse QR. With the tall B = A or Aᴴ, B(:, p) = Q [R₁₁ R₁₂; 0 0] of rank r:
//
//   min ‖b − B x‖: c = (Qᴴb)(1:r), R y = c, x(p) = y;     min ‖b − Bᴴ x‖: Rᴴ u = b(p), x = Q [u; 0]
//
// where R y = c and Rᴴ u = d are triangular for r = cols(B). Otherwise R(p₂, :)ᴴ = Rᴴ(:, p₂) = Q₂ [R₂; 0] completes the
// decomposition: y = Q₂ [R₂⁻ᴴ c(p₂); 0] has minimum norm, and u(p₂) = R₂⁻¹ (Q₂ᴴ d)(1:r) is the least-squares solution.
// Golub, Van Loan: Matrix Computations, 4th ed., §5.5.2 (complete orthogonal decomposition).
#include "sparse/complete_orthogonal.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "core/backend_threads.hpp"
#include "core/memory.hpp"
#include "sparse/householder.hpp"
#include "sparse/numerical_rank.hpp"
#include "sparse/suitesparse/compressed_parts.hpp"
#include "tamis_backends.hpp"

namespace tamis::detail {

namespace {

using Long = std::int64_t;

template <class E>
Csc<E, Long> adjoint_of(const Csc<E, Long>& A) {
    auto R = transposed_columns(Csc<E, Long>(A));
    for (E& v : R.values()) v = conjugate(v);
    return R;
}

// The fraction of ‖B‖₂ up to which singular values do not count.
double share_of(const FactorOptions& options, Long larger_size) {
    return options.pivot_tolerance > 0 ? options.pivot_tolerance
                                       : static_cast<double>(larger_size) * std::numeric_limits<double>::epsilon();
}

}  // namespace

template <class E, class I>
TallColumns<E> tall_columns(Columns<E, I>&& columns) {
    auto pattern = pattern_as<Long>(std::move(columns.pattern));
    Csc<E, Long> A(unchecked, pattern.rows, pattern.cols, std::move(pattern.offsets), std::move(pattern.indices),
                   std::move(columns.values));
    if (A.rows() >= A.cols()) return {{}, std::move(A)};
    auto B = adjoint_of(A);
    return {std::move(A), std::move(B)};
}

void check_qr(const char* what, Long rows, Long cols, const FactorOptions& options) {
#if !TAMIS_WITH_GPL
    throw Unsupported(std::string(what) +
                      ": sparse QR is computed by SPQR, which this build leaves out (TAMIS_WITH_GPL=OFF)");
#endif
    if (options.shift != 0 && rows != cols)
        throw InvalidArgument(std::string(what) + ": .shift is for square matrices, but this one has " +
                              std::to_string(rows) + " rows and " + std::to_string(cols) + " columns");
}

template <class E>
CompleteOrthogonal<E>::CompleteOrthogonal(TallColumns<E>&& matrix, const QrSymbolic& symbolic, const FactorOptions& options)
    : wide_(matrix.A.rows() < matrix.A.cols()),
      A_(std::move(matrix.A)) {
    const auto& B = matrix.B;
    const double share = share_of(options, B.rows());
    factor_tall(B, symbolic.permutation(), symbolic.take_analysed(), share, options);
    const double tolerance = share * norm2_by_power_method(B);
    if (const auto revealed = reveal_rank(*tall_, completion_ ? *completion_ : *tall_, tolerance)) {
        check_stop("qr", "second factorization of a matrix of deficient rank", options.stop);
        factor_tall(B, revealed->permutation, nullptr, share, options, revealed->rank);
    }
    size_ = tall_->size();
    if (completion_) {
        const auto more = completion_->size();
        size_ = {size_.nonzeros + more.nonzeros, size_.flops + more.flops, size_.bytes + more.bytes};
    }
}

template <class E>
void CompleteOrthogonal<E>::factor_tall(const Csc<E, Long>& B, const std::vector<Long>& permutation,
                                        std::shared_ptr<void> analysed, double share, const FactorOptions& options,
                                        Long most) {
    const char* const what = "qr";
    completion_.reset();
    tall_.reset();  // the old factor makes room first
    tall_ = factor_spqr<E>(B, permutation, share, std::move(analysed));
    if (tall_->rank() == B.cols() && most >= B.cols()) return;
    // Plain arrays: in SPQR's object R is no trapezoid.
    require_memory(what, tall_->size().nonzeros * (sizeof(E) + sizeof(Long)), options.memory_limit);
    auto parts = tall_->parts();
    tall_.reset();
    if (parts.rank > most) truncate(parts, most);
    const auto rank = parts.rank;
    const auto rows = adjoint_of(parts.r);
    tall_ = std::make_unique<HouseholderFactor<E>>(std::move(parts));
    if (rank == 0) return;
    auto order = order_spqr<E>(rows, {Ordering::automatic, {}, options.stop});
    require_memory(what, order.prediction.bytes, options.memory_limit);
    check_stop(what, "second factorization of a matrix of deficient rank", options.stop);
    // R has full row rank by construction: no column may be taken as dependent for its size.
    completion_ = factor_spqr<E>(rows, order.permutation, std::numeric_limits<double>::min(), std::move(order.analysed));
    if (completion_->rank() != rank)
        throw Error("qr: the rank of R changed from " + std::to_string(rank) + " to " + std::to_string(completion_->rank()) +
                    " while its rows were orthogonalised");
}

template <class E>
void CompleteOrthogonal<E>::least_squares(const E* b, E* x, E* work, E* second) const {
    const auto& F = *tall_;
    const auto rank = F.rank();
    F.apply_q_adjoint(b, work);  // c
    if (!completion_) {
        F.solve_r(work);
        std::copy_n(work, rank, second);
    } else {
        const auto& G = *completion_;
        std::vector<E> z(static_cast<std::size_t>(F.cols()), E(0));
        for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) z[k] = work[G.permutation()[k]];
        G.solve_r_adjoint(z.data());
        G.apply_q(z.data(), second);
    }
    for (Long k = 0; k < F.cols(); ++k) x[F.permutation()[static_cast<std::size_t>(k)]] = second[k];
}

template <class E>
void CompleteOrthogonal<E>::minimum_norm(const E* b, E* x, E* work, E* second) const {
    const auto& F = *tall_;
    const auto rank = F.rank();
    for (Long k = 0; k < F.cols(); ++k) second[k] = b[F.permutation()[static_cast<std::size_t>(k)]];
    std::fill_n(work, F.rows(), E(0));
    if (!completion_) {
        std::copy_n(second, rank, work);
        F.solve_r_adjoint(work);
    } else {
        const auto& G = *completion_;
        std::vector<E> z(static_cast<std::size_t>(F.cols()), E(0));
        G.apply_q_adjoint(second, z.data());
        G.solve_r(z.data());
        for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) work[G.permutation()[k]] = z[k];
    }
    F.apply_q(work, x);
}

template <class E>
auto CompleteOrthogonal<E>::direct(const char* caller, const FactorOptions& options) const -> const Factor& {
    if (!wide_) return *tall_;
    std::call_once(once_, [&] {
        auto order = order_spqr<E>(A_, {Ordering::automatic, {}, options.stop});
        require_memory(caller, order.prediction.bytes, options.memory_limit);
        on_backend_threads(order.prediction.flops, [&] {
            direct_ = factor_spqr<E>(A_, order.permutation, share_of(options, A_.cols()), std::move(order.analysed));
        });
    });
    return *direct_;
}

template class CompleteOrthogonal<double>;
template class CompleteOrthogonal<std::complex<double>>;

#define TAMIS_INSTANTIATE(E, I) template TallColumns<E> tall_columns(Columns<E, I>&&);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
