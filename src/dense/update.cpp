#include <tamis/dense/update.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>

#include "dense/operand.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

using Kind = QrChange::Kind;

/// [c s; −conj(s) c] (a, b) = (r, 0) with a real c ≥ 0 (Golub, Van Loan, §5.1.8).
template <class T>
struct Rotation {
    Real<T> c = 1;
    T s{};

    Rotation() = default;
    Rotation(T a, T b) {
        const Real<T> size_a = std::abs(a);
        const Real<T> size_b = std::abs(b);
        const Real<T> size = std::hypot(size_a, size_b);
        if (!(size_b > 0)) return;
        c = size_a / size;
        s = size_a > 0 ? (a / size_a) * (conjugate(b) / size) : conjugate(b) / size_b;
    }
};

/// Working copies: Q, m×k, and R, k×n, column-major, with Q·R unchanged by `rotate`.
template <class T>
class Factors {
  public:
    Factors(MatrixView<const T> Q, MatrixView<const T> R)
        : m_(Q.rows()),
          k_(Q.cols()),
          n_(R.cols()),
          q_(m_ * (k_ + 1)),
          r_((k_ + 1) * n_) {
        for (std::int64_t j = 0; j < k_; ++j)
            for (std::int64_t i = 0; i < m_; ++i) q(i, j) = Q(i, j);
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = 0; i < k_; ++i) r(i, j) = i <= j ? R(i, j) : T(0);
    }
    [[nodiscard]] std::int64_t m() const { return m_; }
    [[nodiscard]] std::int64_t k() const { return k_; }
    [[nodiscard]] std::int64_t n() const { return n_; }
    [[nodiscard]] T& q(std::int64_t i, std::int64_t j) { return q_[j * m_ + i]; }
    [[nodiscard]] T& r(std::int64_t i, std::int64_t j) { return r_[j * leading() + i]; }

    /// Rows i, i + 1 of R by the rotation, from column `first` on, and the columns of Q by its adjoint.
    void rotate(std::int64_t i, const Rotation<T>& g, std::int64_t first) {
        for (std::int64_t j = first; j < n_; ++j) {
            const T a = r(i, j);
            const T b = r(i + 1, j);
            r(i, j) = g.c * a + g.s * b;
            r(i + 1, j) = g.c * b - conjugate(g.s) * a;
        }
        T* const x = q_.data() + i * m_;
        T* const y = x + m_;
        for (std::int64_t j = 0; j < m_; ++j) {
            const T a = x[j];
            x[j] = g.c * a + conjugate(g.s) * y[j];
            y[j] = g.c * y[j] - g.s * a;
        }
    }

    /// R, upper Hessenberg from column `first` on, to a trapezoid.
    void chase(std::int64_t first) {
        for (std::int64_t j = first; j < std::min(n_, k_ - 1); ++j) {
            rotate(j, Rotation<T>(r(j, j), r(j + 1, j)), j);
            r(j + 1, j) = T(0);
        }
    }

    /// The coordinates w = Qᴴ u, k of them; with `extend` Q gets one more column q̂, R a row of zeros, and w the coordinate
    /// of what of u lies outside: u = Q w then. Twice is enough (Giraud, Langou, Rozložník, Comput. Math. Appl. 50, 2005).
    std::vector<T> coordinates(std::vector<T> u, bool extend) {
        std::vector<T> w(static_cast<std::size_t>(k_));
        const auto project = [this](std::vector<T>& x, std::vector<T>* into) {
            for (int pass = 0; pass < 2; ++pass)
                for (std::int64_t j = 0; j < k_; ++j) {
                    T product{};
                    for (std::int64_t i = 0; i < m_; ++i) product += conjugate(q(i, j)) * x[static_cast<std::size_t>(i)];
                    for (std::int64_t i = 0; i < m_; ++i) x[static_cast<std::size_t>(i)] -= product * q(i, j);
                    if (into != nullptr) (*into)[static_cast<std::size_t>(j)] += product;
                }
        };
        const Real<T> size = length(u);
        project(u, &w);
        if (!extend) return w;
        Real<T> rest = length(u);
        w.push_back(T(rest));
        if (!(rest > Real<T>(100) * epsilon_v<T> * size)) {
            // u lies in the span: any direction outside will do.
            w.back() = T(0);
            for (std::int64_t e = 0; e < m_; ++e) {
                std::fill(u.begin(), u.end(), T(0));
                u[static_cast<std::size_t>(e)] = T(1);
                project(u, nullptr);
                rest = length(u);
                // Some unit vector keeps at least √((m − k)/m) of its length.
                if (rest * rest * Real<T>(2 * m_) > Real<T>(1)) break;
            }
        }
        for (std::int64_t i = 0; i < m_; ++i) q(i, k_) = u[static_cast<std::size_t>(i)] / rest;
        Array<T> taller((k_ + 2) * n_);
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = 0; i < k_; ++i) taller[j * (k_ + 2) + i] = r(i, j);
        ++k_;
        r_.swap(taller);
        return w;
    }

    /// Rotations that leave of w a first entry, from below; R becomes upper Hessenberg.
    T gather(std::vector<T>& w) {
        for (std::int64_t i = k_ - 2; i >= 0; --i) {
            const auto at = static_cast<std::size_t>(i);
            const Rotation<T> g(w[at], w[at + 1]);
            rotate(i, g, std::min(i, n_));
            w[at] = g.c * w[at] + g.s * w[at + 1];
            w[at + 1] = T(0);
        }
        return w[0];
    }

    /// The leading parts, from the given row of Q and R.
    void write(MatrixView<T> Q, MatrixView<T> R, std::int64_t first_col = 0) {
        for (std::int64_t j = 0; j < Q.cols(); ++j)
            for (std::int64_t i = 0; i < Q.rows(); ++i) Q(i, j) = q(i, j + first_col);
        for (std::int64_t j = 0; j < R.cols(); ++j)
            for (std::int64_t i = 0; i < R.rows(); ++i) R(i, j) = i <= j ? r(i + first_col, j) : T(0);
    }

    /// Room for another column of R at `position`, which holds w.
    void insert_column(std::int64_t position, const std::vector<T>& w) {
        Array<T> wider(leading() * (n_ + 1));
        std::copy_n(r_.data(), leading() * position, wider.data());
        std::copy(w.begin(), w.end(), wider.data() + leading() * position);
        std::copy_n(r_.data() + leading() * position, leading() * (n_ - position),
                    wider.data() + leading() * (position + 1));
        r_.swap(wider);
        ++n_;
    }
    void remove_column(std::int64_t position) {
        std::copy(r_.data() + leading() * (position + 1), r_.data() + leading() * n_, r_.data() + leading() * position);
        --n_;
    }

  private:
    [[nodiscard]] std::int64_t leading() const { return k_ + 1; }
    static Real<T> length(const std::vector<T>& x) {
        Real<T> size = 0;
        for (const T& v : x) size = std::hypot(size, std::abs(v));
        return size;
    }

    std::int64_t m_;
    std::int64_t k_;
    std::int64_t n_;
    Array<T> q_;  // room for one column more
    Array<T> r_;  // and for one row
};

template <class T>
std::vector<T> as_vector(VectorView<const T> u) {
    std::vector<T> copy(static_cast<std::size_t>(u.size()));
    for (std::int64_t i = 0; i < u.size(); ++i) copy[static_cast<std::size_t>(i)] = u[i];
    return copy;
}

[[noreturn]] void throw_vector_size(const char* what, const char* name, std::int64_t expected, std::int64_t got) {
    throw DimensionMismatch(std::string(what) + ": " + name + " has " + std::to_string(got) + " entries where " +
                                std::to_string(expected) + " are needed",
                            expected, got);
}

}  // namespace

QrShape changed_shape(const char* what, QrChange change, QrShape old, std::int64_t rows_of_r, std::int64_t u,
                      std::int64_t v) {
    const auto [m, k, n] = old;
    if (rows_of_r != k)
        throw DimensionMismatch(std::string(what) + ": Q has " + std::to_string(k) + " columns, but R has " +
                                    std::to_string(rows_of_r) + " rows",
                                k, rows_of_r);
    if (k != m && !(k == n && n < m))
        throw DimensionMismatch(
            std::string(what) + ": Q must be square, or have as many columns as R and more rows; it is " +
                std::to_string(m) + "x" + std::to_string(k) + ", R has " + std::to_string(n) + " columns",
            m, k);
    const bool square = k == m;
    if (change.kind == Kind::update) {
        if (u != m) throw_vector_size(what, "u", m, u);
        if (v != n) throw_vector_size(what, "v", n, v);
        return old;
    }
    const bool row = change.axis == Axis::row;
    const std::int64_t lines = row ? m : n;
    const std::int64_t most = change.kind == Kind::insert ? lines : lines - 1;
    if (change.position < 0 || change.position > most)
        throw InvalidArgument(std::string(what) + ": the position " + std::to_string(change.position) + " is not in 0 … " +
                              std::to_string(most));
    const std::int64_t by = change.kind == Kind::insert ? 1 : -1;
    if (by > 0 && u != (row ? n : m)) throw_vector_size(what, "the vector", row ? n : m, u);
    if (row) return {m + by, square ? m + by : std::min(k, m + by), n};
    return {m, square ? m : std::min(k + by, m), n + by};
}

template <class T>
void change_qr(const char* what, QrChange change, MatrixView<const T> Q, MatrixView<const T> R, VectorView<const T> u,
               VectorView<const T> v, MatrixView<T> q, MatrixView<T> r) {
    check_finite_entries(what, "Q", Q);
    check_finite_entries(what, "R", R);
    check_finite_entries(what, "the vector", MatrixView<const T>(u));
    check_finite_entries(what, "the vector", MatrixView<const T>(v));
    const std::int64_t p = change.position;
    const bool square = Q.rows() == Q.cols();
    Factors<T> F(Q, R);
    if (change.kind == Kind::update) {
        // A + u vᴴ = Q (R + w vᴴ), u = Q w.
        if (F.k() > 0) {
            auto w = F.coordinates(as_vector(u), !square);
            const T first = F.gather(w);
            for (std::int64_t j = 0; j < F.n(); ++j) F.r(0, j) += first * conjugate(v[j]);
            F.chase(0);
        }
        F.write(q, r);
    } else if (change.kind == Kind::insert && change.axis == Axis::column) {
        const auto w = F.coordinates(as_vector(u), !square);
        F.insert_column(p, w);
        for (std::int64_t i = F.k() - 2; i >= p; --i) {
            F.rotate(i, Rotation<T>(F.r(i, p), F.r(i + 1, p)), p);
            F.r(i + 1, p) = T(0);
        }
        F.write(q, r);
    } else if (change.kind == Kind::remove && change.axis == Axis::column) {
        F.remove_column(p);
        F.chase(p);
        F.write(q, r);
    } else if (change.kind == Kind::insert) {
        // [a; A] = [1 0; 0 Q] [a; R], whose R is upper Hessenberg.
        Array<T> wide((F.m() + 1) * (F.k() + 1));
        Array<T> tall((F.k() + 1) * F.n());
        const std::int64_t rows = F.m() + 1;
        wide[p] = T(1);
        for (std::int64_t j = 0; j < F.k(); ++j)
            for (std::int64_t i = 0; i < F.m(); ++i) wide[(j + 1) * rows + i + (i >= p ? 1 : 0)] = F.q(i, j);
        Factors<T> G(MatrixView<const T>(wide.data(), rows, F.k() + 1), MatrixView<const T>(tall.data(), F.k() + 1, F.n()));
        for (std::int64_t j = 0; j < F.n(); ++j) {
            G.r(0, j) = u[j];
            for (std::int64_t i = 0; i < F.k(); ++i) G.r(i + 1, j) = F.r(i, j);
        }
        G.chase(0);
        G.write(q, r);
    } else {
        // With Q(p, :) = (1, 0, …) up to its sign the first column of Q is that unit vector, and the first row of R the one
        // to go.
        std::vector<T> unit(static_cast<std::size_t>(F.m()));
        unit[static_cast<std::size_t>(p)] = T(1);
        std::vector<T> w;
        if (square)
            for (std::int64_t j = 0; j < F.k(); ++j) w.push_back(conjugate(F.q(p, j)));
        else w = F.coordinates(std::move(unit), true);
        F.gather(w);
        const MatrixView<T> above(q.data(), p, q.cols(), q.row_stride(), q.col_stride());
        for (std::int64_t j = 0; j < q.cols(); ++j) {
            for (std::int64_t i = 0; i < p; ++i) above(i, j) = F.q(i, j + 1);
            for (std::int64_t i = p; i < q.rows(); ++i) q(i, j) = F.q(i + 1, j + 1);
        }
        for (std::int64_t j = 0; j < r.cols(); ++j)
            for (std::int64_t i = 0; i < r.rows(); ++i) r(i, j) = i <= j ? F.r(i + 1, j) : T(0);
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                      \
    template void change_qr(const char*, QrChange, MatrixView<const T>, MatrixView<const T>, VectorView<const T>, \
                            VectorView<const T>, MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
