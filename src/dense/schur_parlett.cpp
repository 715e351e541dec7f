#include "dense/schur_parlett.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "core/blas.hpp"
#include "dense/triangle_sylvester.hpp"

namespace tamis::detail {

namespace {

using Complex = std::complex<double>;
using Positions = std::vector<std::size_t>;

constexpr int circle_points = 64;
constexpr int taylor_terms = 32;

bool finite_complex(const Complex& z) {
    return std::isfinite(z.real()) && std::isfinite(z.imag());
}
/// Without std::complex's search for NaN.
Complex plain_times(const Complex& a, const Complex& b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// Σ c_k ((x − center)/radius)^k.
struct Series {
    Complex center;
    double radius = 0;
    std::array<Complex, taylor_terms> c{};
};

/// False where the values on the circle do not belong to a function that is analytic well beyond it.
bool expand_on_circle(const ScalarFunction& f, const Complex& center, double radius, double largest, Series& series) {
    std::array<Complex, circle_points> value;
    double most = 0;
    for (std::size_t j = 0; j < value.size(); ++j) {
        const double angle = 2 * M_PI * static_cast<double>(j) / circle_points;
        value[j] = f(center + std::polar(radius, angle));
        if (!finite_complex(value[j])) return false;
        most = std::max(most, std::abs(value[j]));
    }
    // Sums of numbers that much larger than their result lose its digits.
    if (!(most <= 100 * largest) && most > 0) return false;
    series.center = center;
    series.radius = radius;
    for (std::size_t k = 0; k < value.size(); ++k) {
        Complex sum = 0;
        for (std::size_t j = 0; j < value.size(); ++j)
            sum += plain_times(value[j],
                               std::polar(1.0, -2 * M_PI * static_cast<double>((j * k) % value.size()) / circle_points));
        sum /= circle_points;
        if (k < series.c.size()) series.c[k] = sum;
        else if (!(std::abs(sum) <= 1e-13 * most)) return false;
    }
    return true;
}

class SchurParlett {
  public:
    SchurParlett(std::int64_t N, const ScalarFunction& f, double rounding)
        : N_(static_cast<std::size_t>(N)),
          f_(f),
          rounding_(rounding) {}

    ParlettFunction run(std::vector<Complex>& T, std::vector<Complex>& Z) {
        ParlettFunction result;
        T_.swap(T);
        Z_.swap(Z);
        for (std::size_t i = 0; i < N_; ++i) scale_ = std::max(scale_, std::abs(t(i, i)));
        values_.resize(N_);
        for (std::size_t i = 0; i < N_; ++i) {
            values_[i] = value_at(f_, t(i, i), rounding_ * scale_);
            if (!finite_complex(values_[i])) {
                result.finite = false;
                result.place = t(i, i);
                return result;
            }
            result.largest = std::max(result.largest, std::abs(values_[i]));
        }
        find_blocks();
        sort_blocks();
        fill();
        result.confluent = confluent_;
        T_.swap(T);
        Z_.swap(Z);
        result.F.swap(F_);
        return result;
    }

  private:
    struct Block {
        Positions places;
        Series series;  // radius 0: of single eigenvalues
    };

    [[nodiscard]] Complex& t(std::size_t i, std::size_t j) { return T_[j * N_ + i]; }

    void find_blocks() {
        Positions all(N_);
        std::iota(all.begin(), all.end(), std::size_t{0});
        divide(all, 0.05 * scale_);
    }
    /// Blocks of eigenvalues that are nearer than delta to a neighbour in the same block, or smaller ones.
    void divide(const Positions& places, double delta) {
        std::vector<bool> used(places.size(), false);
        for (std::size_t first = 0; first < places.size(); ++first) {
            if (used[first]) continue;
            Positions block{places[first]};
            used[first] = true;
            for (std::size_t next = 0; next < block.size(); ++next)
                for (std::size_t i = 0; i < places.size(); ++i)
                    if (!used[i] && std::abs(t(places[i], places[i]) - t(block[next], block[next])) <= delta) {
                        used[i] = true;
                        block.push_back(places[i]);
                    }
            accept(std::move(block), delta);
        }
    }
    void accept(Positions&& places, double delta) {
        Block block{std::move(places), {}};
        if (block.places.size() > 1) {
            Complex center = 0;
            double farthest = 0, largest = 0;
            for (const std::size_t i : block.places) center += t(i, i) / static_cast<double>(block.places.size());
            for (const std::size_t i : block.places) {
                farthest = std::max(farthest, std::abs(t(i, i) - center));
                largest = std::max(largest, std::abs(values_[i]));
            }
            // Powers of what is above the diagonal, divided by those of the radius, magnify the errors of coefficients: a
            // circle that wide is better where f is analytic in it.
            const double least = std::max(2 * farthest, delta);
            double radius = std::max(least, norm_above(block.places));
            bool expanded = expand_on_circle(f_, center, radius, largest, block.series);
            while (!expanded && radius > least) {
                radius = std::max(radius / 2, least);
                expanded = expand_on_circle(f_, center, radius, largest, block.series);
            }
            if (!expanded) {
                if (delta > 1e-13 * scale_) {
                    divide(block.places, delta / 5);
                    return;
                }
                block.series.radius = 0;
                confluent_ += static_cast<std::int64_t>(block.places.size() * (block.places.size() - 1) / 2);
            }
        }
        blocks_.push_back(std::move(block));
    }

    /// Of the entries of T between the places.
    [[nodiscard]] double norm_above(const Positions& places) {
        double squares = 0;
        for (const std::size_t j : places)
            for (const std::size_t i : places)
                if (i < j) squares += std::norm(t(i, j));
        return std::sqrt(squares);
    }

    /// Brings the eigenvalues of a block together, by rotations of neighbours (as LAPACK's ztrexc does).
    void sort_blocks() {
        block_of_.resize(N_);
        for (std::size_t b = 0; b < blocks_.size(); ++b)
            for (const std::size_t i : blocks_[b].places) block_of_[i] = b;
        for (std::size_t end = N_; end > 1; --end) {
            bool sorted = true;
            for (std::size_t k = 0; k + 1 < end; ++k)
                if (block_of_[k] > block_of_[k + 1]) {
                    swap(k);
                    sorted = false;
                }
            if (sorted) break;
        }
    }
    void swap(std::size_t k) {
        const Complex first = t(k, k), second = t(k + 1, k + 1);
        // The rotation that takes (t_{k,k+1}, second − first) to a multiple of e₁.
        const Complex a = t(k, k + 1), b = second - first;
        const double norm = std::hypot(std::abs(a), std::abs(b));
        if (norm > 0) {
            const Complex c = a / norm, s = b / norm;
            // Columns k, k + 1 by [c −s̄; s c̄], rows by its adjoint.
            const auto columns = [&](std::vector<Complex>& M, std::size_t rows) {
                for (std::size_t i = 0; i < rows; ++i) {
                    const Complex x = M[k * N_ + i], y = M[(k + 1) * N_ + i];
                    M[k * N_ + i] = plain_times(c, x) + plain_times(s, y);
                    M[(k + 1) * N_ + i] = plain_times(std::conj(c), y) - plain_times(std::conj(s), x);
                }
            };
            columns(T_, k + 2);
            columns(Z_, N_);
            for (std::size_t j = k; j < N_; ++j) {
                const Complex x = t(k, j), y = t(k + 1, j);
                t(k, j) = plain_times(std::conj(c), x) + plain_times(std::conj(s), y);
                t(k + 1, j) = plain_times(c, y) - plain_times(s, x);
            }
        }
        t(k, k) = second;
        t(k + 1, k + 1) = first;
        t(k + 1, k) = 0;
        std::swap(values_[k], values_[k + 1]);
        std::swap(block_of_[k], block_of_[k + 1]);
    }

    void fill() {
        F_.assign(N_ * N_, Complex(0));
        for (std::size_t i = 0; i < N_; ++i) F_[i * N_ + i] = values_[i];
        for (std::size_t first = 0; first < N_;) {
            std::size_t last = first + 1;
            while (last < N_ && block_of_[last] == block_of_[first]) ++last;
            const Series& series = blocks_[block_of_[first]].series;
            const bool whole = series.radius > 0;
            if (whole) sum_series(first, last, series);
            for (std::size_t k = first; k < last; k += whole ? last - first : 1) bounds_.push_back(k);
            first = last;
        }
        bounds_.push_back(N_);
        couple(0, bounds_.size() - 1);
    }
    /// F ← Σ c_k X^k for the block, X = (T − center)/radius, by Horner's rule.
    void sum_series(std::size_t first, std::size_t last, const Series& series) {
        const std::size_t m = last - first;
        std::vector<Complex> X(m * m), S(m * m), next(m * m);
        for (std::size_t j = 0; j < m; ++j)
            for (std::size_t i = 0; i <= j; ++i)
                X[j * m + i] = (t(first + i, first + j) - (i == j ? series.center : Complex(0))) / series.radius;
        for (int k = taylor_terms - 1; k >= 0; --k) {
            std::fill(next.begin(), next.end(), Complex(0));
            for (std::size_t j = 0; j < m; ++j) {
                for (std::size_t l = 0; l <= j; ++l)
                    for (std::size_t i = 0; i <= l; ++i) next[j * m + i] += plain_times(S[l * m + i], X[j * m + l]);
                next[j * m + j] += series.c[static_cast<std::size_t>(k)];
            }
            S.swap(next);
        }
        for (std::size_t j = 0; j < m; ++j)
            for (std::size_t i = 0; i < j; ++i) F_[(first + j) * N_ + first + i] = S[j * m + i];
    }
    /// F T = T F for blocks begin … end − 1, in the halves of halves: T₁₁F₁₂ − F₁₂T₂₂ = F₁₁T₁₂ − T₁₂F₂₂.
    void couple(std::size_t begin, std::size_t end) {
        if (end - begin < 2) return;
        const std::size_t middle = begin + (end - begin) / 2;
        couple(begin, middle);
        couple(middle, end);
        const auto i = bounds_[begin], j = bounds_[middle];
        const auto m = static_cast<std::int64_t>(j - i), n = static_cast<std::int64_t>(bounds_[end] - j);
        const auto ld = static_cast<std::int64_t>(N_);
        const std::size_t first = i * N_ + i, second = j * N_ + j, beside = j * N_ + i;
        blas::gemm('N', 'N', m, n, m, Complex(1), &F_[first], ld, &T_[beside], ld, Complex(0), &F_[beside], ld);
        blas::gemm('N', 'N', m, n, n, Complex(-1), &T_[beside], ld, &F_[second], ld, Complex(1), &F_[beside], ld);
        solve_triangle_sylvester(m, n, &T_[first], ld, &T_[second], ld, -1, &F_[beside], ld);
    }

    std::size_t N_;
    const ScalarFunction& f_;
    double rounding_;
    std::vector<Complex> T_, Z_, F_, values_;
    std::vector<Block> blocks_;
    std::vector<std::size_t> block_of_;
    std::vector<std::size_t> bounds_;
    double scale_ = 0;
    std::int64_t confluent_ = 0;
};

}  // namespace

std::complex<double> value_at(const ScalarFunction& f, std::complex<double> x, double rounding) {
    const Complex value = f(x);
    if (finite_complex(value) || !(std::abs(x) <= 16 * rounding)) return value;
    return f(0);
}

ParlettFunction schur_parlett(std::int64_t n, std::vector<std::complex<double>>& T, std::vector<std::complex<double>>& Z,
                              const ScalarFunction& f, double rounding) {
    return SchurParlett(n, f, rounding).run(T, Z);
}

}  // namespace tamis::detail
