// bench_convert_tamis coo_to_csr|csr_to_csc PROBLEM FILE
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "problem.hpp"
#include "support/measurement.hpp"

namespace {

void report(const std::string& task, const std::string& problem, const std::string& contender, double seconds,
            std::int64_t bytes, double entries, double sum) {
    bench::report("convert " + task, problem, contender, tamis::threads(), seconds, bytes,
                  {{"entries", entries}, {"checksum", sum}});
}

void run(const std::string& task, const std::string& problem, const std::string& file) {
    const bench::Triplets t = bench::read_triplets(file);
    const auto C = tamis::Coo<double>::from_arrays(t.rows, t.rows, t.row, t.col, t.value);
    tamis::Csr<double> A = tamis::to_csr(C);
    const std::int64_t bytes = 12 * A.nnz() + 4 * A.rows();  // of a compressed matrix; what the bandwidth below counts, too
    if (task == "coo_to_csr") {
        const double seconds = bench::cost([&] { A = tamis::to_csr(C); }).seconds;
        const auto v = A.view();
        report(task, problem, "tamis", seconds, bytes, static_cast<double>(A.nnz()),
               bench::checksum(A.rows(), v.row_offsets().data(), v.col_indices().data(), v.values().data(), true));
    } else {
        tamis::Csc<double> B;
        const double seconds = bench::cost([&] { B = tamis::to_csc(A); }).seconds;
        const auto v = B.view();
        report(task, problem, "tamis", seconds, bytes, static_cast<double>(B.nnz()),
               bench::checksum(B.cols(), v.col_offsets().data(), v.row_indices().data(), v.values().data(), false));
    }
    // A copy of the compressed matrix: the least that a conversion could cost in this minute, on one core.
    tamis::Csr<double> copy;
    const double seconds = bench::cost([&] { copy = tamis::Csr<double>(A.view()); }).seconds;
    bench::report("convert " + task, problem, "(a copy)", 1, seconds, bytes, {{"entries", static_cast<double>(copy.nnz())}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_convert_tamis coo_to_csr|csr_to_csc PROBLEM FILE\n";
        return 2;
    }
    run(argv[1], argv[2], argv[3]);
    return 0;
}
