// bench_multiply_eigen PRODUCT:THREADS PROBLEM FILE; Eigen with OpenMP.
#include <Eigen/Sparse>

#include "multiply/problem.hpp"

namespace {

using Sparse = Eigen::Map<const Eigen::SparseMatrix<double, Eigen::RowMajor>>;

template <int Order>
void block(const bench::Problem& P, const Sparse& A) {
    using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Order>;
    const auto x = P.operand(P.cols);
    const Block X = Eigen::Map<const Block>(x.data(), P.cols, bench::Problem::block);
    Block Y(P.rows, bench::Problem::block);
    const auto times = bench::repeat([&] { Y.noalias() = A * X; });
    bench::report(P, "eigen", times, Y.sum());
}

void run(const bench::Problem& P) {
    const Sparse A(P.rows, P.cols, P.entries(), P.offsets.data(), P.indices.data(), P.values.data());
    Eigen::setNbThreads(P.threads);
    if (P.product == "AX_row") return block<Eigen::RowMajor>(P, A);
    if (P.product == "AX_col") return block<Eigen::ColMajor>(P, A);
    const bool transposed = P.product == "ATx";
    const auto values = P.operand(transposed ? P.rows : P.cols);
    const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
    Eigen::VectorXd y(transposed ? P.cols : P.rows);
    const auto times =
        transposed ? bench::repeat([&] { y.noalias() = A.transpose() * x; }) : bench::repeat([&] { y.noalias() = A * x; });
    bench::report(P, "eigen", times, y.sum());
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
