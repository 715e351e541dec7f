#include <tamis/sparse/tune.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>

#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/gather.hpp"
#include "sparse/product_operands.hpp"
#include "sparse/tuned/layout.hpp"
#include "sparse/tuned/stored.hpp"
#include "sparse/update.hpp"

namespace tamis {

namespace detail {

template <class T>
struct TunedData {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t nnz = 0;
    int most_threads = 0;                      // 0: as many as the library uses
    std::unique_ptr<TunedLayout<T>> layout{};  // null where there are no entries
    double payback = std::numeric_limits<double>::infinity();
};

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Below this the search is not worth its time.
constexpr std::int64_t least_products = 20;

/// The two least times of several.
struct LeastSeconds {
    double first = std::numeric_limits<double>::infinity();
    double second = std::numeric_limits<double>::infinity();
    void add(double seconds) noexcept {
        second = std::min(second, std::max(first, seconds));
        first = std::min(first, seconds);
    }
    /// Nearly the same time twice: nothing disturbed it.
    [[nodiscard]] bool agree() const noexcept { return second <= 1.1 * first; }
};

/// The least seconds of a product with x = 1: of the plain one, then by each layout, all in turns. Where other work disturbs
/// the times it goes on for a while.
template <class T, class I>
std::vector<double> try_out(const CsrView<T, I>& A, const std::vector<std::unique_ptr<TunedLayout<T>>>& layouts, int threads,
                            std::int64_t expected_products) {
    constexpr int least_rounds = 6;
    constexpr double least_seconds = 0.001;
    const std::vector<T> x(static_cast<std::size_t>(A.cols()), T(1));
    std::vector<T> y(static_cast<std::size_t>(A.rows()));
    std::vector<LeastSeconds> least(layouts.size() + 1);
    const auto begin = Clock::now();
    const auto enough = [&](std::int64_t round) {
        if (round < least_rounds) return false;
        const double seconds = seconds_since(begin);
        return seconds > static_cast<double>(expected_products) / 4 * least[0].first ||
               (seconds > least_seconds &&
                std::all_of(least.begin(), least.end(), [](const LeastSeconds& l) { return l.agree(); }));
    };
    for (std::int64_t round = 0; !enough(round); ++round) {
        auto start = Clock::now();
        gather<false>(A, MatrixView<const T>(x.data(), A.cols(), 1), MatrixView<T>(y.data(), A.rows(), 1), T(1), T(0),
                      threads);
        least[0].add(seconds_since(start));
        for (std::size_t l = 0; l < layouts.size(); ++l) {
            start = Clock::now();
            layouts[l]->apply(x.data(), y.data(), 1, T(1), T(0), threads);
            least[l + 1].add(seconds_since(start));
        }
    }
    std::vector<double> seconds;
    for (const LeastSeconds& l : least) seconds.push_back(l.first);
    return seconds;
}

/// The fastest; among those that lose less than a trial can tell, the one with the fewest bytes, which counts when other
/// threads and arrays want the memory too.
std::size_t choice(const std::vector<double>& seconds, const std::vector<std::int64_t>& bytes) {
    const double least = *std::min_element(seconds.begin(), seconds.end());
    std::size_t best = seconds.size();
    for (std::size_t l = 0; l < seconds.size(); ++l)
        if (seconds[l] <= 1.05 * least && (best == seconds.size() || bytes[l] < bytes[best])) best = l;
    return best;
}

/// The layouts that fit the matrix, without those that a better one makes hopeless: runs read no indices at all, blocks one
/// for B² entries.
template <class T, class I>
std::vector<std::unique_ptr<TunedLayout<T>>> candidates(const CsrView<T, I>& A, const TuneOptions& options) {
    const FloatFit worst = options.allow_float_values ? FloatFit::rounded : FloatFit::exact;
    const bool in_float = !std::is_same_v<T, InFloat<T>> && float_fit<T>(A.values(), worst) <= worst;
    std::vector<std::unique_ptr<TunedLayout<T>>> found;
    auto layout = run_layout(A, in_float);
    if (!layout) layout = block_layout(A, in_float);
    if (!layout) layout = slice_layout(A, in_float);
    if (layout) found.push_back(std::move(layout));
    if (options.symmetric) {
        layout = half_layout(A, in_float);
        if (layout) found.push_back(std::move(layout));
    }
    return found;
}

template <class T, class I>
void check_hermitian(const CsrView<T, I>& A) {
    const auto refuse = [](const std::string& what) {
        throw InvalidArgument("tune: .symmetric says that the matrix is Hermitian, but " + what);
    };
    if (A.rows() != A.cols()) refuse("it is " + std::to_string(A.rows()) + "×" + std::to_string(A.cols()));
    if (const auto found = first_asymmetry(A, Agreement::exact)) {
        const std::string i = std::to_string(found->first);
        const std::string j = std::to_string(found->second);
        refuse("entry (" + i + ", " + j + ") is not the conjugate of entry (" + j + ", " + i + ")");
    }
}

/// Threads for a product.
int threads_for_product(std::int64_t work, int most) noexcept {
    const int wanted = threads_for(work);
    return most == 0 ? wanted : std::min(wanted, most);
}

template <class I, class T>
std::int64_t bytes_of_rows(const CsrView<T, I>& A) {
    return static_cast<std::int64_t>(sizeof(I)) * (A.rows() + 1 + A.nnz()) + static_cast<std::int64_t>(sizeof(T)) * A.nnz();
}

/// What came out of a trial.
template <class T>
struct Winner {
    std::unique_ptr<TunedLayout<T>> layout{};  // null where plain rows won
    double gain = 0;                           // the share of the plain product's time that it saves
    double payback = std::numeric_limits<double>::infinity();
};

template <class T, class I>
Winner<T> find_layout(const CsrView<T, I>& A, const TuneOptions& options) {
    Winner<T> winner;
    const auto start = Clock::now();
    auto layouts = candidates(A, options);
    if (layouts.empty()) return winner;
    const auto seconds =
        try_out(A, layouts, threads_for_product(A.nnz() + A.rows(), options.threads), options.expected_products);
    std::vector<std::int64_t> bytes{bytes_of_rows(A)};
    for (const auto& layout : layouts) bytes.push_back(layout->bytes());
    const std::size_t best = choice(seconds, bytes);
    if (best == 0) return winner;
    winner.layout = std::move(layouts[best - 1]);
    if (seconds[best] < seconds[0]) {
        winner.gain = 1 - seconds[best] / seconds[0];
        winner.payback = seconds_since(start) / (seconds[0] - seconds[best]);
    }
    return winner;
}

// Of faster_copy.
constexpr std::int64_t least_entries = 1 << 18;  // fewer stay in caches, whatever their layout
constexpr std::int64_t longest_trial = 200;      // in expected products, a quarter of which a disturbed trial may take
constexpr double least_gain = 0.05;

}  // namespace

template <class T, class I>
TunedMatrix<T> tune(CsrView<T, I> A, const TuneOptions& options) {
    if (options.expected_products < 0)
        throw InvalidArgument("tune: .expected_products is " + std::to_string(options.expected_products) +
                              "; it must not be negative");
    if (options.threads < 0)
        throw InvalidArgument("tune: .threads is " + std::to_string(options.threads) +
                              "; it must be positive, or 0 for the threads of the library");
    if (options.symmetric) check_hermitian(A);
    auto data = std::make_shared<TunedData<T>>();
    data->rows = A.rows();
    data->cols = A.cols();
    data->nnz = A.nnz();
    data->most_threads = options.threads;
    if (A.nnz() == 0) return TunedMatrix<T>(std::move(data));
    if (options.expected_products >= least_products) {
        Winner<T> winner = find_layout(A, options);
        data->layout = std::move(winner.layout);
        data->payback = winner.payback;
    }
    if (!data->layout) data->layout = rows_layout(A);
    return TunedMatrix<T>(std::move(data));
}

template <class T, class I>
std::shared_ptr<const TunedMatrix<T>> faster_copy(CsrView<T, I> A, std::int64_t expected_products) {
    if (expected_products < least_products || A.nnz() < least_entries) return nullptr;
    // No layout takes more than half as much again as plain rows, and half of the memory that is left stays free.
    if (3 * bytes_of_rows(A) > available_memory()) return nullptr;
    try {
        Winner<T> winner = find_layout(A, {.expected_products = std::min(expected_products, longest_trial)});
        if (!winner.layout || winner.gain < least_gain) return nullptr;
        auto data = std::make_shared<TunedData<T>>();
        data->rows = A.rows();
        data->cols = A.cols();
        data->nnz = A.nnz();
        data->layout = std::move(winner.layout);
        data->payback = winner.payback;
        return std::make_shared<const TunedMatrix<T>>(std::move(data));
    } catch (const std::bad_alloc&) {
        return nullptr;  // the plain product takes none
    }
}

template <class T>
void apply(const TunedData<T>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, const char* name) {
    check_product_operands<T>(name, A.rows, A.cols, X, Y);
    if (Y.rows() == 0 || Y.cols() == 0) return;
    if (alpha == T(0) || A.nnz == 0) {
        for (std::int64_t j = 0; j < Y.cols(); ++j)
            for (std::int64_t i = 0; i < Y.rows(); ++i) scale(Y(i, j), beta);
        return;
    }
    const int threads = threads_for_product(A.nnz + A.rows, A.most_threads);
    if (Y.cols() > 1 &&
        A.layout->apply_block(X, Y, alpha, beta,
                              threads_for_product((A.nnz + A.rows) * std::min<std::int64_t>(Y.cols(), 8), A.most_threads)))
        return;
    std::vector<T> column;
    for (std::int64_t j = 0; j < Y.cols(); ++j) {
        const T* x = X.data() + j * X.col_stride();
        if (X.row_stride() != 1 && X.rows() > 1) {
            column.resize(static_cast<std::size_t>(X.rows()));
            for (std::int64_t i = 0; i < X.rows(); ++i) column[static_cast<std::size_t>(i)] = X(i, j);
            x = column.data();
        }
        A.layout->apply(x, Y.data() + j * Y.col_stride(), Y.row_stride(), alpha, beta, threads);
    }
}

#define TAMIS_INSTANTIATE(T) \
    template void apply<T>(const TunedData<T>&, MatrixView<const T>, MatrixView<T>, T, T, const char*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                                            \
    template TunedMatrix<T> tune<T, I>(CsrView<T, I>, const TuneOptions&); \
    template std::shared_ptr<const TunedMatrix<T>> faster_copy<T, I>(CsrView<T, I>, std::int64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

template <class T>
TunedMatrix<T>::TunedMatrix() : data_(std::make_shared<const detail::TunedData<T>>()) {}

template <class T>
std::int64_t TunedMatrix<T>::rows() const noexcept {
    return data_->rows;
}

template <class T>
std::int64_t TunedMatrix<T>::cols() const noexcept {
    return data_->cols;
}

template <class T>
std::int64_t TunedMatrix<T>::nnz() const noexcept {
    return data_->nnz;
}

template <class T>
std::string TunedMatrix<T>::description() const {
    return data_->layout ? data_->layout->description() : "no entries";
}

template <class T>
std::int64_t TunedMatrix<T>::bytes() const noexcept {
    return data_->layout ? data_->layout->bytes() : 0;
}

template <class T>
double TunedMatrix<T>::bytes_per_nonzero() const noexcept {
    return data_->nnz == 0 ? 0 : static_cast<double>(bytes()) / static_cast<double>(data_->nnz);
}

template <class T>
double TunedMatrix<T>::payback_products() const noexcept {
    return data_->payback;
}

#define TAMIS_INSTANTIATE(T) template class TunedMatrix<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
