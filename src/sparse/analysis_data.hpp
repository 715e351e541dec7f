// Private: what an Analysis holds, and how each method makes one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <tamis/sparse/analysis.hpp>

#include "sparse/factor_input.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

struct AnalysisData {
    Method method = Method::automatic;
    bool complex = false;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t entries = 0;  ///< of A, as the method reads it
    FactorOptions options;
    std::shared_ptr<const Symbolic> symbolic = nullptr;  ///< null where there is nothing to factor
    double seconds = 0;
};
using SharedAnalysis = std::shared_ptr<const AnalysisData>;

struct AnalysisAccess {
    static Analysis make(SharedAnalysis data) { return Analysis(std::move(data)); }
    static const SharedAnalysis& data(const Analysis& analysis) noexcept { return analysis.data_; }
};

/// The data of an analysis that is about to serve a matrix of these rows and columns with these options: InvalidArgument for
/// one of another method or field, or for options that ask for another order; PatternMismatch for other sizes.
const SharedAnalysis& analysis_for(const char* what, Method method, bool complex, std::int64_t rows, std::int64_t cols,
                                   const Analysis& analysis, const FactorOptions& options);

// One function a method. `what` begins the messages; options were checked by check_factor_options.

/// By the lower triangle of a Hermitian matrix.
template <class E, class I>
SharedAnalysis analyze_for_cholesky(const char* what, ColumnPattern<I>&& lower, const FactorOptions& options);
/// By the lower triangle of a Hermitian matrix with these values.
template <class E, class I>
SharedAnalysis analyze_for_ldlt(const char* what, ColumnPattern<I>&& lower, std::span<const E> values,
                                const FactorOptions& options);
/// By the columns of a square matrix with these values.
template <class E, class I>
SharedAnalysis analyze_for_lu(const char* what, ColumnPattern<I>&& pattern, std::span<const E> values,
                              const FactorOptions& options);
/// The analysis for QR of the matrices of a pattern.
template <class I>
std::shared_ptr<const QrSymbolic> qr_symbolic(ColumnPattern<I>&& pattern, QrOrdering&& order);
/// By the columns of any matrix and the tall one, itself or its adjoint, that will be factored.
template <class E, class I>
SharedAnalysis analyze_for_qr(const char* what, ColumnPattern<I>&& pattern, const Csc<E, std::int64_t>& tall,
                              const FactorOptions& options);

}  // namespace tamis::detail
