#include <tamis/factorization_cache.hpp>

#include <algorithm>
#include <cstring>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis {

namespace {

template <class T, class I>
bool same_pattern(CsrView<T, I> A, CsrView<T, I> B) {
    return A.rows() == B.rows() && A.cols() == B.cols() && A.nnz() == B.nnz() &&
           (A.rows() == 0 || std::ranges::equal(A.row_offsets(), B.row_offsets())) &&
           std::ranges::equal(A.col_indices(), B.col_indices());
}

/// Bit for bit, so that a NaN equals itself and 0 differs from −0.
template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
    return a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// f of the matrix whose stored lines are `major`.
template <class T, class I, class F>
auto with_orientation(CsrView<T, I> major, bool row_major, const F& f) {
    if (row_major) return f(major);
    return f(major.transposed_view());
}

}  // namespace

template <class T, class I>
void FactorizationCache<T, I>::clear() noexcept {
    factorization_.reset();
    lines_ = Csr<T, I>();
}

template <class T, class I>
void FactorizationCache<T, I>::update(CsrView<T, I> major, bool row_major) {
    Csr<T, I> turned;
    if (factorization_ && row_major != row_major_) {
        // The same matrix may come by rows once and by columns then.
        turned = detail::transpose(major);
        major = turned.view();
        row_major = row_major_;
    }
    const bool known = factorization_ && same_pattern(major, lines_.view());
    const auto old = std::as_const(lines_).values();
    if (known && same_bits<T>(major.values(), old)) return;

    try {
        if (known && factorization_->refactorable()) {
            try {
                with_orientation(major, row_major, [this](const auto& A) { factorization_->refactor(A); });
                std::ranges::copy(major.values(), lines_.values().begin());
                ++statistics_.factorizations;
                return;
            } catch (const MemoryLimitExceeded&) {
                throw;
            } catch (const Cancelled&) {
                throw;
            } catch (const Error&) {
                if (options_.method != Method::automatic) throw;
            }
        }
        clear();  // the old factor makes room first
        factorization_.emplace(with_orientation(
            major, row_major, [this](const auto& A) { return factor(A, options_.method, options_.factor); }));
        lines_ = Csr<T, I>(major);
        row_major_ = row_major;
        ++statistics_.analyses;
        ++statistics_.factorizations;
    } catch (...) {
        clear();
        throw;
    }
}

#define TAMIS_INSTANTIATE(T, I) template class FactorizationCache<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
