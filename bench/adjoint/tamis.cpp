// bench_adjoint_tamis cholesky|lu PROBLEM KIND SIZE: the forward solve with a cached factor, the pass that writes the
// cotangent onto the pattern of A, and the adjoint of the solve, which is both; each in turn, medians of several rounds.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <tamis/adjoint.hpp>

#include "support/measurement.hpp"

namespace {

using tamis::Csr;
using tamis::Vector;

/// −Δu + 20 u_x + 10 u_y on n×n points, upwind.
Csr<double> convection(std::int64_t n) {
    tamis::Coo<double> A(n * n, n * n);
    const double h = 1.0 / static_cast<double>(n + 1);
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
            const auto k = i * n + j;
            A.add(k, k, 4 + 30 * h);
            if (i > 0) A.add(k, k - n, -1 - 20 * h);
            if (i + 1 < n) A.add(k, k + n, -1.0);
            if (j > 0) A.add(k, k - 1, -1 - 10 * h);
            if (j + 1 < n) A.add(k, k + 1, -1.0);
        }
    }
    return tamis::to_csr(A);
}

double median(std::vector<double> v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
}

template <class F>
void measure(const char* task, const char* problem, const F& f, const Csr<double>& A) {
    namespace ad = tamis::derivatives;
    const auto n = A.rows();
    const Vector<double> b = Vector<double>::Ones(n);
    Vector<double> x(n);
    Vector<double> b_bar(n);
    Csr<double> A_bar = A;
    std::vector<double> forward;
    std::vector<double> pass;
    std::vector<double> adjoint;
    std::vector<double> allocating;
    for (int round = 0; round < 9; ++round) {
        const double t_forward = bench::seconds([&] { f.solve_into(b, x); });
        const double t_adjoint = bench::seconds([&] { ad::solve_vjp_into(f, A, x, b, A_bar.values(), b_bar); });
        const double t_pass = bench::seconds([&] {
            ad::detail::write_solve_cotangent<Csr<double>>(A, std::string(task) == "cholesky", b_bar, x,
                                                           A_bar.values().data());
        });
        double t_allocating = 0;
        {
            t_allocating = bench::seconds([&] {
                const auto bar = ad::solve_vjp(f, A, x, b);
                if (bar.b_bar[0] != b_bar[0]) std::abort();
            });
        }
        if (round == 0) continue;  // loads code and pages
        forward.push_back(t_forward);
        pass.push_back(t_pass);
        adjoint.push_back(t_adjoint);
        allocating.push_back(t_allocating);
    }
    const double share = (median(adjoint) - median(pass)) / median(forward);
    std::printf(
        R"({"operation": "adjoint of a solve, %s", "problem": "%s", "contender": "tamis", "threads": %d, "seconds": [%.9g], )"
        R"("phases": {"forward solve": [%.9g], "pass": [%.9g], "with a new matrix": [%.9g]}, "share": %.4f, )"
        R"("choice": "%s", "checks": {"x": %.9g}})"
        "\n",
        task, problem, tamis::threads(), median(adjoint), median(forward), median(pass), median(allocating), share,
        f.info().backend.c_str(), x.sum());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_adjoint_tamis cholesky|lu PROBLEM poisson2d|convection2d SIZE\n";
        return 2;
    }
    const std::int64_t n = std::stoll(argv[4]);
    const auto A = std::string(argv[3]) == "poisson2d" ? tamis::poisson_2d<double>(n, n) : convection(n);
    if (std::string(argv[1]) == "cholesky") measure(argv[1], argv[2], tamis::cholesky(A), A);
    else measure(argv[1], argv[2], tamis::lu(A), A);
    return 0;
}
