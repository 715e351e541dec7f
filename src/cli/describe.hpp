// Words and sections that several commands share.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <tamis/core/factorization.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/sparse/structure.hpp>
#include <tamis/sparse/view.hpp>

#include "output.hpp"

namespace tamis::cli {

/// Bytes that a compressed matrix takes.
template <class T, class I>
std::int64_t bytes_of(const CsrView<T, I>& A) {
    return A.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) +
           static_cast<std::int64_t>(A.row_offsets().size() * sizeof(I));
}

/// "1,000 × 1,000, 4,996 nonzeros, double".
template <class T, class I>
std::string shape_text(const CsrView<T, I>& A) {
    return fmt::format("{} × {}, {}, {}", count_text(A.rows()), count_text(A.cols()), plural(A.nnz(), "nonzero"),
                       scalar_name<T>());
}

/// The strongest symmetry that was measured, as a word of the file format.
inline std::string symmetry_word(const Structure& s) {
    if (s.symmetric) return "symmetric";
    if (s.hermitian) return "hermitian";
    if (s.skew) return "skew-symmetric";
    return "general";
}

/// Method as the command line names it.
inline std::string method_word(Method method) {
    return method == Method::automatic ? "auto" : std::string(to_string(method));
}

}  // namespace tamis::cli
