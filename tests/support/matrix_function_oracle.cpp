#include "support/matrix_function_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/random.hpp"

namespace tamis::test {

namespace {

__extension__ typedef __float128 Quad;

struct QuadComplex {
    Quad re = 0;
    Quad im = 0;
};
QuadComplex operator+(const QuadComplex& a, const QuadComplex& b) {
    return {a.re + b.re, a.im + b.im};
}
QuadComplex operator-(const QuadComplex& a, const QuadComplex& b) {
    return {a.re - b.re, a.im - b.im};
}
QuadComplex operator*(const QuadComplex& a, const QuadComplex& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
QuadComplex operator/(const QuadComplex& a, const QuadComplex& b) {
    const Quad d = b.re * b.re + b.im * b.im;
    return {(a.re * b.re + a.im * b.im) / d, (a.im * b.re - a.re * b.im) / d};
}
double size_of(const QuadComplex& a) {
    return std::hypot(static_cast<double>(a.re), static_cast<double>(a.im));
}

/// A square matrix by columns.
class QuadMatrix {
  public:
    explicit QuadMatrix(std::int64_t n, double diagonal = 0) : n_(n), a_(static_cast<std::size_t>(n * n)) {
        for (std::int64_t i = 0; i < n; ++i) (*this)(i, i).re = diagonal;
    }
    explicit QuadMatrix(const Matrix<std::complex<double>>& A) : QuadMatrix(A.rows()) {
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = 0; i < n_; ++i) (*this)(i, j) = {A(i, j).real(), A(i, j).imag()};
    }
    [[nodiscard]] std::int64_t order() const { return n_; }
    QuadComplex& operator()(std::int64_t i, std::int64_t j) { return a_[static_cast<std::size_t>(j * n_ + i)]; }
    const QuadComplex& operator()(std::int64_t i, std::int64_t j) const { return a_[static_cast<std::size_t>(j * n_ + i)]; }
    /// Frobenius' norm, in double.
    [[nodiscard]] double norm() const {
        double sum = 0;
        for (const QuadComplex& a : a_) sum = std::hypot(sum, size_of(a));
        return sum;
    }
    [[nodiscard]] Matrix<std::complex<double>> rounded() const {
        Matrix<std::complex<double>> A(n_, n_);
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = 0; i < n_; ++i)
                A(i, j) = {static_cast<double>((*this)(i, j).re), static_cast<double>((*this)(i, j).im)};
        return A;
    }
    [[nodiscard]] QuadMatrix adjoint() const {
        QuadMatrix B(n_);
        for (std::int64_t j = 0; j < n_; ++j)
            for (std::int64_t i = 0; i < n_; ++i) B(i, j) = {(*this)(j, i).re, -(*this)(j, i).im};
        return B;
    }
    QuadMatrix& add(const QuadMatrix& B, Quad re, Quad im = 0) {
        for (std::size_t k = 0; k < a_.size(); ++k) a_[k] = a_[k] + QuadComplex{re, im} * B.a_[k];
        return *this;
    }
    QuadMatrix& times(Quad re, Quad im = 0) {
        for (QuadComplex& a : a_) a = QuadComplex{re, im} * a;
        return *this;
    }

  private:
    std::int64_t n_;
    std::vector<QuadComplex> a_;
};

QuadMatrix operator*(const QuadMatrix& A, const QuadMatrix& B) {
    const std::int64_t n = A.order();
    QuadMatrix C(n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t k = 0; k < n; ++k) {
            const QuadComplex b = B(k, j);
            if (b.re == 0 && b.im == 0) continue;
            for (std::int64_t i = 0; i < n; ++i) C(i, j) = C(i, j) + A(i, k) * b;
        }
    return C;
}

/// By Gauss–Jordan elimination with row pivots.
QuadMatrix inverse_of(QuadMatrix A) {
    const std::int64_t n = A.order();
    QuadMatrix X(n, 1);
    for (std::int64_t k = 0; k < n; ++k) {
        std::int64_t p = k;
        for (std::int64_t i = k + 1; i < n; ++i)
            if (size_of(A(i, k)) > size_of(A(p, k))) p = i;
        if (!(size_of(A(p, k)) > 0)) throw std::logic_error("exact_function: a singular matrix");
        for (std::int64_t j = 0; j < n; ++j) {
            std::swap(A(k, j), A(p, j));
            std::swap(X(k, j), X(p, j));
        }
        const QuadComplex pivot = A(k, k);
        for (std::int64_t j = 0; j < n; ++j) {
            A(k, j) = A(k, j) / pivot;
            X(k, j) = X(k, j) / pivot;
        }
        for (std::int64_t i = 0; i < n; ++i) {
            if (i == k) continue;
            const QuadComplex factor = A(i, k);
            for (std::int64_t j = 0; j < n; ++j) {
                A(i, j) = A(i, j) - factor * A(k, j);
                X(i, j) = X(i, j) - factor * X(k, j);
            }
        }
    }
    return X;
}

QuadMatrix exponential_of(QuadMatrix A) {
    const double norm = A.norm();
    int s = 0;
    for (double x = norm; x > 1.0 / 8; x /= 2) ++s;
    for (int k = 0; k < s; ++k) A.times(0.5);
    QuadMatrix X(A.order(), 1);
    for (int k = 24; k >= 1; --k) {  // Horner: I + A/1 (I + A/2 (I + …))
        X = A * X;
        X.times(Quad(1) / k);
        X.add(QuadMatrix(A.order(), 1), 1);
    }
    for (int k = 0; k < s; ++k) X = X * X;
    return X;
}

QuadMatrix square_root_of(const QuadMatrix& A) {
    QuadMatrix X = A;
    QuadMatrix Y(A.order(), 1);
    for (int k = 0; k < 300; ++k) {
        const QuadMatrix X_inverse = inverse_of(X);
        QuadMatrix next = X;
        next.add(inverse_of(Y), 1).times(0.5);
        Y.add(X_inverse, 1).times(0.5);
        QuadMatrix change = next;
        change.add(X, -1);
        X = std::move(next);
        if (change.norm() <= 1e-14 * X.norm()) {  // quadratic convergence
            QuadMatrix residual = X * X;
            residual.add(A, -1);
            if (residual.norm() <= 1e-24 * X.norm() * X.norm()) return X;
        }
    }
    throw std::logic_error("exact_function: the square root did not converge");
}

QuadMatrix logarithm_of(QuadMatrix A) {
    const QuadMatrix one(A.order(), 1);
    int s = 0;
    const auto distance = [&] {
        QuadMatrix D = A;
        return D.add(one, -1).norm();
    };
    for (; distance() > 0.3; ++s) A = square_root_of(A);
    // log A = 2 artanh((A − I)(A + I)⁻¹).
    QuadMatrix below = A, above = A;
    below.add(one, -1);
    above.add(one, 1);
    const QuadMatrix Z = below * inverse_of(above);
    const QuadMatrix Z2 = Z * Z;
    QuadMatrix sum(A.order(), 1.0);
    sum.times(Quad(1) / 41);
    for (int k = 39; k >= 1; k -= 2) {
        sum = Z2 * sum;
        sum.add(one, Quad(1) / k);
    }
    QuadMatrix X = Z * sum;
    X.times(2);
    for (int k = 0; k < s; ++k) X.times(2);
    return X;
}

QuadMatrix evaluate(ExactFunction f, const QuadMatrix& A, double p) {
    const auto halves = [&](bool rotate, double sign) {  // (e^Z + sign·e^−Z)/2 for Z = A or iA
        QuadMatrix Z = A;
        if (rotate) Z.times(0, 1);
        QuadMatrix X = exponential_of(Z);
        Z.times(-1);
        X.add(exponential_of(Z), sign).times(0.5);
        if (rotate && sign < 0) X.times(0, -1);
        return X;
    };
    switch (f) {
        case ExactFunction::exponential: return exponential_of(A);
        case ExactFunction::square_root: return square_root_of(A);
        case ExactFunction::logarithm: return logarithm_of(A);
        case ExactFunction::power: {
            QuadMatrix L = logarithm_of(A);
            L.times(p);
            return exponential_of(L);
        }
        case ExactFunction::cosine: return halves(true, 1);
        case ExactFunction::sine: return halves(true, -1);
        case ExactFunction::hyperbolic_cosine: return halves(false, 1);
        case ExactFunction::hyperbolic_sine: return halves(false, -1);
    }
    throw std::logic_error("exact_function: no such function");
}

}  // namespace

ExactValue exact_function(ExactFunction f, const Matrix<std::complex<double>>& A, double p) {
    const QuadMatrix wide(A);
    const QuadMatrix value = evaluate(f, wide, p);
    const double norm = wide.norm();
    double condition = 0;
    if (norm > 0) {
        const QuadMatrix adjoint = wide.adjoint();
        const QuadMatrix adjoint_value = value.adjoint();
        QuadMatrix E(Random(11).matrix<std::complex<double>>(A.rows(), A.cols()));
        const auto derivative = [&](const QuadMatrix& at, const QuadMatrix& value_at) {
            const double h = 1e-13 * norm;
            QuadMatrix B = at;
            B.add(E, h / E.norm());
            QuadMatrix D = evaluate(f, B, p);
            D.add(value_at, -1).times(1 / Quad(h));
            return D;
        };
        for (int k = 0; k < 2; ++k) {
            E = derivative(wide, value);
            condition = std::max(condition, E.norm());
            if (!(E.norm() > 0)) break;
            if (k == 0) E = derivative(adjoint, adjoint_value);
            if (!(E.norm() > 0)) break;
        }
    }
    return {value.rounded(), value.norm() > 0 ? condition * norm / value.norm() : condition};
}

}  // namespace tamis::test
