#include <tamis/iterative/functions/expm_multiply.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/functions/krylov_exponential.hpp"
#include "iterative/functions/stored_hermitian.hpp"
#include "iterative/functions/taylor_exponential.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t kept_lanczos_vectors = 64;
constexpr std::int64_t most_arnoldi_vectors = 40;

/// Which method does it, and that method.
template <class T>
class Exponential {
  public:
    /// For times up to `t` in modulus (t itself has the direction of the farthest), and so many columns.
    Exponential(const EigenOperand<T>& A, const ExpmMultiplyOptions& options, Sum<T> t, std::int64_t columns)
        : A_(A),
          options_(options) {
        if (options.subspace < 0 || options.subspace == 1)
            throw InvalidArgument("expm_multiply: subspace must be 0 or at least 2, got " +
                                  std::to_string(options.subspace));
        bool krylov = options.method == ExpmMethod::krylov;
        if (options.method == ExpmMethod::taylor || (!krylov && (A.is_stored() || A.ref().has_adjoint()))) {
            taylor_ = std::make_unique<TaylorExponential<T>>(A, options.stop);
            krylov = options.method == ExpmMethod::automatic && is_krylov_cheaper(t, columns);
        } else {
            krylov = true;
            check_stored_entries(A);
        }
        if (!krylov) return;
        taylor_.reset();
        if (is_stored_hermitian(A))
            krylov_ = lanczos_exponential_space<T>(A.ref(), options.subspace > 0 ? options.subspace : kept_lanczos_vectors,
                                                   options.stop);
        else
            krylov_ = arnoldi_exponential_space<T>(A.ref(), options.subspace > 0 ? options.subspace : most_arnoldi_vectors,
                                                   options.stop);
    }

    /// Null for the Krylov method.
    [[nodiscard]] TaylorExponential<T>* taylor() noexcept { return taylor_.get(); }
    /// exp(t[k] A) b to X[k], t on one ray, ascending by modulus; for the Krylov method.
    void along(const T* b, const std::vector<Sum<T>>& t, const std::vector<T*>& X) {
        steps_ += exponential_along<T>(*krylov_, A_.rows(), b, t, X);
    }
    void report() const {
        if (options_.report == nullptr) return;
        *options_.report = taylor_ != nullptr ? ExpmReport{ExpmMethod::taylor, taylor_->steps(), taylor_->matvecs()}
                                              : ExpmReport{ExpmMethod::krylov, steps_, krylov_->matvecs()};
    }

  private:
    /// By products: those of the series are as many as for a large |t|‖A − μI‖₁, those of the processes follow from the
    /// bounds of Hochbruck and Lubich. Nothing is estimated by products for that: they could be more than the answer takes.
    [[nodiscard]] bool is_krylov_cheaper(Sum<T> t, std::int64_t columns) {
        if (!A_.is_stored()) return false;
        const double reach = taylor_->radius() * std::abs(t);
        const double of_taylor = reach * most_taylor_terms / taylor_theta<T>().back();
        constexpr double worth_asking = 100;
        if (!(of_taylor >= worth_asking)) return false;
        const auto n = static_cast<double>(A_.rows());
        const double entries = stored_entries();
        // A block's columns share what is read of A.
        const double taylor_cost = of_taylor * (entries * (columns > 1 ? 0.5 : 1) + 6 * n);
        if (is_stored_hermitian(A_)) {
            const double oscillation = taylor_->radius() * std::abs(static_cast<double>(imag_part(t)));
            const double steps = 20 + std::min(std::sqrt(100 * reach), 1.4 * reach) + oscillation;
            // One space of up to 1000 vectors reaches so far.
            const double spaces = std::max({1.0, oscillation / 800, reach / 9000});
            const double in_each = std::min(steps / spaces, 1000.0);
            const double products = spaces * (2 * in_each - std::min(in_each, static_cast<double>(kept_lanczos_vectors)));
            const double small = 0.5 * spaces * in_each * in_each * in_each;
            return 1.2 * products * (entries + 8 * n) + small < 0.8 * taylor_cost;
        }
        const double steps = 2 * reach + static_cast<double>(most_arnoldi_vectors);
        return steps * (entries + 70 * n + 2e5) < 0.6 * taylor_cost;
    }
    [[nodiscard]] double stored_entries() const {
        return std::visit(
            []<class S>(const S& stored) -> double {
                if constexpr (std::same_as<S, std::monostate>) return 0;
                else if constexpr (std::same_as<S, MatrixView<const T>>)
                    return static_cast<double>(stored.rows()) * static_cast<double>(stored.cols());
                else return static_cast<double>(stored.nnz());
            },
            A_.stored());
    }

    const EigenOperand<T>& A_;
    const ExpmMultiplyOptions& options_;
    std::unique_ptr<TaylorExponential<T>> taylor_;
    std::unique_ptr<ExponentialSpace<T>> krylov_;
    std::int64_t steps_ = 0;
};

template <class T>
void check_exponential_input(MatrixView<const T> B) {
    for (std::int64_t j = 0; j < B.cols(); ++j)
        for (std::int64_t i = 0; i < B.rows(); ++i)
            if (!is_finite(B(i, j)))
                throw InvalidArgument("expm_multiply: b has an entry that is not finite at (" + std::to_string(i) + ", " +
                                      std::to_string(j) + ")");
}

}  // namespace

void check_exponential(std::int64_t rows, std::int64_t cols, std::int64_t b_rows) {
    if (rows != cols)
        throw DimensionMismatch("expm_multiply: A must be square, but has " + std::to_string(rows) + " rows and " +
                                    std::to_string(cols) + " columns",
                                rows, cols);
    if (b_rows != cols)
        throw DimensionMismatch(
            "expm_multiply: b has " + std::to_string(b_rows) + " rows, but A has " + std::to_string(cols) + " columns", cols,
            b_rows);
}

template <class T>
void expm_multiply(const EigenOperand<T>& A, MatrixView<const T> B, Sum<T> t, MatrixView<T> F,
                   const ExpmMultiplyOptions& options) {
    if (!is_finite(t)) throw InvalidArgument("expm_multiply: t is not finite");
    check_exponential_input(B);
    const std::int64_t n = B.rows(), n0 = B.cols();
    if (n == 0 || n0 == 0) return;
    Exponential<T> exponential(A, options, t, n0);
    if (TaylorExponential<T>* const taylor = exponential.taylor()) {
        Array<T> f(n * n0, uninitialized);
        for (std::int64_t j = 0; j < n0; ++j) vec::copy<T>(B.col(j), f.data() + j * n);
        taylor->advance(t, n0, f.data());
        for (std::int64_t j = 0; j < n0; ++j) vec::copy<T>(f.data() + j * n, F.col(j));
    } else {
        Array<T> b(n, uninitialized), f(n, uninitialized);
        for (std::int64_t j = 0; j < n0; ++j) {
            vec::copy<T>(B.col(j), b.data());
            exponential.along(b.data(), {t}, {f.data()});
            vec::copy<T>(f.data(), F.col(j));
        }
    }
    exponential.report();
}

template <class T>
void expm_multiply(const EigenOperand<T>& A, VectorView<const T> b, VectorView<const Sum<T>> times, MatrixView<T> X,
                   const ExpmMultiplyOptions& options) {
    check_exponential_input<T>(MatrixView<const T>(b));
    const std::int64_t n = b.size(), count = times.size();
    double farthest = 0;
    Sum<T> unit = 1;
    for (std::int64_t k = 0; k < count; ++k) {
        if (!is_finite(times[k]))
            throw InvalidArgument("expm_multiply: times has an entry that is not finite at " + std::to_string(k));
        if (std::abs(times[k]) > farthest) {
            farthest = std::abs(times[k]);
            unit = times[k] / farthest;
        }
    }
    if (n == 0 || count == 0) return;
    if (real_part(unit) < 0) unit = -unit;

    // Times on one line through 0 are t = r·unit with a real r.
    bool on_line = true;
    std::vector<double> r(static_cast<std::size_t>(count));
    for (std::int64_t k = 0; k < count; ++k) {
        const double along = static_cast<double>(real_part(conjugate(unit) * times[k]));
        r[static_cast<std::size_t>(k)] = along;
        on_line = on_line && std::abs(times[k] - along * unit) <= 4 * epsilon_v<double> * farthest;
    }
    Exponential<T> exponential(A, options, farthest * unit, 1);
    TaylorExponential<T>* const taylor = exponential.taylor();
    if (!on_line) {
        Array<T> f(n, uninitialized);
        for (std::int64_t k = 0; k < count; ++k) {
            vec::copy<T>(b, f.data());
            if (taylor != nullptr) {
                taylor->advance(times[k], 1, f.data());
                vec::copy<T>(f.data(), X.col(k));
            } else {
                exponential.along(f.data(), {times[k]}, {X.col(k).data()});
            }
        }
        exponential.report();
        return;
    }

    // Outward from 0 on either side: a way that crossed 0 would first let grow what it then lets decay.
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    const auto at = [&](std::int64_t k) { return r[static_cast<std::size_t>(k)]; };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t c) {
        if ((at(a) < 0) != (at(c) < 0)) return at(a) < 0;
        return std::abs(at(a)) < std::abs(at(c));
    });
    const auto negative = std::find_if(order.begin(), order.end(), [&](std::int64_t k) { return !(at(k) < 0); });
    const auto go = [&](auto first, auto last) {
        const std::int64_t q = last - first - 1;
        if (q < 0) return;
        const auto column = [&](std::int64_t k) { return X.col(first[k]).data(); };
        if (taylor == nullptr) {
            Array<T> start(n, uninitialized);
            vec::copy<T>(b, start.data());
            std::vector<Sum<T>> t;
            std::vector<T*> out;
            for (std::int64_t k = 0; k <= q; ++k) {
                t.push_back(at(first[k]) * unit);
                out.push_back(column(k));
            }
            exponential.along(start.data(), t, out);
            return;
        }
        vec::copy<T>(b, column(0));
        taylor->advance(at(first[0]) * unit, 1, column(0));
        const double start = at(first[0]);
        const double h = q > 0 ? (at(first[q]) - start) / static_cast<double>(q) : 0;
        bool equal = q > 1 && h != 0;
        for (std::int64_t k = 1; k < q && equal; ++k)
            equal = std::abs(at(first[k]) - (start + static_cast<double>(k) * h)) <= 4 * epsilon_v<double> * farthest;
        if (equal) {
            taylor->advance_equally(h * unit, q, column);
        } else {
            for (std::int64_t k = 1; k <= q; ++k) {
                vec::copy(n, static_cast<const T*>(column(k - 1)), column(k));
                taylor->advance((at(first[k]) - at(first[k - 1])) * unit, 1, column(k));
            }
        }
    };
    go(order.begin(), negative);
    go(negative, order.end());
    exponential.report();
}

#define TAMIS_INSTANTIATE(T)                                                                                             \
    template void expm_multiply<T>(const EigenOperand<T>&, MatrixView<const T>, Sum<T>, MatrixView<T>,                   \
                                   const ExpmMultiplyOptions&);                                                          \
    template void expm_multiply<T>(const EigenOperand<T>&, VectorView<const T>, VectorView<const Sum<T>>, MatrixView<T>, \
                                   const ExpmMultiplyOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
