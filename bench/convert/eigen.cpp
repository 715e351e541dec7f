// bench_convert_eigen coo_to_csr|csr_to_csc PROBLEM FILE
#include <Eigen/Sparse>
#include <iostream>
#include <string>
#include <vector>

#include "problem.hpp"
#include "support/measurement.hpp"

namespace {

using ByRows = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using ByColumns = Eigen::SparseMatrix<double, Eigen::ColMajor>;

template <class M>
void report(const std::string& task, const std::string& problem, double seconds, const M& A) {
    bench::report(
        "convert " + task, problem, "eigen", 1, seconds, 12 * A.nonZeros() + 4 * A.rows(),
        {{"entries", static_cast<double>(A.nonZeros())},
         {"checksum", bench::checksum(A.rows(), A.outerIndexPtr(), A.innerIndexPtr(), A.valuePtr(), bool(M::IsRowMajor))}});
}

void run(const std::string& task, const std::string& problem, const std::string& file) {
    const bench::Triplets t = bench::read_triplets(file);
    std::vector<Eigen::Triplet<double>> triplets;
    triplets.reserve(t.value.size());
    for (std::size_t k = 0; k < t.value.size(); ++k) triplets.emplace_back(t.row[k], t.col[k], t.value[k]);
    ByRows A(t.rows, t.rows);
    const auto convert = [&] { A.setFromTriplets(triplets.begin(), triplets.end()); };
    if (task == "coo_to_csr") {
        const double seconds = bench::cost(convert).seconds;
        report(task, problem, seconds, A);
    } else {
        convert();
        ByColumns B;
        const double seconds = bench::cost([&] { B = A; }).seconds;
        report(task, problem, seconds, B);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_convert_eigen coo_to_csr|csr_to_csc PROBLEM FILE\n";
        return 2;
    }
    run(argv[1], argv[2], argv[3]);
    return 0;
}
