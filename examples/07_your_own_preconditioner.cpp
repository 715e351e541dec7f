// A preconditioner of your own: the lines of strong coupling of an anisotropic problem, solved exactly.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>
#include <vector>

/// −u_xx / ε − u_yy couples points along x far more than along y. Of the matrix this keeps the tridiagonal blocks of the
/// lines along x, and solves with them by the algorithm of Thomas. Any class with rows, cols and apply is an operator;
/// apply_adjoint is asked for by some methods only.
class LineJacobi {
  public:
    using scalar_type = double;

    LineJacobi(const tamis::Csr<double>& A, std::int64_t line)
        : line_(line),
          below_(A.rows()),
          ratio_(A.rows()),
          pivot_(A.rows()) {
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            const bool first = i % line == 0;
            const bool last = i % line == line - 1;
            below_[i] = first ? 0 : A.coeff(i, i - 1);
            pivot_[i] = A.coeff(i, i) - (first ? 0 : below_[i] * ratio_[i - 1]);
            ratio_[i] = last ? 0 : A.coeff(i, i + 1) / pivot_[i];
        }
    }
    [[nodiscard]] std::int64_t rows() const { return pivot_.size(); }
    [[nodiscard]] std::int64_t cols() const { return pivot_.size(); }

    /// z = M r. Const and without scratch of its own, so that several threads may use one object.
    void apply(tamis::VectorView<const double> r, tamis::VectorView<double> z) const {
        for (std::int64_t i = 0; i < rows(); ++i) z[i] = (r[i] - (i % line_ == 0 ? 0 : below_[i] * z[i - 1])) / pivot_[i];
        for (std::int64_t i = rows() - 2; i >= 0; --i)
            if (i % line_ != line_ - 1) z[i] -= ratio_[i] * z[i + 1];
    }
    /// M is symmetric, as A is.
    void apply_adjoint(tamis::VectorView<const double> r, tamis::VectorView<double> z) const { apply(r, z); }

  private:
    std::int64_t line_;
    tamis::Vector<double> below_, ratio_, pivot_;
};

int main() {
    // A = I ⊗ T/ε + T ⊗ I on a grid of 120 × 120 points, T = poisson_1d.
    const std::int64_t nx = 120;
    const auto T = tamis::poisson_1d<double>(nx);
    const auto one = tamis::identity<double>(nx);
    const tamis::Vector<double> b = tamis::Vector<double>::Ones(nx * nx);

    bool good = true;
    std::cout << "ε       none  Jacobi  LineJacobi   (iterations of cg)\n";
    for (const double eps : {1.0, 0.1, 0.01, 0.001}) {
        const auto A = tamis::kron(one, (1 / eps) * T) + tamis::kron(T, one);
        const LineJacobi lines(A, nx);
        const auto plain = tamis::cg(A, b);
        const auto jacobi = tamis::cg(A, b, {.preconditioner = tamis::Jacobi(A)});
        const auto line = tamis::cg(A, b, {.preconditioner = lines});
        std::cout << eps << "\t" << plain.iterations << "\t" << jacobi.iterations << "\t" << line.iterations << "\n";
        good = good && plain.converged() && jacobi.converged() && line.converged();
        good = good && (b - A * line.x).norm() <= 1.01e-8 * b.norm() && line.iterations < plain.iterations;
        if (eps < 0.1) good = good && 4 * line.iterations < plain.iterations;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
