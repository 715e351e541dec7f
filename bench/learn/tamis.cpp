// bench_learn_tamis TASK PROBLEM N P
#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include <tamis/learn.hpp>

#include "dense/problem.hpp"
#include "learn/problem.hpp"
#include "support/measurement.hpp"

namespace {

using Matrix = tamis::Matrix<double>;
/// Read where it lies, as NumPy's arrays are.
using Data = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
namespace learn = tamis::learn;

/// Targets, points to predict at, and a number that tells of means and standard deviations.
tamis::Vector<double> targets(const Data& X) {
    return X.rowwise().sum().array().sin();
}
Matrix elsewhere(const Data& X) {
    return (X.array() * 0.75 + 0.25).matrix();
}
double checked(const learn::GaussianPrediction<double>& p) {
    return p.mean.sum() + p.standard_deviation.sum();
}

/// What is computed, and a number of the result that all contenders must agree on. To add a case: a line here, one in
/// scipy_contender.py, and its name in plan.py.
const std::map<std::string, std::function<double(const Data&)>> cases{
    {"pairwise_distances", [](const Data& X) { return learn::pairwise_distances(X)(1, X.rows() / 2); }},
    {"pairwise_distances_xy",
     [](const Data& X) {
         return learn::pairwise_distances(X, X.bottomRows(X.rows() / 2), {.squared = true})(1, X.rows() / 4);
     }},
    {"rbf_kernel", [](const Data& X) { return learn::rbf_kernel(X, 1.0 / static_cast<double>(X.cols()))(1, X.rows() / 2); }},
    {"covariance", [](const Data& X) { return learn::covariance(X).trace(); }},
    {"gaussian_process",
     [](const Data& X) {
         learn::GaussianProcess<double> process(learn::kernel::rbf(std::sqrt(static_cast<double>(X.cols()))), 0.01);
         process.fit(X, targets(X));
         return checked(process.predict(elsewhere(X)));
     }},
    {"gaussian_process_sparse",
     [](const Data& X) {
         // Some fifty samples within the radius of each.
         const double radius = std::sqrt(50 / (3.14159 * static_cast<double>(X.rows())));
         learn::GaussianProcess<double> process(learn::kernel::wendland_c2(radius), 0.01);
         process.fit(X, targets(X));
         const Matrix points = elsewhere(X);
         const double means = process.predict(points, {.standard_deviation = false}).mean.sum();
         return means + checked(process.predict(points.topRows(std::min<std::int64_t>(64, X.rows()))));
     }},
    {"zca_whiten",
     [](const Data& X) {
         const auto w = learn::zca_whiten(X);
         return w.transform.trace() + w.whitened(1, X.cols() / 2);
     }},
};

/// Principal components of sparse data: with the memory beside the data.
int sparse_pca(const std::string& problem, std::int64_t n, std::int64_t p) {
    const std::int64_t k = std::min<std::int64_t>(20, std::min(n, p) / 2);
    const auto X = [&] {
        tamis::Coo<double> entries(n, p);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t e = 0; e < 10; ++e) entries.add(i, bench::sparse_column(i, e, p), bench::sample_entry(i, e));
        return tamis::to_csr(entries);
    }();
    double check = 0;
    const auto cost = bench::cost([&] {
        learn::Pca<double> pca({.components = k, .method = learn::PcaMethod::lanczos});
        check = pca.fit(X).explained_variance_ratio().sum();
    });
    bench::report("learn sparse_pca", problem, "tamis", tamis::threads(), cost, "lanczos", {{"check", check}});
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 5 && std::string(argv[1]) == "sparse_pca")
        return sparse_pca(argv[2], std::stoll(argv[3]), std::stoll(argv[4]));
    const auto task = argc == 5 ? cases.find(argv[1]) : cases.end();
    if (task == cases.end()) {
        std::cerr << "usage: bench_learn_tamis TASK PROBLEM N P\n";
        return 2;
    }
    const std::int64_t n = std::stoll(argv[3]), p = std::stoll(argv[4]);
    const auto numbers = bench::samples(n, p);
    const Data X(numbers.data(), n, p);
    double check = 0;
    const double seconds = bench::seconds_a_call([&] { check = task->second(X); });
    bench::report(std::string("learn ") + argv[1], argv[2], "tamis", tamis::threads(), seconds, 0, {{"check", check}});
    return 0;
}
