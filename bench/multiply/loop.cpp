// bench_multiply_loop PRODUCT:THREADS PROBLEM FILE; the loop that one would write by hand. For AX_col it is the row-major
// loop too: what a column-major product is measured against.
#include "multiply/problem.hpp"

namespace {

void multiply(const bench::Problem& P, const double* x, double* y) {
#pragma omp parallel for num_threads(P.threads) schedule(static) if (P.threads > 1)
    for (std::int64_t i = 0; i < P.rows; ++i) {
        const auto r = static_cast<std::size_t>(i);
        double sum = 0;
        for (auto k = static_cast<std::size_t>(P.offsets[r]); k < static_cast<std::size_t>(P.offsets[r + 1]); ++k)
            sum += P.values[k] * x[P.indices[k]];
        y[i] = sum;
    }
}

void multiply_block(const bench::Problem& P, const double* X, double* Y) {
    constexpr int W = static_cast<int>(bench::Problem::block);
#pragma omp parallel for num_threads(P.threads) schedule(static) if (P.threads > 1)
    for (std::int64_t i = 0; i < P.rows; ++i) {
        const auto r = static_cast<std::size_t>(i);
        double sum[W] = {};
        for (auto k = static_cast<std::size_t>(P.offsets[r]); k < static_cast<std::size_t>(P.offsets[r + 1]); ++k) {
            const double a = P.values[k];
            const double* x = X + static_cast<std::int64_t>(P.indices[k]) * W;
            for (int c = 0; c < W; ++c) sum[c] += a * x[c];
        }
        for (int c = 0; c < W; ++c) Y[i * W + c] = sum[c];
    }
}

void run(const bench::Problem& P) {
    if (P.product == "ATx") return;
    auto x = P.operand(P.cols);
    if (P.product == "AX_col") {
        auto rows = x;
        for (std::int64_t j = 0; j < P.cols; ++j)
            for (std::int64_t c = 0; c < bench::Problem::block; ++c)
                rows[static_cast<std::size_t>(j * bench::Problem::block + c)] = x[static_cast<std::size_t>(c * P.cols + j)];
        x = rows;
    }
    std::vector<double> y(static_cast<std::size_t>(P.rows * P.columns()));
    const auto times = P.by_rows_of_a_vector() ? bench::repeat([&] { multiply(P, x.data(), y.data()); })
                                               : bench::repeat([&] { multiply_block(P, x.data(), y.data()); });
    bench::report(P, "loop", times, bench::sum_of(y));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(bench::read_problem(argc, argv));
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
