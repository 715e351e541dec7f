// Small matrices that the literature on functions of matrices comes back to.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <tamis/core/dense_types.hpp>

#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"

namespace tamis::test {

inline Matrix<double> of_rows(const std::vector<std::vector<double>>& rows) {
    const auto n = static_cast<std::int64_t>(rows.size());
    Matrix<double> A(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) A(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    return A;
}

/// λ on the diagonal and 1 above.
inline Matrix<double> jordan(std::int64_t n, double lambda) {
    Matrix<double> J = Matrix<double>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        J(i, i) = lambda;
        if (i + 1 < n) J(i, i + 1) = 1;
    }
    return J;
}

inline Matrix<double> frank(std::int64_t n) {
    Matrix<double> A = Matrix<double>::Zero(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i <= std::min(j + 1, n - 1); ++i) A(i, j) = static_cast<double>(n - std::max(i, j));
    return A;
}

inline Matrix<double> grcar(std::int64_t n) {
    Matrix<double> A = Matrix<double>::Zero(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) A(i, j) = i == j + 1 ? -1 : i <= j && j <= i + 3 ? 1 : 0;
    return A;
}

/// Q A Qᵀ with a rotation Q in the first and the last coordinate: full for the eye.
inline Matrix<double> turned(const Matrix<double>& A) {
    const std::int64_t n = A.rows();
    Matrix<double> Q = Matrix<double>::Identity(n, n);
    Q(0, 0) = Q(n - 1, n - 1) = 0.6;
    Q(0, n - 1) = 0.8;
    Q(n - 1, 0) = -0.8;
    return product(product(Q, A), Matrix<double>(Q.transpose()));
}

/// No eigenvalues on the negative real axis or at 0.
inline std::vector<NamedMatrix<double>> logarithm_gallery() {
    std::vector<NamedMatrix<double>> all;
    all.push_back({"Kenney, Laub", of_rows({{1.0, 1e4}, {0, 1.5}})});
    all.push_back({"Dieci, Papini", of_rows({{3, 1e3, 1e3}, {0, 1 + 1e-7, 1e2}, {0, 0, 2}})});
    all.push_back({"close to 1", of_rows({{1 + 1e-9, 1e-3}, {1e-12, 1 - 1e-9}})});
    all.push_back({"Jordan", jordan(5, 2)});
    all.push_back({"Jordan, small", turned(jordan(5, 0.05))});
    all.push_back({"nearly defective", of_rows({{2, 1, 0}, {1e-12, 2, 1}, {0, 0, 5}})});
    all.push_back({"Frank", frank(5)});
    all.push_back({"Grcar", grcar(5)});
    all.push_back({"complex pairs near the negative axis", turned(of_rows({{-1, 0.05, 3}, {-0.05, -1, 1}, {0, 0, 2}}))});
    all.push_back({"pairs, one defective", of_rows({{1, 2, 1, 0}, {-2, 1, 0, 1}, {0, 0, 1, 2}, {0, 0, -2, 1}})});
    all.push_back({"graded", of_rows({{1e4, 1e2, 1}, {1e2, 3, 0.01}, {1, 0.1, 1e-2}})});
    all.push_back({"lower triangle", Matrix<double>(of_rows({{1, 30, 2}, {0, 4, 5}, {0, 0, 9}}).transpose())});
    all.push_back({"definite", with_eigenvalues<double>({1e-5, 0.1, 1, 2, 3})});
    all.push_back({"random", Matrix<double>(Random(4).matrix<double>(5, 5) + 3 * Matrix<double>::Identity(5, 5))});
    return all;
}

}  // namespace tamis::test
