// bench_dense_lapack TASK PROBLEM N: the routine itself, copy of the matrix included, workspaces allocated before.
#include <cmath>
#include <complex>
#include <iostream>
#include <string>
#include <vector>

#include "dense/problem.hpp"
#include "support/measurement.hpp"

extern "C" {
void dgesv_(const int*, const int*, double*, const int*, int*, double*, const int*, int*);
void dposv_(const char*, const int*, const int*, double*, const int*, double*, const int*, int*, std::size_t);
void dgetrf_(const int*, const int*, double*, const int*, int*, int*);
void dgetri_(const int*, double*, const int*, const int*, double*, const int*, int*);
void dgeqrf_(const int*, const int*, double*, const int*, double*, double*, const int*, int*);
void dorgqr_(const int*, const int*, const int*, double*, const int*, const double*, double*, const int*, int*);
void dgesdd_(const char*, const int*, const int*, double*, const int*, double*, double*, const int*, double*, const int*,
             double*, const int*, int*, int*, std::size_t);
void dsyevd_(const char*, const char*, const int*, double*, const int*, double*, double*, const int*, int*, const int*, int*,
             std::size_t, std::size_t);
void dgeev_(const char*, const char*, const int*, double*, const int*, double*, double*, double*, const int*, double*,
            const int*, double*, const int*, int*, std::size_t, std::size_t);
void dgees_(const char*, const char*, int (*)(const double*, const double*), const int*, double*, const int*, int*, double*,
            double*, double*, const int*, double*, const int*, int*, int*, std::size_t, std::size_t);
}

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_dense_lapack TASK PROBLEM N\n";
        return 2;
    }
    const std::string task = argv[1];
    const int n = std::stoi(argv[3]), one = 1;
    const auto A = bench::dense_matrix(task, n);
    const auto size = static_cast<std::size_t>(n);
    const int lwork = std::max(2 * n * n + 6 * n + 1, 5 * n * n + 7 * n) + 64 * n, liwork = 8 * n + 3;
    std::vector<double> F(A.size()), G(A.size()), U(A.size()), x(size), w(size), wi(size),
        work(static_cast<std::size_t>(lwork));
    std::vector<int> pivots(size), iwork(static_cast<std::size_t>(liwork));
    double check = 0;
    int info = 0, selected = 0;
    const double seconds = bench::seconds_a_call([&] {
        F = A;
        if (task == "solve" || task == "cholesky") {
            std::fill(x.begin(), x.end(), 1.0);
            if (task == "solve") dgesv_(&n, &one, F.data(), &n, pivots.data(), x.data(), &n, &info);
            else dposv_("L", &n, &one, F.data(), &n, x.data(), &n, &info, 1);
            check = 0;
            for (const double v : x) check += v;
        } else if (task == "inverse") {
            dgetrf_(&n, &n, F.data(), &n, pivots.data(), &info);
            dgetri_(&n, F.data(), &n, pivots.data(), work.data(), &lwork, &info);
            check = 0;
            for (std::size_t i = 0; i < size; ++i) check += F[i * size + i];
        } else if (task == "qr") {
            dgeqrf_(&n, &n, F.data(), &n, w.data(), work.data(), &lwork, &info);
            check = std::abs(F[0]);
            for (std::size_t j = 0; j < size; ++j)  // R, as others return it
                for (std::size_t i = 0; i < size; ++i) G[j * size + i] = i <= j ? F[j * size + i] : 0;
            dorgqr_(&n, &n, &n, F.data(), &n, w.data(), work.data(), &lwork, &info);
        } else if (task == "svd") {
            dgesdd_("S", &n, &n, F.data(), &n, w.data(), U.data(), &n, G.data(), &n, work.data(), &lwork, iwork.data(),
                    &info, 1);
            check = w[0];
        } else if (task == "eigh") {
            dsyevd_("V", "L", &n, F.data(), &n, w.data(), work.data(), &lwork, iwork.data(), &liwork, &info, 1, 1);
            check = w[0];
        } else if (task == "eig") {
            dgeev_("N", "V", &n, F.data(), &n, w.data(), wi.data(), nullptr, &one, G.data(), &n, work.data(), &lwork, &info,
                   1, 1);
            check = 0;
            for (const double v : w) check += v;
            check = std::abs(check);
        } else {
            dgees_("V", "N", nullptr, &n, F.data(), &n, &selected, w.data(), wi.data(), G.data(), &n, work.data(), &lwork,
                   nullptr, &info, 1, 1);
            check = 0;
            for (const double v : F) check += v * v;
            check = std::sqrt(check);
        }
    });
    if (info != 0) return 1;
    bench::report("dense " + task, argv[2], "lapack", 0, seconds, 0, {{"check", check}});
    return 0;
}
