#include "iterative/eigen/default_preconditioner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include <tamis/core/error.hpp>
#include <tamis/iterative/amg/amg.hpp>
#include <tamis/iterative/precond/jacobi.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

struct DominanceFacts {
    bool positive = true;  ///< no negative or complex diagonal, no row with entries and without one
    bool zero_diagonal = false;
    double mean_diagonal = 0;
    double dominant_rows = 0;  ///< their share
    double excess = 0;         ///< Σ_i (a_ii − Σ_j |a_ij|), over Σ_i a_ii
    double skewness = 0;       ///< n Σ r_i² / (Σ r_i)² of the row lengths r: 1 if all are equal
};

template <class T, class I>
DominanceFacts dominance_facts(CsrView<T, I> A) {
    const auto offsets = A.row_offsets();
    const auto indices = A.col_indices();
    const auto values = A.values();
    const std::int64_t n = A.rows();
    DominanceFacts facts;
    std::int64_t dominant = 0;
    double squares = 0, trace = 0, excess = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const auto begin = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
        const auto end = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]);
        double diagonal = 0, others = 0;
        for (std::size_t p = begin; p < end; ++p) {
            if (static_cast<std::int64_t>(indices[p]) == i) diagonal = real_part(values[p]);
            else others += std::abs(values[p]);
        }
        const double length = static_cast<double>(end - begin);
        squares += length * length;
        trace += diagonal;
        excess += std::max(diagonal - others, 0.0);
        if (diagonal < 0 || (diagonal == 0 && others > 0)) facts.positive = false;
        facts.zero_diagonal = facts.zero_diagonal || diagonal == 0;
        if (others <= diagonal * (1 + 1e-6)) ++dominant;
    }
    const auto rows = static_cast<double>(std::max<std::int64_t>(n, 1));
    const auto nnz = static_cast<double>(std::max<std::int64_t>(std::ssize(values), 1));
    facts.mean_diagonal = trace / rows;
    facts.dominant_rows = static_cast<double>(dominant) / rows;
    facts.excess = trace > 0 ? excess / trace : 0;
    facts.skewness = rows * squares / (nnz * nnz);
    return facts;
}

/// A + shift I; diagonal entries that are not stored are inserted.
template <class T, class I>
Csr<T, I> with_shifted_diagonal(CsrView<T, I> A, double shift) {
    const std::int64_t n = A.rows(), nnz = std::ssize(A.values());
    Array<I> offsets(n + 1, uninitialized), indices(nnz + n, uninitialized);
    Array<T> values(nnz + n, uninitialized);
    std::int64_t at = 0;
    offsets[0] = I(0);
    for (std::int64_t i = 0; i < n; ++i) {
        bool placed = false;
        const auto place = [&](T value) {
            indices[at] = static_cast<I>(i);
            values[at++] = value + static_cast<Real<T>>(shift);
            placed = true;
        };
        for (auto p = static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(i)]);
             p < static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(i) + 1]); ++p) {
            const auto j = static_cast<std::int64_t>(A.col_indices()[p]);
            if (j == i) {
                place(A.values()[p]);
                continue;
            }
            if (j > i && !placed) place(T(0));
            indices[at] = A.col_indices()[p];
            values[at++] = A.values()[p];
        }
        if (!placed) place(T(0));
        offsets[i + 1] = static_cast<I>(at);
    }
    Array<I> kept_indices(at, uninitialized);
    Array<T> kept_values(at, uninitialized);
    std::copy_n(indices.data(), at, kept_indices.data());
    std::copy_n(values.data(), at, kept_values.data());
    return {unchecked, n, n, std::move(offsets), std::move(kept_indices), std::move(kept_values)};
}

bool is_semidefinite(const DominanceFacts& facts) noexcept {
    return facts.positive && facts.mean_diagonal > 0 && facts.dominant_rows >= 0.9;
}

/// Whether a few rows hold much of the matrix.
bool is_skewed(const DominanceFacts& facts) noexcept {
    return facts.skewness > 4;
}

template <class T, class I>
DefaultPreconditioner<T> preconditioner_of(CsrView<T, I> A) {
    const DominanceFacts facts = dominance_facts(A);
    if (!is_semidefinite(facts)) return {{}, "no preconditioner, since A is not known to be positive semidefinite"};
    // The indices of A + shift I have to fit.
    const bool fits = std::ssize(A.values()) + A.rows() < static_cast<std::int64_t>(std::numeric_limits<I>::max());
    const double shift = 1e-5 * facts.mean_diagonal;
    const bool shifted = fits && (facts.zero_diagonal || facts.excess < 1e-10);
    if (facts.zero_diagonal && !shifted) return {{}, "no preconditioner, since A has zeros on its diagonal"};
    const auto make = [&](const auto& matrix) -> DefaultPreconditioner<T> {
        const std::string of = shifted ? " of A slightly shifted, since its rows sum to zero" : "";
        if (is_skewed(facts))
            return {Operator<T>(Jacobi<T, I>(matrix)), "Jacobi" + of + ", since a few rows hold much of A"};
        return {Operator<T>(Amg<T, I>(matrix)), "Amg" + of + (of.empty() ? ", since A's diagonal dominates" : "")};
    };
    try {
        if (shifted) return make(with_shifted_diagonal(A, shift));
        return make(A);
    } catch (const InvalidArgument&) {
        throw;
    } catch (const Error& e) {
        return {{}, std::string("no preconditioner, since it could not be set up (") + e.what() + ")"};
    }
}

}  // namespace

template <class T>
DefaultPreconditioner<T> default_preconditioner(const EigenOperand<T>& A) {
    return std::visit(
        []<class S>(const S& stored) -> DefaultPreconditioner<T> {
            if constexpr (std::same_as<S, std::monostate>) return {{}, "no preconditioner, since A is an operator"};
            else if constexpr (std::same_as<S, MatrixView<const T>>) return {{}, "no preconditioner, since A is dense"};
            else return preconditioner_of(stored);
        },
        A.stored());
}

template <class T>
bool suits_multigrid(const EigenOperand<T>& A) {
    return std::visit(
        []<class S>(const S& stored) {
            if constexpr (std::same_as<S, std::monostate> || std::same_as<S, MatrixView<const T>>) {
                return false;
            } else {
                const DominanceFacts facts = dominance_facts(stored);
                return is_semidefinite(facts) && !is_skewed(facts) && !facts.zero_diagonal && facts.excess >= 1e-10;
            }
        },
        A.stored());
}

#define TAMIS_INSTANTIATE(T)                                                             \
    template DefaultPreconditioner<T> default_preconditioner<T>(const EigenOperand<T>&); \
    template bool suits_multigrid<T>(const EigenOperand<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
