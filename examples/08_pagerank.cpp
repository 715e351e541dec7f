// PageRank two ways: by power iteration, and by GMRES on the same system, without ever storing the dense matrix of jumps.
#include <tamis/tamis.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <random>
#include <vector>

namespace {

/// A web of n pages: a page links to a few that are older than it, the oldest most, and now and then to any page; every
/// seventh page links to none.
tamis::Csr<double> web(std::int64_t n) {
    tamis::Coo<double> links(n, n);
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (std::int64_t i = 1; i < n; ++i) {
        if (i % 7 == 0) continue;
        for (int k = 0; k < 8; ++k) {
            const double u = uniform(random);
            const double range = static_cast<double>(uniform(random) < 0.1 ? n : i);
            links.add(i, static_cast<std::int64_t>(u * u * range), 1);
        }
    }
    return tamis::to_csr(links);
}

}  // namespace

int main() {
    const double alpha = 0.85;  // the probability to follow a link; otherwise any page comes next
    const auto A = web(20000);
    const auto n = A.rows();

    // P = D⁻¹A: where a surfer goes who takes any link of a page. Pages without links are dangling: from there any page.
    tamis::Vector<double> out = tamis::row_sums(A);
    const tamis::Vector<double> dangling = (out.array() == 0).cast<double>();
    const auto P = tamis::scale_rows(A, tamis::Vector<double>(1 / (out + dangling).array()));
    const tamis::Vector<double> anywhere = tamis::Vector<double>::Constant(n, 1.0 / static_cast<double>(n));

    // x ← αPᵀx + (what the dangling pages and the jumps spread everywhere). Each step shrinks the error by α.
    tamis::Vector<double> x = anywhere;
    tamis::Vector<double> next(n);
    int steps = 0;
    for (double change = 1; change > 1e-12 && steps < 500; ++steps) {
        tamis::multiply_transposed(P, x, next, alpha);
        next += (1 - next.sum()) * anywhere;
        change = (next - x).lpNorm<1>();
        x.swap(next);
    }

    // (I − αPᵀ) y = anywhere, then y / sum(y): the dangling pages only change the scale (Langville & Meyer, "Google's
    // PageRank and Beyond", Princeton 2006, chapter 8).
    const auto system = tamis::make_operator<double>(n, n, [&](auto in, auto result) {
        result.eigen() = in.eigen();
        tamis::multiply_transposed(P, in, result, -alpha, 1.0);
    });
    const auto solved = tamis::gmres(system, anywhere, {.tolerance = 1e-12, .restart = 30});
    const tamis::Vector<double> y = solved.x / solved.x.sum();

    // Pages that lead to each other are one strong component; the dangling ones are each their own.
    const auto weak = tamis::connected_components(A);
    const auto strong = tamis::connected_components(A, {.strong = true});
    std::vector<std::int64_t> best(static_cast<std::size_t>(n));
    std::iota(best.begin(), best.end(), std::int64_t{0});
    std::partial_sort(best.begin(), best.begin() + 3, best.end(), [&](auto a, auto b) { return x[a] > x[b]; });
    std::cout << n << " pages, " << A.nnz() << " links, " << weak.count << " components, " << strong.count
              << " strong ones\n"
              << "power iteration: " << steps << " products; gmres: " << solved.matvecs << "\n"
              << "best pages: " << best[0] << ", " << best[1] << ", " << best[2] << "\n"
              << "difference in the 1-norm: " << (x - y).lpNorm<1>() << "\n";
    return solved.converged() && (x - y).lpNorm<1>() < 1e-10 && solved.matvecs < steps ? EXIT_SUCCESS : EXIT_FAILURE;
}
