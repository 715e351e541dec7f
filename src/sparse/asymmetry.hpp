// Private: whether a matrix is Hermitian, and where it is not.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// When an entry and its mirror image agree.
enum class Agreement {
    rounded,  ///< |a_ij − conj(a_ji)| ≤ 8ε·max(|a_ij|, |a_ji|), where what is not stored counts as zero
    exact     ///< both are stored, and a_ij = conj(a_ji)
};

/// The position of the first entry of the square A that does not agree with its mirror image. O(n + nnz).
template <class T, class I>
std::optional<std::pair<std::int64_t, std::int64_t>> first_asymmetry(CsrView<T, I> A, Agreement agreement);

}  // namespace tamis::detail
