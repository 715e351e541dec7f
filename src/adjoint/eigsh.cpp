// Derivatives of eigenpairs: pairs among those computed by their coefficients, the rest by solves from which the computed
// vectors are taken out. With C = VᴴV̄ and the computed pairs' part of the Hermitian cotangent in the basis V,
//
//     (M_A)_ji = λ̄_i δ_ji + ½ (C_ji − conj(C_ij)) / (λ_i − λ_j),
//     (M_B)_ji = −λ_i λ̄_i δ_ji − ¼ (λ_i + λ_j)(C_ji − conj(C_ij)) / (λ_i − λ_j) − ¼ (C_ji + conj(C_ij)),
//
// where the quotients are left out for i = j and among equal eigenvalues, whose numerators vanish for a loss that does not
// depend on the basis. (Magnus 1985, for all pairs of one's choice; see the header.)
#include <tamis/adjoint/eigsh.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/krylov/minres_qlp.hpp>

#include "instantiate.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::derivatives::detail {

namespace vec = tamis::detail::vec;
using tamis::detail::Sum;

namespace {

std::string number(double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", v);
    return text;
}

template <class T>
class Deflated {
  public:
    Deflated(const EigenPairs<T>& pairs, const EigshDerivativeOptions<T>& options)
        : pairs_(pairs),
          options_(options),
          n_(pairs.vectors.rows()),
          k_(pairs.vectors.cols()),
          V_(n_ * k_, uninitialized),
          BV_(pairs.B ? n_ * k_ : 0, uninitialized),
          t_(n_, uninitialized),
          s_(n_, uninitialized) {
        constexpr bool single = std::same_as<Real<T>, float>;
        check_options();
        cluster_ = options.cluster_tolerance > 0 ? options.cluster_tolerance : single ? 2e-4 : 1e-9;
        gauge_ = options.gauge_tolerance > 0 ? options.gauge_tolerance : single ? 1e-2 : 1e-6;
        for (std::int64_t i = 0; i < k_; ++i) vec::copy(pairs.vectors.col(i), column(V_, i));
        if (pairs_.B)
            for (std::int64_t i = 0; i < k_; ++i) pairs_.B.apply(in(column(V_, i)), out(column(BV_, i)));
        check_pairs();
    }

    [[nodiscard]] std::int64_t order() const { return n_; }
    [[nodiscard]] std::int64_t count() const { return k_; }
    [[nodiscard]] bool has_mass() const { return static_cast<bool>(pairs_.B); }
    [[nodiscard]] const T* vector(std::int64_t i) const { return V_.data() + i * n_; }
    [[nodiscard]] const T* weighed(std::int64_t i) const { return (has_mass() ? BV_ : V_).data() + i * n_; }
    [[nodiscard]] double value(std::int64_t i) const { return static_cast<double>(pairs_.values[i]); }
    [[nodiscard]] double gauge() const { return gauge_; }
    [[nodiscard]] const SolveEffort& effort() const { return effort_; }
    [[nodiscard]] bool equal(std::int64_t i, std::int64_t j) const {
        return i == j || std::abs(value(i) - value(j)) <= cluster_ * scale_;
    }

    /// w with (λ_i B − A) w = (I − B V Vᴴ) r and VᴴB w = 0.
    void solve(std::int64_t i, const T* r, T* w) {
        Array<T> b(n_, uninitialized);
        vec::scaled(n_, Sum<T>(-1), r, b.data());
        remove_weighed(b.data());
        const double size = vec::norm(n_, b.data());
        const double noise = 10 * static_cast<double>(epsilon_v<T>) * std::sqrt(static_cast<double>(k_) + 1);
        vec::zero(n_, w);
        if (!(size > noise * vec::norm(n_, r))) return;
        Array<T> residual(n_, uninitialized);
        if (options_.inverse) solve_by_inverse(i, b.data(), size, w);
        else solve_by_minres(i, b.data(), w);
        remove_vectors(w);
        apply_shifted(i, w, residual.data());
        remove_weighed(residual.data());
        vec::xpby(n_, b.data(), Sum<T>(-1), residual.data());
        const double error = vec::norm(n_, residual.data()) / size;
        const double length = vec::norm(n_, w);
        // An eigenvalue that was not computed and is as good as equal to λ_i: w grows as its distance shrinks.
        if (length * cluster_ * scale_ >= size * norm_of_mass_)
            throw InvalidArgument(
                std::string(pairs_.what) + ": an eigenvalue within " + number(size / length) + " of eigenvalue " +
                std::to_string(i) + " (" + number(value(i)) +
                ") is not among those computed, and vectors of equal eigenvalues have no derivative one by "
                "one; ask eigsh for more pairs, so that all of them are there");
        effort_.residual_norm = std::max(effort_.residual_norm, error);
        if (!(error <= 2 * options_.tolerance))
            throw NotConverged(std::string(pairs_.what) + ": the solve with A - " + number(value(i)) +
                                   " outside of the computed vectors came to a relative residual of " + number(error) +
                                   ", asked for were " + number(options_.tolerance) +
                                   "; raise max_iterations or the tolerance, give a preconditioner or an inverse, or ask "
                                   "eigsh for more pairs",
                               last_status_, error * size, effort_.iterations);
    }

  private:
    static T* column(Array<T>& M, std::int64_t i, std::int64_t n) { return M.data() + i * n; }
    T* column(Array<T>& M, std::int64_t i) { return M.data() + i * n_; }
    VectorView<const T> in(const T* x) const { return {x, n_, 1}; }
    VectorView<T> out(T* x) const { return {x, n_, 1}; }

    void check_options() const {
        const auto refuse = [&](const char* text) { throw InvalidArgument(std::string(pairs_.what) + ": " + text); };
        if (!(options_.tolerance > 0)) refuse("the tolerance must be positive");
        if (options_.max_iterations < 0) refuse("max_iterations must not be negative");
        if (!(options_.cluster_tolerance >= 0)) refuse("the cluster_tolerance must not be negative or NaN");
        if (!(options_.gauge_tolerance >= 0)) refuse("the gauge_tolerance must not be negative or NaN");
        if (options_.inverse && !std::isfinite(options_.sigma)) refuse("an inverse needs the sigma of A - sigma B");
        if (options_.inverse)
            check_shape(pairs_.what, "the inverse", n_, n_, options_.inverse.rows(), options_.inverse.cols());
    }

    /// Refuses pairs that are none of A v = λ B v: the derivative would be of something else.
    void check_pairs() {
        scale_ = pairs_.scale;
        norm_of_mass_ = 1;
        for (std::int64_t i = 0; i < k_; ++i) {
            scale_ = std::max(scale_, std::abs(value(i)));
            if (has_mass()) norm_of_mass_ = std::max(norm_of_mass_, vec::norm(n_, weighed(i)) / vec::norm(n_, vector(i)));
        }
        const double limit = 10 * std::sqrt(static_cast<double>(epsilon_v<T>));
        for (std::int64_t i = 0; i < k_; ++i) {
            apply_shifted(i, vector(i), t_.data());
            const double residual = vec::norm(n_, t_.data());
            const double length = vec::norm(n_, vector(i));
            const double weight = std::abs(tamis::detail::real_part(vec::dot(n_, vector(i), weighed(i))) - 1);
            if (!(residual <= limit * (scale_ + std::abs(value(i)) * norm_of_mass_) * length) || !(weight <= limit * 10))
                throw InvalidArgument(std::string(pairs_.what) + ": pair " + std::to_string(i) +
                                      " is no eigenpair of A of norm 1: the residual is " + number(residual) +
                                      ", the squared norm differs from 1 by " + number(weight));
        }
    }

    /// y = (A − λ_i B) x.
    void apply_shifted(std::int64_t i, const T* x, T* y) {
        pairs_.A.apply(in(x), out(y));
        const Sum<T> lambda(-value(i));
        if (!has_mass()) return vec::axpy(n_, lambda, x, y);
        pairs_.B.apply(in(x), out(s_.data()));
        vec::axpy(n_, lambda, s_.data(), y);
    }
    /// r := (I − B V Vᴴ) r.
    void remove_weighed(T* r) const {
        for (std::int64_t j = 0; j < k_; ++j) vec::axpy(n_, -vec::dot(n_, vector(j), r), weighed(j), r);
    }
    /// y := (I − V VᴴB) y.
    void remove_vectors(T* y) const {
        for (std::int64_t j = 0; j < k_; ++j) vec::axpy(n_, -vec::dot(n_, weighed(j), y), vector(j), y);
    }

    void solve_by_minres(std::int64_t i, const T* b, T* w) {
        const auto K = make_operator<T>(n_, n_, [this, i](VectorView<const T> x, VectorView<T> y) {
            vec::copy(x, t_.data());
            remove_vectors(t_.data());
            apply_shifted(i, t_.data(), y.data());
            remove_weighed(y.data());
        });
        MinresQlpOptions<T> options;
        options.tolerance = options_.tolerance / 2;
        options.max_iterations = options_.max_iterations;
        options.record_history = false;
        options.stop = options_.stop;
        Operator<T> preconditioner;
        if (options_.preconditioner) {
            preconditioner = make_operator<T>(n_, n_, [this](VectorView<const T> x, VectorView<T> y) {
                vec::copy(x, s_.data());
                remove_weighed(s_.data());
                options_.preconditioner.ref().apply(in(s_.data()), y);
                remove_vectors(y.data());
            });
            options.preconditioner = preconditioner;
        }
        MinresQlpWorkspace<T> work(n_);
        const auto report = tamis::detail::minres_qlp<T>(K.ref(), in(b), out(w), work, options);
        finish(report);
    }

    /// From the left by (A − σB)⁻¹: (I − (λ − σ)(A − σB)⁻¹B) w = (A − σB)⁻¹ b, whose eigenvalues gather at 1.
    void solve_by_inverse(std::int64_t i, const T* b, double, T* w) {
        const Sum<T> distance(options_.sigma - value(i));
        const auto K = make_operator<T>(n_, n_, [this, distance](VectorView<const T> x, VectorView<T> y) {
            vec::copy(x, t_.data());
            remove_vectors(t_.data());
            if (has_mass()) pairs_.B.apply(in(t_.data()), out(s_.data()));
            options_.inverse.ref().apply(in((has_mass() ? s_ : t_).data()), y);
            vec::xpby(n_, t_.data(), distance, y.data());
            remove_vectors(y.data());
        });
        Array<T> rhs(n_, uninitialized);
        options_.inverse.ref().apply(in(b), out(rhs.data()));
        remove_vectors(rhs.data());
        GmresOptions<T> options;
        options.tolerance = options_.tolerance * 1e-2;
        options.max_iterations = options_.max_iterations;
        options.record_history = false;
        options.stop = options_.stop;
        GmresWorkspace<T> work(n_);
        finish(tamis::detail::gmres<T>(K.ref(), in(rhs.data()), out(w), work, options));
    }

    void finish(const IterationReport& report) {
        effort_.iterations += report.iterations;
        last_status_ = report.status == Status::converged ? Status::stagnated : report.status;
        if (report.status == Status::cancelled) throw Cancelled(std::string(pairs_.what) + ": a stop was requested");
    }

    const EigenPairs<T>& pairs_;
    const EigshDerivativeOptions<T>& options_;
    std::int64_t n_;
    std::int64_t k_;
    Array<T> V_;
    Array<T> BV_;
    Array<T> t_;  // scratch of the operators
    Array<T> s_;
    double scale_ = 0;
    double norm_of_mass_ = 1;
    double cluster_ = 0;
    double gauge_ = 0;
    SolveEffort effort_;
    Status last_status_ = Status::stagnated;
};

[[noreturn]] void throw_gauge(const char* what, std::int64_t i, std::int64_t j, double part, double size) {
    const std::string by = " by " + number(part) + " of " + number(size);
    if (i == j)
        throw InvalidArgument(std::string(what) + ": the loss depends on the phase of eigenvector " + std::to_string(i) +
                              by +
                              ", which eigsh does not fix; use what is free of it, such as v v^H or |v|, or allow that "
                              "part to be dropped by gauge_tolerance");
    throw InvalidArgument(std::string(what) + ": the eigenvalues " + std::to_string(j) + " and " + std::to_string(i) +
                          " are equal up to cluster_tolerance, and the loss depends on the choice of their vectors" + by +
                          "; use what is the same for all of them, such as V V^H and the sum of the eigenvalues, or allow "
                          "that part to be dropped by gauge_tolerance");
}

template <class T>
void check_cotangents(const EigenPairs<T>& pairs, VectorView<const Real<T>> values_bar, MatrixView<const T> vectors_bar) {
    const auto k = pairs.vectors.cols();
    if (values_bar.size() != 0)
        check_operand<Real<T>>(pairs.what, "the cotangent of the values", k, 1, MatrixView<const Real<T>>(values_bar));
    if (vectors_bar.cols() != 0)
        check_operand<T>(pairs.what, "the cotangent of the vectors", pairs.vectors.rows(), k, vectors_bar);
}

}  // namespace

template <class T>
SolveEffort eigsh_cotangents(const EigenPairs<T>& pairs, VectorView<const Real<T>> values_bar,
                             MatrixView<const T> vectors_bar, const EigshDerivativeOptions<T>& options, MatrixView<T> U_A,
                             MatrixView<T> U_B) {
    check_cotangents(pairs, values_bar, vectors_bar);
    Deflated<T> D(pairs, options);
    const auto n = D.order();
    const auto k = D.count();
    const bool has_vectors = vectors_bar.cols() != 0;
    const auto at = [k](std::int64_t j, std::int64_t i) { return static_cast<std::size_t>(i * k + j); };
    const auto lambda_bar = [&](std::int64_t i) {
        return values_bar.size() != 0 ? static_cast<double>(values_bar[i]) : 0.0;
    };
    std::vector<Sum<T>> C(static_cast<std::size_t>(k * k));
    std::vector<double> sizes(static_cast<std::size_t>(k));
    Array<T> g(n, uninitialized);
    for (std::int64_t i = 0; i < k; ++i) {
        vec::zero(n, U_A.data() + i * U_A.col_stride());
        if (!has_vectors) continue;
        vec::copy(vectors_bar.col(i), g.data());
        sizes[static_cast<std::size_t>(i)] = vec::norm(n, g.data());
        for (std::int64_t j = 0; j < k; ++j) C[at(j, i)] = vec::dot(n, D.vector(j), g.data());
        if (sizes[static_cast<std::size_t>(i)] > 0) D.solve(i, g.data(), U_A.data() + i * U_A.col_stride());
    }
    double most_bar = 0;
    for (std::int64_t i = 0; i < k; ++i) most_bar = std::max(most_bar, std::abs(lambda_bar(i)));
    if (U_B.cols() != 0)
        for (std::int64_t i = 0; i < k; ++i)
            vec::scaled(n, Sum<T>(-D.value(i)), U_A.data() + i * U_A.col_stride(), U_B.data() + i * U_B.col_stride());
    for (std::int64_t i = 0; i < k; ++i) {
        for (std::int64_t j = 0; j < k; ++j) {
            const Sum<T> difference = C[at(j, i)] - tamis::detail::conjugate(C[at(i, j)]);
            const Sum<T> sum = C[at(j, i)] + tamis::detail::conjugate(C[at(i, j)]);
            Sum<T> quotient(0);
            if (D.equal(i, j)) {
                const double size = std::hypot(sizes[static_cast<std::size_t>(i)], sizes[static_cast<std::size_t>(j)]);
                if (std::abs(difference) > D.gauge() * size) throw_gauge(pairs.what, i, j, std::abs(difference), size);
                const double gap = std::abs(lambda_bar(i) - lambda_bar(j));
                if (gap > D.gauge() * most_bar) throw_gauge(pairs.what, i, j, gap, most_bar);
            } else {
                quotient = difference / (D.value(i) - D.value(j));
            }
            const Sum<T> diagonal(i == j ? lambda_bar(i) : 0.0);
            vec::axpy(n, diagonal + 0.5 * quotient, D.vector(j), U_A.data() + i * U_A.col_stride());
            if (U_B.cols() != 0)
                vec::axpy(n, -D.value(i) * diagonal - 0.25 * (D.value(i) + D.value(j)) * quotient - 0.25 * sum, D.vector(j),
                          U_B.data() + i * U_B.col_stride());
        }
    }
    return D.effort();
}

template <class T>
SolveEffort eigsh_tangents(const EigenPairs<T>& pairs, MatrixView<const T> A_dot_V, MatrixView<const T> B_dot_V,
                           const EigshDerivativeOptions<T>& options, VectorView<Real<T>> values_dot,
                           MatrixView<T> vectors_dot) {
    const auto k = pairs.vectors.cols();
    check_operand<T>(pairs.what, "A_dot V", pairs.vectors.rows(), k, A_dot_V);
    if (B_dot_V.cols() != 0) check_operand<T>(pairs.what, "B_dot V", pairs.vectors.rows(), k, B_dot_V);
    Deflated<T> D(pairs, options);
    const auto n = D.order();
    Array<T> r(n, uninitialized);
    Array<T> b(B_dot_V.cols() != 0 ? n : 0, uninitialized);
    for (std::int64_t i = 0; i < k; ++i) {
        T* const v_dot = vectors_dot.data() + i * vectors_dot.col_stride();
        vec::copy(A_dot_V.col(i), r.data());
        double size = vec::norm(n, r.data());
        Sum<T> stretch(0);
        if (B_dot_V.cols() != 0) {
            vec::copy(B_dot_V.col(i), b.data());
            vec::axpy(n, Sum<T>(-D.value(i)), b.data(), r.data());
            stretch = Sum<T>(-0.5 * tamis::detail::real_part(vec::dot(n, D.vector(i), b.data())));
            size += std::abs(D.value(i)) * vec::norm(n, b.data());
        }
        D.solve(i, r.data(), v_dot);
        for (std::int64_t j = 0; j < k; ++j) {
            const Sum<T> c = vec::dot(n, D.vector(j), r.data());
            if (j == i) {
                values_dot[i] = static_cast<Real<T>>(tamis::detail::real_part(c));
                vec::axpy(n, stretch, D.vector(j), v_dot);
            } else if (!D.equal(i, j)) {
                vec::axpy(n, c / (D.value(i) - D.value(j)), D.vector(j), v_dot);
            } else if (std::abs(c) > D.gauge() * size) {
                throw InvalidArgument(
                    std::string(pairs.what) + ": the eigenvalues " + std::to_string(std::min(i, j)) + " and " +
                    std::to_string(std::max(i, j)) +
                    " are equal up to cluster_tolerance, and A_dot turns their vectors into each other, by " +
                    number(std::abs(c)) + "; they have no derivatives one by one");
            }
        }
    }
    for (std::int64_t i = 0; i < k; ++i)
        for (std::int64_t j = 0; j < i; ++j)
            if (D.equal(i, j)) {
                const double gap = std::abs(static_cast<double>(values_dot[i]) - static_cast<double>(values_dot[j]));
                const double most =
                    std::max(std::abs(static_cast<double>(values_dot[i])), std::abs(static_cast<double>(values_dot[j])));
                if (gap > D.gauge() * most)
                    throw InvalidArgument(std::string(pairs.what) + ": the eigenvalues " + std::to_string(j) + " and " +
                                          std::to_string(i) +
                                          " are equal up to cluster_tolerance, and A_dot splits them, by " + number(gap) +
                                          "; sorted eigenvalues have no derivative there");
            }
    return D.effort();
}

#define TAMIS_INSTANTIATE(T)                                                                                    \
    template SolveEffort eigsh_cotangents(const EigenPairs<T>&, VectorView<const Real<T>>, MatrixView<const T>, \
                                          const EigshDerivativeOptions<T>&, MatrixView<T>, MatrixView<T>);      \
    template SolveEffort eigsh_tangents(const EigenPairs<T>&, MatrixView<const T>, MatrixView<const T>,         \
                                        const EigshDerivativeOptions<T>&, VectorView<Real<T>>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
