#include <tamis/iterative/krylov/block_cg.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/process/small_cholesky.hpp"
#include "iterative/vector_ops.hpp"

// Letters are those of Ji and Li: P has orthonormal columns that span M R + P β, Q = A P, Γ = Pᴴ Q, α = Γ⁻¹ Pᴴ R,
// β = −Γ⁻¹ Qᴴ M R. Columns that have converged take part in the updates but make no new directions.
namespace tamis {

namespace detail {
namespace {

/// Γ or its factor, and one column of coefficients.
constexpr std::int64_t block_cg_scalars(std::int64_t k) noexcept {
    return k * k + 2 * k;
}
constexpr std::int64_t block_cg_norms(std::int64_t k) noexcept {
    return 4 * k;
}

template <class T>
class BlockCg {
  public:
    BlockCg(const OperatorRef<T>& A, MatrixView<const T> B, MatrixView<T> X_out, BlockCgWorkspace<T>& work,
            const BlockCgOptions<T>& options)
        : A_(A),
          M_(options.preconditioner.ref()),
          B_(B),
          out_(X_out),
          options_(options),
          n_(A.rows()),
          k_(B.cols()),
          small_(k_, nullptr) {
        check();
        auto& memory = work.memory();
        memory.open();
        X_ = memory.block(n_, k_);
        R_ = memory.block(n_, k_);
        P_ = memory.block(n_, k_);
        Q_ = memory.block(n_, k_);
        Z_ = memory.block(n_, k_);
        small_ = SmallCholesky<T>(k_, memory.scalars(k_ * k_));
        c_ = memory.scalars(k_);
        h_ = memory.scalars(k_);
        if (work.norms().size() < block_cg_norms(k_))
            throw InvalidArgument("block_cg: the workspace is too small for " + std::to_string(k_) + " right-hand sides");
        norm_ = work.norms().data();
        b_norm_ = norm_ + k_;
        best_ = b_norm_ + k_;
        target_ = best_ + k_;
        max_iterations_ = options.max_iterations > 0 ? options.max_iterations : automatic_iterations(n_);
    }

    BlockIterationReport solve() {
        if (begin()) {
            do {
                iterate();
            } while (!settle());
        }
        return report();
    }

  private:
    using S = Sum<T>;
    static constexpr double epsilon = static_cast<double>(epsilon_v<T>);

    void check() const {
        check_option("block_cg", "tolerance", options_.tolerance);
        check_option("block_cg", "absolute_tolerance", options_.absolute_tolerance);
        check_option("block_cg", "max_iterations", static_cast<double>(options_.max_iterations));
        check_option("block_cg", "time_limit", options_.time_limit.count());
        if (!A_) throw InvalidArgument("block_cg: the operator is empty");
        check_size("block_cg", "a row of A (which must be square)", A_.rows(), A_.cols());
        check_size("block_cg", "a right-hand side", n_, B_.rows());
        check_size("block_cg", "a solution", n_, out_.rows());
        check_size("block_cg", "a row of the solutions", k_, out_.cols());
        if (M_) {
            check_size("block_cg", "a column of the preconditioner", n_, M_.rows());
            check_size("block_cg", "a row of the preconditioner", n_, M_.cols());
        }
        if (options_.initial_guess) {
            check_size("block_cg", "a column of .initial_guess", n_, options_.initial_guess.view().rows());
            check_size("block_cg", "a row of .initial_guess", k_, options_.initial_guess.view().cols());
        }
        for (std::int64_t i = 0; i < k_; ++i)
            for (std::int64_t j = 0; j < k_; ++j)
                if (overlap<T>(B_.col(i), VectorView<const T>(out_.col(j))))
                    throw InvalidArgument("block_cg: the solutions must not share memory with the right-hand sides");
    }
    static MatrixView<T> view(VectorBlock<T> V, std::int64_t n, std::int64_t cols) { return {V.data, n, cols, 1, V.stride}; }
    void multiply(VectorBlock<T> V, VectorBlock<T> W, std::int64_t cols) {
        matvecs_ += cols;
        A_.apply(MatrixView<const T>(view(V, n_, cols)), view(W, n_, cols));
    }
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    void stop(Status status, const char* why) {
        status_ = status;
        why_ = std::string_view(why);
        ended_ = true;
    }
    [[nodiscard]] double largest(bool relative) const {
        double all = 0;
        for (std::int64_t j = 0; j < k_; ++j) {
            const double value = relative && b_norm_[j] > 0 ? norm_[j] / b_norm_[j] : norm_[j];
            if (!(value <= all)) all = value;
        }
        return all;
    }
    [[nodiscard]] bool converged() const {
        for (std::int64_t j = 0; j < k_; ++j)
            if (!(norm_[j] <= target_[j])) return false;
        return true;
    }
    /// R = B − A X.
    void residuals() {
        multiply(X_, R_, k_);
        for (std::int64_t j = 0; j < k_; ++j) norm_[j] = vec::residual(1.0, B_.col(j), R_[j]);
    }

    bool begin() {
        for (std::int64_t j = 0; j < k_; ++j) {
            b_norm_[j] = vec::norm(B_.col(j));
            target_[j] = std::max(options_.tolerance * b_norm_[j], options_.absolute_tolerance);
            best_[j] = std::numeric_limits<double>::infinity();
            if (options_.initial_guess && b_norm_[j] != 0) vec::copy(options_.initial_guess.view().col(j), X_[j]);
            else vec::zero(n_, X_[j]);
        }
        if (options_.initial_guess) {
            residuals();
        } else {
            for (std::int64_t j = 0; j < k_; ++j) {
                vec::zero(n_, R_[j]);
                norm_[j] = vec::residual(1.0, B_.col(j), R_[j]);
            }
        }
        if (options_.record_history) history_.push_back(largest(false));
        last_verified_ = largest(true);
        if (!std::isfinite(largest(false))) {
            stop(Status::not_finite, "a right-hand side, or the residual of the start, is not finite");
            for (std::int64_t j = 0; j < k_; ++j)
                if (!std::isfinite(norm_[j])) vec::zero(n_, X_[j]);
        } else if (!converged() && options_.stop.stop_requested()) {
            stop(Status::cancelled, "a stop was requested before the first iteration");
        }
        return !ended_ && !converged();
    }

    /// P = an orthonormal basis of the first `count` columns of Z; returns how many that are.
    std::int64_t orthonormal(std::int64_t count) {
        double largest = 0;
        for (std::int64_t j = 0; j < count; ++j) largest = std::max(largest, vec::norm(n_, Z_[j]));
        std::int64_t s = 0;
        for (std::int64_t j = 0; j < count; ++j) {
            vec::copy(n_, Z_[j], P_[s]);
            const double before = vec::norm(n_, P_[s]);
            if (!std::isfinite(before)) return -1;
            const double after = s == 0 ? before : orthogonalize(n_, P_, s, P_[s], h_).norm;
            if (!(after > 100 * epsilon * before) || !(before > 0)) continue;
            vec::scale(n_, S(1 / after), P_[s]);
            ++s;
        }
        return s;
    }
    /// Z = M R for the columns that have not converged; returns how many those are.
    std::int64_t precondition() {
        std::int64_t count = 0;
        const VectorBlock<T> gathered = M_ ? Q_ : Z_;
        for (std::int64_t j = 0; j < k_; ++j)
            if (!is_small(j)) vec::copy(n_, R_[j], gathered[count++]);
        if (M_ && count > 0) M_.apply(MatrixView<const T>(view(Q_, n_, count)), view(Z_, n_, count));
        return count;
    }
    [[nodiscard]] bool is_small(std::int64_t j) const {
        return norm_[j] <= std::max(target_[j], 0.01 * epsilon * b_norm_[j]);
    }

    void iterate() {
        std::int64_t s = orthonormal(precondition());
        while (!ended_) {
            if (s < 0) return stop(Status::not_finite, "the preconditioned residuals are not finite");
            if (s == 0) return stop(Status::breakdown, "the preconditioned residuals are 0: no direction is left to search");
            multiply(P_, Q_, s);
            for (std::int64_t i = 0; i < s; ++i)
                for (std::int64_t j = 0; j <= i; ++j) small_.at(i, j) = vec::dot(n_, P_[i], Q_[j]);
            double pivot = 0;
            switch (small_.factor(s, epsilon, pivot)) {
                case SmallCholesky<T>::Outcome::good: break;
                case SmallCholesky<T>::Outcome::zero:
                    return stop(Status::inconsistent,
                                "A is 0 to working precision along all search directions, and B not in its range");
                case SmallCholesky<T>::Outcome::indefinite:
                    return stop(Status::indefinite_operator,
                                "A is not positive definite (or not Hermitian) on the search directions");
                case SmallCholesky<T>::Outcome::not_finite: return stop(Status::not_finite, "A P is not finite");
            }
            for (std::int64_t j = 0; j < k_; ++j) {
                for (std::int64_t i = 0; i < s; ++i) c_[i] = vec::dot(n_, P_[i], R_[j]);
                small_.solve(s, c_);
                for (std::int64_t i = 0; i < s; ++i) h_[i] = -c_[i];
                vec::add_combination(n_, Q_, s, h_, R_[j]);
                const double norm = vec::norm(n_, R_[j]);
                if (!(norm <= norm_[j]) && norm_[j] < best_[j]) {
                    vec::copy(X_[j], out_.col(j));
                    best_[j] = norm_[j];
                }
                vec::add_combination(n_, P_, s, c_, X_[j]);
                norm_[j] = norm;
            }
            if (!step()) return;
            // The new directions: M R − P Γ⁻¹ Qᴴ M R. Z may stand in Q's memory's stead, so that Q is needed no more after
            // β.
            s = orthonormal(conjugate_directions(s));
        }
    }
    std::int64_t conjugate_directions(std::int64_t s) {
        std::int64_t count = 0;
        for (std::int64_t j = 0; j < k_; ++j) {
            if (is_small(j)) continue;
            T* const z = Z_[count++];
            if (M_) M_.apply(VectorView<const T>(R_[j], n_), VectorView<T>(z, n_));
            else vec::copy(n_, R_[j], z);
            for (std::int64_t i = 0; i < s; ++i) c_[i] = vec::dot(n_, Q_[i], z);
            small_.solve(s, c_);
            for (std::int64_t i = 0; i < s; ++i) c_[i] = -c_[i];
            vec::add_combination(n_, P_, s, c_, z);
        }
        return count;
    }

    bool step() {
        ++iterations_;
        const double norm = largest(false);
        if (options_.record_history) history_.push_back(norm);
        bool go_on = true;
        if (options_.callback) go_on = options_.callback(IterationInfo{iterations_, norm, seconds()});
        bool all_small = true;
        for (std::int64_t j = 0; j < k_; ++j) all_small = all_small && is_small(j);
        if (!std::isfinite(norm)) stop(Status::not_finite, "a residual norm is not finite");
        else if (!go_on) stop(Status::cancelled, "the callback asked to stop");
        else if (all_small) return false;  // for settle to look at
        else if (options_.stop.stop_requested()) stop(Status::cancelled, "a stop was requested");
        else if (options_.time_limit.count() > 0 && seconds() > options_.time_limit.count())
            stop(Status::time_limit, "the time limit is over");
        else if (iterations_ >= max_iterations_) stop(Status::max_iterations, "the iterations are used up");
        return !ended_;
    }

    /// True if this is the end; otherwise R is the true residual, from which the method goes on.
    bool settle() {
        if (ended_)
            for (std::int64_t j = 0; j < k_; ++j)
                if (!(norm_[j] <= best_[j]) && best_[j] < HUGE_VAL) vec::copy(VectorView<const T>(out_.col(j)), X_[j]);
        residuals();
        if (converged()) {
            status_ = Status::converged;
            return true;
        }
        if (ended_) return true;
        if (!std::isfinite(largest(false))) {
            stop(Status::not_finite, "a residual is not finite");
            return true;
        }
        const double measure = largest(true);
        unproductive_ = measure < 0.5 * last_verified_ ? 0 : unproductive_ + 1;
        last_verified_ = std::min(last_verified_, measure);
        if (unproductive_ > 2) stop(Status::stagnated, "the true residuals no longer fall");
        else if (iterations_ >= max_iterations_) stop(Status::max_iterations, "the iterations are used up");
        return ended_;
    }

    BlockIterationReport report() {
        BlockIterationReport r;
        for (std::int64_t j = 0; j < k_; ++j) vec::copy(X_[j], out_.col(j));
        r.status = status_;
        r.iterations = iterations_;
        r.matvecs = matvecs_;
        r.residual_norms = {norm_, static_cast<std::size_t>(k_)};
        r.residual_history = std::move(history_);
        char text[sizeof(Sentence)];
        const auto count = static_cast<long long>(iterations_);
        if (r.converged())
            std::snprintf(text, sizeof text, "block_cg converged in %lld iterations: the largest ‖b − A x‖ = %.3g", count,
                          largest(false));
        else
            std::snprintf(text, sizeof text,
                          "block_cg: %.*s; after %lld iterations the largest ‖b − A x‖ = %.3g (status: %.*s)",
                          static_cast<int>(why_.view().size()), why_.view().data(), count, largest(false),
                          static_cast<int>(to_string(status_).size()), to_string(status_).data());
        r.message = std::string_view(text);
        r.seconds = seconds();
        return r;
    }

    const OperatorRef<T>& A_;
    OperatorRef<T> M_;
    MatrixView<const T> B_;
    MatrixView<T> out_;
    const BlockCgOptions<T>& options_;
    std::int64_t n_;
    std::int64_t k_;
    SmallCholesky<T> small_;
    VectorBlock<T> X_, R_, P_, Q_, Z_;
    S* c_ = nullptr;
    S* h_ = nullptr;
    double* norm_ = nullptr;
    double* b_norm_ = nullptr;
    double* best_ = nullptr;  // of what out_ keeps
    double* target_ = nullptr;
    std::int64_t max_iterations_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::int64_t iterations_ = 0;
    std::int64_t matvecs_ = 0;
    std::vector<double> history_;
    double last_verified_ = 0;
    int unproductive_ = 0;
    bool ended_ = false;
    Status status_ = Status::converged;
    Sentence why_;
};

}  // namespace

template <class T>
BlockIterationReport block_cg(const OperatorRef<T>& A, MatrixView<const T> B, MatrixView<T> X, BlockCgWorkspace<T>& work,
                              const BlockCgOptions<T>& options) {
    return BlockCg<T>(A, B, X, work, options).solve();
}

#define TAMIS_INSTANTIATE(T)                                                                             \
    template BlockIterationReport block_cg<T>(const OperatorRef<T>&, MatrixView<const T>, MatrixView<T>, \
                                              BlockCgWorkspace<T>&, const BlockCgOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

template <class T>
BlockCgWorkspace<T>::BlockCgWorkspace(std::int64_t n, std::int64_t k)
    : memory_("BlockCgWorkspace", n, k < 0 ? k : 5 * k, detail::block_cg_scalars(std::max<std::int64_t>(k, 0))),
      norms_(detail::block_cg_norms(std::max<std::int64_t>(k, 0))) {}

#define TAMIS_INSTANTIATE(T) template class BlockCgWorkspace<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
