#include <tamis/iterative/precond/chebyshev.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/multiply.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/state.hpp"
#include "iterative/process/tridiagonal.hpp"
#include "iterative/scratch_pool.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
void multiply(const Csr<T, I>& B, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta) {
    multiply<T, I>(B.view(), Operation::none, X, Y, alpha, beta, "Chebyshev::apply");
}

template <class T, class I>
class ChebyshevState final : public PreconditionerState<T> {
  public:
    ChebyshevState(Csr<T, I> B, Array<Real<T>> scale)
        : PreconditionerState<T>("Chebyshev", B.rows()),
          B_(std::move(B)),
          scale_(std::move(scale)) {}
    void set(std::int64_t degree, double lower, double upper) noexcept {
        degree_ = degree;
        theta_ = (upper + lower) / 2;
        delta_ = (upper - lower) / 2;
    }
    [[nodiscard]] const Csr<T, I>& B() const noexcept { return B_; }
    [[nodiscard]] std::int64_t nonzeros() const noexcept override { return B_.nnz() + scale_.size(); }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return B_.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) +
               (B_.rows() + 1) * static_cast<std::int64_t>(sizeof(I)) +
               scale_.size() * static_cast<std::int64_t>(sizeof(Real<T>));
    }
    /// Saad's Algorithm 12.1 from x₀ = 0, for B x = D^(−1/2) X.
    void apply(bool, MatrixView<const T> X, MatrixView<T> Y) const override {
        using R = Real<T>;
        const std::int64_t n = B_.rows();
        const std::int64_t k = X.cols();
        typename ScratchPool<T>::Lease scratch(pool_, 3 * n * k);
        T* const r = scratch.data();
        T* const d = r + n * k;
        T* const x = d + n * k;
        const auto first = static_cast<R>(1 / theta_);
        for (std::int64_t j = 0; j < k; ++j) {
            for_each_row(n, n, [&, at = j * n](std::int64_t i) {
                const T b = scale_[i] * X(i, j);
                r[at + i] = b;
                x[at + i] = d[at + i] = first * b;
            });
        }
        double rho = delta_ / theta_;
        for (std::int64_t step = 1; step <= degree_; ++step) {
            multiply<T, I>(B_, MatrixView<const T>(d, n, k), MatrixView<T>(r, n, k), T(-1), T(1));
            // 2ρ′/δ and ρ′ρ with ρ′ = 1 / (2σ − ρ), σ = θ/δ, so that δ may be 0.
            const double denominator = 2 * theta_ - delta_ * rho;
            const auto of_r = static_cast<R>(2 / denominator);
            const auto of_d = static_cast<R>(delta_ / denominator * rho);
            rho = delta_ / denominator;
            for_each_row(n * k, n * k, [=](std::int64_t i) {
                d[i] = of_d * d[i] + of_r * r[i];
                x[i] += d[i];
            });
        }
        for (std::int64_t j = 0; j < k; ++j)
            for_each_row(n, n, [&, at = j * n](std::int64_t i) { Y(i, j) = scale_[i] * x[at + i]; });
    }

  private:
    Csr<T, I> B_;
    Array<Real<T>> scale_;  // D^(−1/2)
    std::int64_t degree_ = 0;
    double theta_ = 1;
    double delta_ = 0;
    mutable ScratchPool<T> pool_;
};

/// D^(−1/2) A D^(−1/2), whose diagonal is 1.
template <class T, class I>
Csr<T, I> scaled(CsrView<T, I> major, bool row_major, const Array<double>& scale) {
    Array<T> values(major.nnz(), uninitialized);
    for (std::int64_t i = 0; i < major.rows(); ++i) {
        for (auto q = static_cast<std::size_t>(major.row_offsets()[static_cast<std::size_t>(i)]);
             q < static_cast<std::size_t>(major.row_offsets()[static_cast<std::size_t>(i) + 1]); ++q) {
            const auto j = static_cast<std::int64_t>(major.col_indices()[q]);
            const auto v = scale[i] * (scale[j] * compute_t<T>(major.values()[q]));
            values[static_cast<std::int64_t>(q)] = i == j ? T(1) : static_cast<T>(row_major ? v : conjugate(v));
        }
    }
    return {unchecked,        major.rows(), major.cols(), Array<I>(major.row_offsets()), Array<I>(major.col_indices()),
            std::move(values)};
}

struct Bounds {
    double lower;
    double upper;
};

template <class T, class I>
Bounds ritz_bounds(const Csr<T, I>& B, std::int64_t steps) {
    const std::int64_t n = B.rows();
    steps = std::min(steps, n);
    Array<T> memory(3 * n, uninitialized);
    T* v = memory.data();
    T* w = v + n;
    T* old = w + n;
    for (std::int64_t i = 0; i < n; ++i) v[i] = uniform<T>(0x7a6d15, static_cast<std::uint64_t>(i));
    vec::scale(n, Sum<T>(1 / vec::norm(n, v)), v);
    Tridiagonal tridiagonal;
    double beta = 0;
    bool exhausted = false;  // the Ritz values are eigenvalues
    for (std::int64_t j = 0; j < steps; ++j) {
        multiply<T, I>(B, MatrixView<const T>(v, n, 1), MatrixView<T>(w, n, 1), T(1), T(0));
        if (j > 0) vec::axpy(n, Sum<T>(-beta), old, w);
        const double alpha = real_part(vec::dot(n, v, w));
        beta = vec::axpy_norm(n, Sum<T>(-alpha), v, w);
        tridiagonal.append(alpha, beta);
        exhausted = !(beta > 16 * static_cast<double>(epsilon_v<T>) * std::abs(alpha));
        if (exhausted) break;
        vec::scale(n, Sum<T>(1 / beta), w);
        std::swap(old, v);
        std::swap(v, w);
    }
    double widest_row = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        double sum = 0;
        for (const auto [j, value] : B.row(i)) sum += std::abs(value);
        widest_row = std::max(widest_row, sum);
    }
    // A few steps find the largest eigenvalues well and the smallest ones not at all.
    const double smallest = tridiagonal.smallest();
    return {smallest > 0 && !exhausted ? smallest / 4 : smallest, std::min(tridiagonal.largest() + beta, widest_row)};
}

void check_options(const ChebyshevOptions& o) {
    const auto refuse = [](const char* name, const std::string& value, const char* right) {
        throw InvalidArgument(std::string("Chebyshev: ") + name + " is " + value + "; it must be " + right);
    };
    if (o.degree < 0) refuse(".degree", std::to_string(o.degree), "at least 0");
    if (o.lanczos_steps < 1) refuse(".lanczos_steps", std::to_string(o.lanczos_steps), "at least 1");
    if (!(o.lower >= 0 && std::isfinite(o.lower))) refuse(".lower", std::to_string(o.lower), "positive, or 0 to be found");
    if (!(o.upper >= 0 && std::isfinite(o.upper))) refuse(".upper", std::to_string(o.upper), "positive, or 0 to be found");
    if (o.upper > 0 && o.lower > o.upper) refuse(".lower", std::to_string(o.lower), "at most .upper");
}

}  // namespace

template <class T, class I>
WithBounds<T> make_chebyshev(CsrView<T, I> major, bool row_major, const ChebyshevOptions& options) {
    check_options(options);
    check_hermitian_preconditioned("Chebyshev", major, row_major, "Ilu0");
    const std::int64_t n = major.rows();
    Array<T> diagonal_of_a(n, uninitialized);
    diagonal<T, I>(major, VectorView<T>(diagonal_of_a.data(), n));
    Array<double> scale(n, uninitialized);
    Array<Real<T>> rounded(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) {
        scale[i] = 1 / std::sqrt(static_cast<double>(real_part(diagonal_of_a[i])));
        rounded[i] = static_cast<Real<T>>(scale[i]);
    }
    const auto state = std::make_shared<ChebyshevState<T, I>>(scaled(major, row_major, scale), std::move(rounded));
    if (n == 0) return {state, 1, 1};
    Bounds found{options.lower, options.upper};
    if (options.lower == 0 || options.upper == 0) {
        const Bounds ritz = ritz_bounds(state->B(), options.lanczos_steps);
        if (!(ritz.lower > -64 * static_cast<double>(epsilon_v<T>) * ritz.upper))
            throw NotPositiveDefinite(
                "Chebyshev: the matrix is not positive definite: scaled to a unit diagonal it has an "
                "eigenvalue of at most " +
                    std::to_string(ritz.lower) + "; use Ilu0 or Ilut",
                -1);
        if (options.upper == 0) found.upper = std::max(ritz.upper, options.lower);
        // Further down the polynomial would be small on all of the interval only by being small nowhere.
        const double steps = static_cast<double>(options.degree + 1);
        if (options.lower == 0)
            found.lower = std::min(std::max(ritz.lower, 0.1 / (steps * steps) * found.upper), found.upper);
    }
    state->set(options.degree, found.lower, found.upper);
    return {state, found.lower, found.upper};
}

#define TAMIS_INSTANTIATE(T, I) template WithBounds<T> make_chebyshev(CsrView<T, I>, bool, const ChebyshevOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
