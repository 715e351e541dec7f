// bench_multiply_tamis PRODUCT:THREADS PROBLEM FILE
#include <span>

#include <tamis/tamis.hpp>

#include "multiply/problem.hpp"

namespace {

template <int Order>
void block(const bench::Problem& P, tamis::CsrView<double> A) {
    using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Order>;
    const auto x = P.operand(P.cols);
    const Block X = Eigen::Map<const Block>(x.data(), P.cols, bench::Problem::block);
    Block Y(P.rows, bench::Problem::block);
    const auto times = bench::repeat([&] { tamis::multiply(A, X, Y); });
    bench::report(P, "tamis", times, Y.sum());
}

/// What tune finds, and beside it the plain product, which it must not fall below.
void tuned(const bench::Problem& P, tamis::CsrView<double> A) {
    const auto B = tamis::tune(A);
    const auto x = P.operand(P.cols);
    std::vector<double> y(static_cast<std::size_t>(P.rows));
    const auto times = bench::repeat([&] { B.apply(x, y); });
    bench::report(P, "tamis", times, bench::sum_of(y));
    const auto plain = bench::repeat([&] { tamis::multiply(A, x, y); });
    bench::report(P, "tamis_plain", plain, bench::sum_of(y));
}

void run(const bench::Problem& P) {
    const tamis::CsrView<double> A(P.rows, P.cols, P.offsets, P.indices, P.values);
    tamis::set_threads(P.threads);
    if (P.product == "AX_row") return block<Eigen::RowMajor>(P, A);
    if (P.product == "AX_col") return block<Eigen::ColMajor>(P, A);
    if (P.product == "tuned") return tuned(P, A);
    const bool transposed = P.product == "ATx";
    const auto x = P.operand(transposed ? P.rows : P.cols);
    std::vector<double> y(static_cast<std::size_t>(transposed ? P.cols : P.rows));
    const auto times = transposed ? bench::repeat([&] { tamis::multiply_transposed(A, x, y); })
                                  : bench::repeat([&] { tamis::multiply(A, x, y); });
    bench::report(P, "tamis", times, bench::sum_of(y));
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
