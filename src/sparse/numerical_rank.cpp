#include "sparse/numerical_rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

namespace tamis::detail {

namespace {

using Long = std::int64_t;

template <class E>
double norm_of(const E* x, Long n) {
    double sum = 0;
    for (Long i = 0; i < n; ++i) sum += std::norm(x[i]);
    return std::sqrt(sum);
}

template <class E>
E inner(const E* x, const E* y, Long n) {
    E sum = 0;
    for (Long i = 0; i < n; ++i) sum += conjugate(x[i]) * y[i];
    return sum;
}

/// ±1, the same for every call.
class Signs {
  public:
    double operator()() { return (engine_() & 1U) != 0 ? 1.0 : -1.0; }

  private:
    std::mt19937_64 engine_{0x9e3779b97f4a7c15};
};

/// An upper bound of the smallest singular value of R₁₁, seldom ten times too large: the power method for (R₁₁ᴴ R₁₁)⁻¹ from
/// random signs (Dixon, SIAM J. Numer. Anal. 20, 1983). It ends as soon as the bound is not above `enough`.
template <class E>
double smallest_from_above(const OrthogonalFactor<E>& F, double enough) {
    const Long n = F.rank();
    Signs sign;
    std::vector<E> z(static_cast<std::size_t>(n));
    for (E& v : z) v = sign() / std::sqrt(static_cast<double>(n));
    double smallest = std::numeric_limits<double>::max();
    for (int step = 0; step < 3 && smallest > enough; ++step) {
        for (const bool adjoint : {true, false}) {
            if (adjoint) F.solve_r_adjoint(z.data());
            else F.solve_r(z.data());
            const double length = norm_of(z.data(), n);
            if (!is_finite(length)) return 0;
            smallest = std::min(smallest, 1 / length);
            for (E& v : z) v /= length;
        }
    }
    return smallest;
}

/// A block of columns of length n.
template <class E>
class Block {
  public:
    Block(Long n, Long columns) : n_(n), x_(static_cast<std::size_t>(n * columns)) {}
    [[nodiscard]] Long columns() const { return n_ == 0 ? 0 : std::ssize(x_) / n_; }
    E* operator[](Long j) { return x_.data() + j * n_; }
    const E* operator[](Long j) const { return x_.data() + j * n_; }

    void add_random_columns(Long count, Signs& sign) {
        for (Long k = 0; k < count * n_; ++k) x_.push_back(E(sign()));
    }
    /// Q·S by Gram and Schmidt, twice for orthogonality to rounding; S by columns.
    std::vector<E> orthonormalize() {
        const Long b = columns();
        std::vector<E> S(static_cast<std::size_t>(b * b), E(0));
        for (Long j = 0; j < b; ++j) {
            E* const x = (*this)[j];
            for (int pass = 0; pass < 2; ++pass) {
                for (Long k = 0; k < j; ++k) {
                    const E s = inner((*this)[k], x, n_);
                    for (Long i = 0; i < n_; ++i) x[i] -= s * (*this)[k][i];
                    S[static_cast<std::size_t>(j * b + k)] += s;
                }
            }
            const double length = norm_of(x, n_);
            S[static_cast<std::size_t>(j * b + j)] = length;
            if (length > 0)
                for (Long i = 0; i < n_; ++i) x[i] /= length;
        }
        return S;
    }
    /// X := X·P.
    void rotate(const std::vector<E>& P) {
        const Long b = columns();
        std::vector<E> row(static_cast<std::size_t>(b));
        for (Long i = 0; i < n_; ++i) {
            std::fill(row.begin(), row.end(), E(0));
            for (Long j = 0; j < b; ++j)
                for (Long k = 0; k < b; ++k)
                    row[static_cast<std::size_t>(j)] += (*this)[k][i] * P[static_cast<std::size_t>(j * b + k)];
            for (Long j = 0; j < b; ++j) (*this)[j][i] = row[static_cast<std::size_t>(j)];
        }
    }

  private:
    Long n_;
    std::vector<E> x_;
};

/// S = P Σ Qᴴ by one-sided Jacobi rotations (Hestenes 1958; Golub and Van Loan, 8.6.3): S becomes P, Σ descending is
/// returned.
template <class E>
std::vector<double> jacobi(std::vector<E>& S, Long b) {
    const auto column = [&](Long j) { return S.data() + j * b; };
    for (int sweep = 0; sweep < 60; ++sweep) {
        bool rotated = false;
        for (Long p = 0; p + 1 < b; ++p) {
            for (Long q = p + 1; q < b; ++q) {
                const double alpha = norm_of(column(p), b);
                const double beta = norm_of(column(q), b);
                const E gamma = inner(column(p), column(q), b);
                const double size = std::abs(gamma);
                if (!(size > 1e-15 * alpha * beta)) continue;
                rotated = true;
                const double zeta = (beta - alpha) / size * (beta + alpha) / 2;
                const double t = std::copysign(1.0, zeta) / (std::abs(zeta) + std::hypot(1.0, zeta));
                const double c = 1 / std::hypot(1.0, t);
                const E s = c * t * (gamma / size);
                for (Long i = 0; i < b; ++i) {
                    const E x = column(p)[i];
                    const E y = column(q)[i];
                    column(p)[i] = c * x - conjugate(s) * y;
                    column(q)[i] = s * x + c * y;
                }
            }
        }
        if (!rotated) break;
    }
    std::vector<Long> order(static_cast<std::size_t>(b));
    std::iota(order.begin(), order.end(), Long{0});
    std::vector<double> norms(order.size());
    for (Long j = 0; j < b; ++j) norms[static_cast<std::size_t>(j)] = norm_of(column(j), b);
    std::stable_sort(order.begin(), order.end(), [&](Long i, Long j) {
        return norms[static_cast<std::size_t>(i)] > norms[static_cast<std::size_t>(j)];
    });
    std::vector<E> P(S.size());
    std::vector<double> sigma;
    for (const Long j : order) {
        const double length = norms[static_cast<std::size_t>(j)];
        for (Long i = 0; i < b; ++i)
            P[sigma.size() * static_cast<std::size_t>(b) + static_cast<std::size_t>(i)] =
                length > 0 ? column(j)[i] / length : E(0);
        sigma.push_back(length);
    }
    S = std::move(P);
    return sigma;
}

/// Right singular vectors of R₁₁ that belong to the singular values not above `tolerance`.
template <class E>
struct SmallVectors {
    Block<E> vectors;
    Long count = 0;
};

template <class E>
SmallVectors<E> small_singular_vectors(const OrthogonalFactor<E>& F, double tolerance) {
    const Long n = F.rank();
    Signs sign;
    Block<E> U(n, 0);
    U.add_random_columns(std::min<Long>(4, n), sign);
    U.orthonormalize();
    std::vector<double> last;
    constexpr int most_steps = 100;
    for (int step = 0;; ++step) {
        // V Σ = R⁻¹ U, scaled so that small singular values are those with Σ ≥ 1.
        Block<E> V = U;
        for (Long j = 0; j < V.columns(); ++j) {
            F.solve_r(V[j]);
            for (Long i = 0; i < n; ++i) V[j][i] *= tolerance;
        }
        auto S = V.orthonormalize();
        const auto sigma = jacobi(S, V.columns());
        V.rotate(S);
        const auto small = static_cast<Long>(std::count_if(sigma.begin(), sigma.end(), [](double s) { return s >= 1; }));
        const bool full = small == V.columns() && small < n;
        bool settled = !full && last.size() == sigma.size() && step >= 3;
        // Those that are small, and the first that is not, decide.
        for (std::size_t k = 0; settled && k < sigma.size() && k <= static_cast<std::size_t>(small); ++k)
            settled = std::abs(sigma[k] - last[k]) <= 1e-3 * sigma[k] || sigma[k] > 1e3;
        if (settled || V.columns() == n || step == most_steps) return {std::move(V), small};
        last = sigma;
        U = std::move(V);
        for (Long j = 0; j < U.columns(); ++j) F.solve_r_adjoint(U[j]);
        if (full) U.add_random_columns(std::min(U.columns(), n - U.columns()), sign);
        for (Long j = 0; j < U.columns(); ++j) {
            const double length = norm_of(U[j], n);
            for (Long i = 0; length > 0 && i < n; ++i) U[j][i] /= length;
        }
        U.orthonormalize();
    }
}

/// As many positions as there are vectors, in which their rows are as independent as a greedy choice finds: QR with column
/// pivoting of the conjugate transpose.
template <class E>
std::vector<Long> pivots_of(const SmallVectors<E>& small, Long n) {
    const Long d = small.count;
    std::vector<E> rows(static_cast<std::size_t>(n * d));
    for (Long i = 0; i < n; ++i)
        for (Long k = 0; k < d; ++k) rows[static_cast<std::size_t>(i * d + k)] = small.vectors[k][i];
    std::vector<Long> chosen;
    for (Long step = 0; step < d; ++step) {
        Long best = -1;
        double longest = -1;
        for (Long i = 0; i < n; ++i) {
            const double length = norm_of(rows.data() + i * d, d);
            if (length > longest && std::find(chosen.begin(), chosen.end(), i) == chosen.end()) {
                longest = length;
                best = i;
            }
        }
        chosen.push_back(best);
        if (!(longest > 0)) continue;
        std::vector<E> q(rows.begin() + best * d, rows.begin() + (best + 1) * d);
        for (E& v : q) v /= longest;
        for (Long i = 0; i < n; ++i) {
            E* const row = rows.data() + i * d;
            const E s = inner(q.data(), row, d);
            for (Long k = 0; k < d; ++k) row[k] -= s * q[static_cast<std::size_t>(k)];
        }
    }
    return chosen;
}

/// The positions of the columns that QR with column pivoting of the trapezoid R takes first, ascending.
template <class E>
std::vector<Long> leading_columns(const Csc<E, Long>& R, Long count) {
    const Long r = R.rows();
    const Long n = R.cols();
    std::vector<E> D(static_cast<std::size_t>(r * n), E(0));
    for (Long j = 0; j < n; ++j)
        for (const auto& [i, v] : R.col(j)) D[static_cast<std::size_t>(j * r + i)] = v;
    std::vector<Long> chosen;
    std::vector<char> taken(static_cast<std::size_t>(n), 0);
    for (Long step = 0; step < count; ++step) {
        Long best = -1;
        double longest = -1;
        for (Long j = 0; j < n; ++j) {
            if (taken[static_cast<std::size_t>(j)] != 0) continue;
            const double length = norm_of(D.data() + j * r, r);
            if (length > longest) {
                longest = length;
                best = j;
            }
        }
        chosen.push_back(best);
        taken[static_cast<std::size_t>(best)] = 1;
        if (!(longest > 0)) continue;
        const E* const q = D.data() + best * r;
        for (Long j = 0; j < n; ++j) {
            if (taken[static_cast<std::size_t>(j)] != 0) continue;
            E* const column = D.data() + j * r;
            const E s = inner(q, column, r) / (longest * longest);
            for (Long i = 0; i < r; ++i) column[i] -= s * q[i];
        }
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

}  // namespace

// Entries are scaled so that squares neither over- nor underflow.
template <class E>
double norm2_by_power_method(const Csc<E, Long>& A) {
    double largest = 0;
    for (const E& v : A.values()) largest = std::max(largest, std::abs(v));
    if (!(largest > 0)) return 0;
    std::vector<E> x(static_cast<std::size_t>(A.cols()));
    std::vector<E> y(static_cast<std::size_t>(A.rows()));
    Signs sign;
    for (E& v : x) v = sign();
    double sigma = 0;
    for (int step = 0; step < 30; ++step) {
        const double length = norm_of(x.data(), A.cols());
        if (!(length > 0)) break;
        for (E& v : x) v /= length;
        std::fill(y.begin(), y.end(), E(0));
        for (Long j = 0; j < A.cols(); ++j)
            for (const auto& [i, v] : A.col(j))
                y[static_cast<std::size_t>(i)] += v / largest * x[static_cast<std::size_t>(j)];
        const double last = std::exchange(sigma, std::max(sigma, norm_of(y.data(), A.rows())));
        if (sigma - last <= 1e-3 * sigma) break;
        for (Long j = 0; j < A.cols(); ++j) {
            E sum = 0;
            for (const auto& [i, v] : A.col(j)) sum += conjugate(v) / largest * y[static_cast<std::size_t>(i)];
            x[static_cast<std::size_t>(j)] = sum;
        }
    }
    return sigma * largest;
}

template <class E>
std::optional<RevealedRank> reveal_rank(const OrthogonalFactor<E>& F, const OrthogonalFactor<E>& triangle,
                                        double tolerance) {
    constexpr Long most_places = 1'000'000;
    const Long n = F.cols();
    const bool deficient = F.rank() < n;
    // The estimate is from above; a wide margin keeps what it misses.
    const double margin = 100 * tolerance;
    if (F.rank() == 0 || smallest_from_above(triangle, margin) > margin) return std::nullopt;
    const bool small_enough = F.rank() * n <= most_places;
    if (deficient && !small_enough) return std::nullopt;
    const auto small = small_singular_vectors(triangle, tolerance);
    if (small.count == 0) return std::nullopt;
    RevealedRank result{F.rank() - small.count, {}};
    std::vector<Long> kept;
    if (small_enough) {
        kept = leading_columns(F.matrix_r(), result.rank);
    } else {
        auto last = pivots_of(small, n);
        std::sort(last.begin(), last.end());
        for (Long k = 0; k < n; ++k)
            if (!std::binary_search(last.begin(), last.end(), k)) kept.push_back(k);
    }
    for (const Long k : kept) result.permutation.push_back(F.permutation()[static_cast<std::size_t>(k)]);
    for (Long k = 0; k < n; ++k)
        if (!std::binary_search(kept.begin(), kept.end(), k))
            result.permutation.push_back(F.permutation()[static_cast<std::size_t>(k)]);
    return result;
}

template <class E>
void truncate(HouseholderParts<E>& F, Long rank) {
    Array<Long> offsets(F.r.cols() + 1);
    std::vector<Long> rows;
    std::vector<E> values;
    for (Long j = 0; j < F.r.cols(); ++j) {
        for (const auto& [i, v] : F.r.col(j)) {
            if (i >= rank) break;
            rows.push_back(i);
            values.push_back(v);
        }
        offsets[j + 1] = std::ssize(rows);
    }
    F.r = Csc<E, Long>(unchecked, rank, F.r.cols(), std::move(offsets), Array<Long>(std::move(rows)),
                       Array<E>(std::move(values)));
    F.rank = rank;
}

#define TAMIS_INSTANTIATE(E)                                                                                          \
    template double norm2_by_power_method(const Csc<E, Long>&);                                                       \
    template std::optional<RevealedRank> reveal_rank(const OrthogonalFactor<E>&, const OrthogonalFactor<E>&, double); \
    template void truncate(HouseholderParts<E>&, Long);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
