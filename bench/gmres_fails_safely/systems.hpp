// Systems on which iterative methods have been known to claim what they did not reach, or to fail in silence.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <tamis/tamis.hpp>

namespace bench {

using Real = tamis::Csr<double>;
using Index = std::int64_t;

template <class T>
struct System {
    std::string name;
    tamis::Csr<T> A;
    tamis::Vector<T> b;
};

template <class T>
using SystemsOf = std::vector<System<T>>;

class Numbers {
  public:
    explicit Numbers(std::uint64_t seed) : state_(seed) {}
    /// In [−1, 1).
    double next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<double>(state_ >> 40) / static_cast<double>(1 << 23) - 1;
    }
    double next(double least, double most) { return least + (most - least) * (next() + 1) / 2; }

  private:
    std::uint64_t state_;
};

/// Entry (i, j) of an n×n matrix is f(i, j), zeros left out, within a band.
template <class F>
Real matrix(Index n, Index below, Index above, const F& f) {
    tamis::Coo<double> A(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = std::max<Index>(0, i - below); j < std::min(n, i + above + 1); ++j)
            if (const double value = f(i, j); value != 0) A.add(i, j, value);
    return tamis::to_csr(A);
}

inline Real diagonal(const std::vector<double>& d) {
    return tamis::diagonal_matrix(d);
}

/// One cycle: A maps e_{i+1} to e_i, and e_0 to e_{n−1}. With b = e_0 the residual of gmres stays what it is for n − 1
/// steps.
inline Real shift_matrix(Index n) {
    return matrix(n, n, n, [n](Index i, Index j) { return j == (i + 1) % n ? 1.0 : 0.0; });
}

/// A companion matrix with a given spectrum on which gmres stagnates as on the shift matrix: any eigenvalues allow that
/// (Greenbaum, Pták, Strakoš, Any nonincreasing convergence curve is possible for GMRES, SIAM J. Matrix Anal. Appl. 17,
/// 1996).
inline Real stagnating_companion(Index n) {
    std::vector<double> polynomial{1};  // of λ = 1, 1 + 1/n, …: highest power last
    for (Index k = 0; k < n; ++k) {
        const double root = 1 + static_cast<double>(k) / static_cast<double>(n);
        polynomial.insert(polynomial.begin(), 0.0);
        for (std::size_t i = 0; i + 1 < polynomial.size(); ++i) polynomial[i] -= root * polynomial[i + 1];
    }
    return matrix(n, n, n, [&](Index i, Index j) {
        if (i == j + 1) return 1.0;
        return j == n - 1 ? -polynomial[static_cast<std::size_t>(i)] : 0.0;
    });
}

/// [K B; Bᵀ 0].
inline Real saddle_point(Index n) {
    const auto K = tamis::poisson_2d<double>(n, n);
    const auto B = tamis::random_sparse<double>(n * n, n, 0.05, 3);
    return tamis::block_matrix<double>({{K, B}, {tamis::transpose(B), {}}});
}

inline Real scaled(const Real& A, double decades, bool both_sides) {
    Numbers random(11);
    std::vector<double> d(static_cast<std::size_t>(A.rows()));
    for (double& value : d) value = std::pow(10, decades * random.next());
    const auto by_rows = tamis::scale_rows(A, d);
    return both_sides ? tamis::scale_cols(by_rows, d) : by_rows;
}

/// With one entry replaced.
inline Real spoiled(Real A, Index entry, double value) {
    A.values()[static_cast<std::size_t>(entry)] = value;
    return A;
}

struct Named {
    std::string name;
    Real A;
};

inline std::vector<Named> nasty_matrices() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto laplace = tamis::poisson_1d<double>(150);
    const auto grid = tamis::poisson_2d<double>(14, 14);
    const auto eye = tamis::identity<double>(196);
    const auto path = matrix(150, 1, 1, [](Index i, Index j) {
        if (i != j) return -1.0;
        return i == 0 || i == 149 ? 1.0 : 2.0;
    });
    std::vector<Named> all;
    const auto add = [&](const std::string& name, Real A) { all.push_back({name, std::move(A)}); };
    // singular, nearly singular
    add("graph Laplacian", path);
    add("graph Laplacian + 1e-14", path + 1e-14 * tamis::identity<double>(path.rows()));
    add("two graph Laplacians", tamis::block_diagonal(path, path));
    add("zero", tamis::to_csr(tamis::Coo<double>(30, 30)));
    add("one by one, zero", diagonal({0}));
    add("one by one, tiny", diagonal({1e-300}));
    add("nilpotent", matrix(100, 0, 1, [](Index i, Index j) { return j == i + 1 ? 1.0 : 0.0; }));
    add("rank one", matrix(60, 60, 60, [](Index, Index) { return 1.0; }));
    add("rank two, skew", matrix(60, 60, 60, [](Index i, Index j) { return static_cast<double>(i - j); }));
    add("grid, singular by shift", grid - (8 * std::pow(std::sin(std::acos(-1.0) / 30), 2)) * eye);
    add("Hilbert", matrix(40, 40, 40, [](Index i, Index j) { return 1.0 / static_cast<double>(i + j + 1); }));
    add("geometric diagonal", diagonal([] {
            std::vector<double> d(200);
            for (std::size_t i = 0; i < d.size(); ++i) d[i] = std::pow(10, -16.0 * static_cast<double>(i) / 199);
            return d;
        }()));
    // not normal
    add("Grcar", matrix(120, 1, 3, [](Index i, Index j) { return j == i - 1 ? -1.0 : 1.0; }));
    add("Jordan block", matrix(120, 0, 1, [](Index i, Index j) { return i == j ? 0.5 : 1.0; }));
    add("Jordan block, weak diagonal", matrix(120, 0, 1, [](Index i, Index j) { return i == j ? 1e-3 : 1.0; }));
    add("triangle of twos", matrix(80, 0, 80, [](Index i, Index j) { return i == j ? 1.0 : -2.0; }));
    add("Frank", matrix(60, 1, 60, [](Index i, Index j) { return static_cast<double>(60 - std::max(i, j)); }));
    add("upwind, no diffusion", tamis::convection_diffusion_2d<double>(14, 14, {.diffusion = 1e-12}));
    add("strong convection",
        tamis::convection_diffusion_2d<double>(14, 14, {.diffusion = 1e-3, .speed = 50, .wind = tamis::Wind::constant}));
    add("shift", shift_matrix(120));
    add("shift, scaled", scaled(shift_matrix(90), 4, false));
    add("companion", stagnating_companion(24));
    add("rotation", tamis::kron(tamis::identity<double>(60), matrix(2, 1, 1, [](Index i, Index j) {
                                    return i == j ? 0.0 : static_cast<double>(j - i);
                                })));
    add("skew Laplacian", matrix(150, 1, 1, [](Index i, Index j) { return static_cast<double>(j - i); }));
    // indefinite
    add("Helmholtz", grid - 3.9 * eye);
    add("signs", diagonal([] {
            std::vector<double> d(100);
            for (std::size_t i = 0; i < d.size(); ++i) d[i] = (i % 2 == 0 ? 1 : -1) * (1 + static_cast<double>(i));
            return d;
        }()));
    add("negative definite", -1.0 * grid);
    add("saddle point", saddle_point(10));
    add("exchange", matrix(80, 80, 80, [](Index i, Index j) { return i + j == 79 ? 1.0 : 0.0; }));
    // scaling
    add("grid, rows scaled by 1e±8", scaled(grid, 8, false));
    add("grid, scaled by 1e±8", scaled(grid, 8, true));
    add("grid, scaled by 1e±30", scaled(grid, 30, true));
    add("huge", 1e160 * grid);
    add("tiny", 1e-160 * grid);
    add("largest numbers", 4e307 * laplace);
    add("least numbers", 1e-310 * laplace);
    add("one huge entry", spoiled(grid, 300, 1e200));
    add("one tiny diagonal entry", spoiled(grid, 0, 1e-200));
    // not finite
    add("a NaN", spoiled(grid, 301, nan));
    add("an infinity", spoiled(grid, 301, infinity));
    add("NaN alone", diagonal({nan}));
    // harmless ones, but not for each method
    add("grid", grid);
    add("unsymmetric by one entry", spoiled(grid, 301, 40));
    add("random", tamis::random_sparse<double>(150, 150, 0.05, 5));
    add("random + 4 I", tamis::random_sparse<double>(150, 150, 0.05, 5) + 4.0 * tamis::identity<double>(150));
    return all;
}

/// Unitarily similar to A, with complex entries where T has them.
template <class T>
tamis::Csr<T> in_scalar(const Real& A) {
    auto B = tamis::cast<T>(A);
    if constexpr (tamis::is_complex_v<T>) {
        Numbers random(5);
        tamis::Vector<T> phases(A.rows());
        for (auto& phase : phases) {
            const double angle = random.next(0, 6.28);
            phase = T(static_cast<tamis::Real<T>>(std::cos(angle)), static_cast<tamis::Real<T>>(std::sin(angle)));
        }
        return tamis::scale_cols(tamis::scale_rows(B, tamis::Vector<T>(phases.conjugate())), phases);
    } else {
        return B;
    }
}

template <class T>
tamis::Vector<T> random_vector(Index n, std::uint64_t seed) {
    Numbers random(seed);
    tamis::Vector<T> x(n);
    for (auto& value : x) value = static_cast<T>(static_cast<tamis::Real<T>>(random.next()));
    return x;
}

/// Each matrix with right-hand sides inside its range, (probably) outside, and the first unit vector.
template <class T>
SystemsOf<T> with_right_hand_sides(const std::string& name, const tamis::Csr<T>& A) {
    const Index n = A.rows();
    tamis::Vector<T> unit = tamis::Vector<T>::Zero(n);
    if (n > 0) unit[0] = T(1);
    SystemsOf<T> systems;
    systems.push_back({name + ", b = A x", A, A * random_vector<T>(A.cols(), 2)});
    systems.push_back({name + ", b random", A, random_vector<T>(n, 3)});
    systems.push_back({name + ", b = e", A, std::move(unit)});
    return systems;
}

template <class T>
SystemsOf<T> nasty_systems() {
    SystemsOf<T> all;
    for (const auto& [name, A] : nasty_matrices())
        for (auto& system : with_right_hand_sides<T>(name, in_scalar<T>(A))) all.push_back(std::move(system));
    // right-hand sides at the ends of the range
    const auto grid = in_scalar<T>(tamis::poisson_2d<double>(14, 14));
    const auto largest = static_cast<double>(std::numeric_limits<tamis::Real<T>>::max());
    const auto least = static_cast<double>(std::numeric_limits<tamis::Real<T>>::denorm_min());
    for (const double size : {largest / 2, least * 4, std::numeric_limits<double>::quiet_NaN(), 0.0}) {
        const tamis::Vector<T> b = random_vector<T>(grid.rows(), 4) * T(static_cast<tamis::Real<T>>(size));
        all.push_back({"grid, b of size " + std::to_string(size), grid, b});
    }
    return all;
}

/// Real matrices of up to 3000 rows from TAMIS_EXTRA_DATA; complex ones for complex T only.
template <class T>
SystemsOf<T> real_systems(const std::string& folder) {
    SystemsOf<T> all;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().filename().string().find(".mtx") != std::string::npos) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        const auto info = tamis::matrix_market_info(file);
        if (info.rows > 3000 || info.cols > 3000 || info.entries > 100000) continue;
        if (!tamis::is_complex_v<T> && info.field == tamis::MatrixMarketField::complex) continue;
        const auto A = tamis::read_matrix_market<T>(file);
        all.push_back({file.stem().string() + ", b = A x", A, A * random_vector<T>(A.cols(), 2)});
        if (A.rows() == A.cols()) all.push_back({file.stem().string() + ", b random", A, random_vector<T>(A.rows(), 3)});
    }
    return all;
}

}  // namespace bench
