// Private: systems that are solved by the iterative method that was asked for.
#pragma once

#include <string>

#include <tamis/solve.hpp>
#include <tamis/sparse/view.hpp>

#include "solve/deadline.hpp"

namespace tamis::detail {

/// lsqr, lsmr and cgls.
bool least_squares_method(Method method) noexcept;

/// Throws DimensionMismatch unless the iterative method takes an A of this shape.
void check_iterative(const char* who, Method method, std::int64_t rows, std::int64_t cols);

/// The sentence that begins the reasons.
std::string iterative_reason(Method method);

/// The scalar that iterations compute in, for the report.
template <class T>
std::string iterated_precision() {
    return std::string(is_complex_v<T> ? "complex " : "") + (sizeof(Real<T>) == 4 ? "single" : "double");
}

/// x and the evidence for it; NotConverged with the method's own sentence, or Cancelled.
template <class T, class I>
SolveReport iterate(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options,
                    const Deadline& deadline);

}  // namespace tamis::detail
