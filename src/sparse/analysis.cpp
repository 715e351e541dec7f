#include <tamis/sparse/analysis.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/analysis_data.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/complete_orthogonal.hpp"
#include "sparse/factor_state.hpp"
#include "sparse/suitesparse/ldlt_backend.hpp"
#include "tamis_backends.hpp"

namespace tamis {

namespace {

const detail::Prediction& prediction_of(const detail::AnalysisData& data) noexcept {
    static const detail::Prediction nothing;
    return data.symbolic ? data.symbolic->prediction() : nothing;
}

// Bounds may be beyond any count.
std::int64_t as_count(double x) noexcept {
    return x < 9e18 ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

Method Analysis::method() const noexcept {
    return data_->method;
}
const std::string& Analysis::backend() const noexcept {
    return prediction_of(*data_).backend;
}
std::int64_t Analysis::rows() const noexcept {
    return data_->rows;
}
std::int64_t Analysis::cols() const noexcept {
    return data_->cols;
}
std::int64_t Analysis::factor_nonzeros() const noexcept {
    return as_count(prediction_of(*data_).factor_nonzeros);
}
double Analysis::flops() const noexcept {
    return prediction_of(*data_).flops;
}
std::int64_t Analysis::bytes() const noexcept {
    return as_count(prediction_of(*data_).bytes);
}
Ordering Analysis::ordering() const noexcept {
    return prediction_of(*data_).ordering;
}
double Analysis::seconds() const noexcept {
    return data_->seconds;
}
const FactorOptions& Analysis::options() const noexcept {
    return data_->options;
}

std::vector<std::int64_t> Analysis::permutation() const {
    if (data_->symbolic) return data_->symbolic->permutation();
    std::vector<std::int64_t> p(static_cast<std::size_t>(std::min(data_->rows, data_->cols)));
    std::iota(p.begin(), p.end(), std::int64_t{0});
    return p;
}

namespace detail {

const SharedAnalysis& analysis_for(const char* what, Method method, bool complex, std::int64_t rows, std::int64_t cols,
                                   const Analysis& analysis, const FactorOptions& options) {
    const std::string begin = what;
    const auto& data = AnalysisAccess::data(analysis);
    if (data->method != method)
        throw InvalidArgument(begin + ": the analysis was made for " + std::string(to_string(data->method)) + "; call " +
                              std::string(to_string(data->method)) +
                              ", or analyze with .method = Method::" + std::string(to_string(method)));
    if (data->complex != complex)
        throw InvalidArgument(begin + ": the analysis is of a " + (data->complex ? "complex" : "real") +
                              " matrix, but this one is " + (complex ? "complex" : "real") + "; analyze a " +
                              (complex ? "complex" : "real") + " matrix of this pattern");
    check_factor_options(what, options);
    const auto& own = data->options;
    if (options.ordering != Ordering::automatic && options.ordering != own.ordering &&
        options.ordering != analysis.ordering())
        throw InvalidArgument(begin + ": .ordering is " + std::string(to_string(options.ordering)) +
                              ", but the analysis has ordered by " + std::string(to_string(analysis.ordering())) +
                              " already; analyze anew for another order");
    if (!options.permutation.empty() &&
        !std::equal(options.permutation.begin(), options.permutation.end(), own.permutation.begin(), own.permutation.end()))
        throw InvalidArgument(begin + ": .permutation is not the one that was analysed; analyze anew for another order");
    if (data->rows != rows || data->cols != cols)
        throw PatternMismatch(begin + ": the matrix has " + std::to_string(rows) + " rows and " + std::to_string(cols) +
                              " columns, the analysed one " + std::to_string(data->rows) + " and " +
                              std::to_string(data->cols) + "; analyze this one");
    return data;
}

void check_same_size(const char* what, const AnalysisData& analysis, std::int64_t rows, std::int64_t cols) {
    if (rows == analysis.rows && cols == analysis.cols) return;
    throw DimensionMismatch(std::string(what) + ": the matrix has " + std::to_string(rows) + " rows and " +
                                std::to_string(cols) + " columns, the analysed one " + std::to_string(analysis.rows) +
                                " and " + std::to_string(analysis.cols),
                            rows != analysis.rows ? analysis.rows : analysis.cols, rows != analysis.rows ? rows : cols);
}

namespace {

// Fills in what `run(request)` finds, unless there is nothing to factor.
template <class Run>
SharedAnalysis analysed(const char* what, AnalysisData&& data, std::int64_t order_size, bool empty, const Run& run) {
    const auto order = checked_permutation(what, data.options, order_size);
    check_stop(what, "analysis", data.options.stop);
    if (!empty) {
        const Stopwatch watch;
        data.symbolic = run(AnalysisRequest{data.options.ordering, order, data.options.stop});
        data.seconds = watch.seconds();
    }
    return std::make_shared<const AnalysisData>(std::move(data));
}

// What is analysed once for QR: the pattern and the column order of the tall matrix.
template <class I>
class QrPattern final : public QrSymbolic {
  public:
    QrPattern(ColumnPattern<I>&& pattern, QrOrdering&& order) : QrSymbolic(std::move(order)), pattern_(std::move(pattern)) {}
    ColumnPattern<std::int64_t> pattern() const override { return pattern_as<std::int64_t>(ColumnPattern<I>(pattern_)); }
    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return same_pattern(pattern_, offsets, indices);
    }
    bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return same_pattern(pattern_, offsets, indices);
    }

  private:
    ColumnPattern<I> pattern_;
};

template <class T, class I>
bool has_positive_diagonal(CsrView<T, I> A, double shift) {
    for (std::int64_t i = 0; i < A.rows(); ++i)
        if (!(static_cast<double>(real_part(A.coeff(i, i))) + shift > 0)) return false;
    return true;
}

// A matrix, or its transpose, has the same method.
template <class T, class I>
Method method_for(CsrView<T, I> A, double shift) {
    if (A.rows() != A.cols()) return Method::qr;
    const bool hermitian = !first_asymmetry(A, Agreement::rounded);
    if (hermitian && has_positive_diagonal(A, shift)) return Method::cholesky;
    if (hermitian && TAMIS_WITH_MUMPS) return Method::ldlt;
    return Method::lu;
}

}  // namespace

template <class E, class I>
SharedAnalysis analyze_for_cholesky(const char* what, ColumnPattern<I>&& lower, const FactorOptions& options) {
    const auto n = lower.cols;
    return analysed(what, {Method::cholesky, is_complex_v<E>, n, n, lower.nnz(), options}, n, n == 0,
                    [&](const AnalysisRequest& request) { return analyze_cholmod<E>(std::move(lower), request); });
}

template <class E, class I>
SharedAnalysis analyze_for_ldlt(const char* what, ColumnPattern<I>&& lower, std::span<const E> values,
                                const FactorOptions& options) {
    const auto n = lower.cols;
    const HermitianValues<E> A{values, options.shift, 0, options.pivot_tolerance};
    return analysed(what, {Method::ldlt, is_complex_v<E>, n, n, lower.nnz(), options}, n, n == 0,
                    [&](const AnalysisRequest& request) { return analyze_ldlt<E>(std::move(lower), A, request); });
}

template <class E, class I>
SharedAnalysis analyze_for_lu(const char* what, ColumnPattern<I>&& pattern, std::span<const E> values,
                              const FactorOptions& options) {
    const auto n = pattern.cols;
    return analysed(what, {Method::lu, is_complex_v<E>, n, n, pattern.nnz(), options}, n, n == 0,
                    [&](const AnalysisRequest& request) { return analyze_lu<E>(std::move(pattern), values, request); });
}

template <class E, class I>
SharedAnalysis analyze_for_qr(const char* what, ColumnPattern<I>&& pattern, const Csc<E, std::int64_t>& tall,
                              const FactorOptions& options) {
    const auto entries = pattern.nnz();
    return analysed(
        what, {Method::qr, is_complex_v<E>, pattern.rows, pattern.cols, entries, options}, tall.cols(), entries == 0,
        [&](const AnalysisRequest& request) { return qr_symbolic(std::move(pattern), order_spqr<E>(tall, request)); });
}

template <class I>
std::shared_ptr<const QrSymbolic> qr_symbolic(ColumnPattern<I>&& pattern, QrOrdering&& order) {
    return std::make_shared<const QrPattern<I>>(std::move(pattern), std::move(order));
}
template std::shared_ptr<const QrSymbolic> qr_symbolic(ColumnPattern<std::int32_t>&&, QrOrdering&&);
template std::shared_ptr<const QrSymbolic> qr_symbolic(ColumnPattern<std::int64_t>&&, QrOrdering&&);

template <class T, class I>
Analysis analyze(CsrView<T, I> major, bool row_major, const AnalyzeOptions& options) {
    using E = compute_t<T>;
    const char* const what = "analyze";
    const FactorOptions factor{options.ordering, options.permutation,     options.precision, options.memory_limit,
                               options.shift,    options.pivot_tolerance, options.stop};
    check_factor_options(what, factor);
    check_finite(what, major, row_major);
    const auto method = options.method == Method::automatic ? method_for(major, options.shift) : options.method;
    switch (method) {
        case Method::cholesky:
            check_square(what, major, row_major);
            check_hermitian(what, major);
            return AnalysisAccess::make(
                analyze_for_cholesky<E>(what, std::move(lower_triangle(major, row_major).pattern), factor));
        case Method::ldlt: {
            check_square(what, major, row_major);
            check_hermitian(what, major);
            auto lower = lower_triangle(major, row_major);
            return AnalysisAccess::make(
                analyze_for_ldlt<E>(what, std::move(lower.pattern), std::as_const(lower.values).span(), factor));
        }
        case Method::lu: {
            check_square(what, major, row_major);
            auto A = all_columns(what, major, row_major, options.shift);
            return AnalysisAccess::make(
                analyze_for_lu<E>(what, std::move(A.pattern), std::as_const(A.values).span(), factor));
        }
        case Method::qr: {
            check_qr(what, row_major ? major.rows() : major.cols(), row_major ? major.cols() : major.rows(), factor);
            auto A = all_columns(what, major, row_major, options.shift);
            ColumnPattern<I> pattern = A.pattern;
            return AnalysisAccess::make(analyze_for_qr<E>(what, std::move(pattern), tall_columns(std::move(A)).B, factor));
        }
        default:
            throw InvalidArgument(std::string(what) + ": there is no symbolic analysis for the method " +
                                  std::string(to_string(method)) + "; use cholesky, ldlt, lu, qr or automatic");
    }
}

#define TAMIS_INSTANTIATE(T, I) template Analysis analyze(CsrView<T, I>, bool, const AnalyzeOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

#define TAMIS_INSTANTIATE(E, I)                                                                                          \
    template SharedAnalysis analyze_for_cholesky<E>(const char*, ColumnPattern<I>&&, const FactorOptions&);              \
    template SharedAnalysis analyze_for_ldlt(const char*, ColumnPattern<I>&&, std::span<const E>, const FactorOptions&); \
    template SharedAnalysis analyze_for_lu(const char*, ColumnPattern<I>&&, std::span<const E>, const FactorOptions&);   \
    template SharedAnalysis analyze_for_qr(const char*, ColumnPattern<I>&&, const Csc<E, std::int64_t>&,                 \
                                           const FactorOptions&);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace detail

}  // namespace tamis
