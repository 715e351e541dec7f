// Private: random vectors, the products with them, and what their samples say of a trace.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/iterative/functions/stochastic_trace.hpp>

#include "core/random.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// The mean of samples and its standard error; `total` is what samples of unit vectors sum to.
class SampleMean {
  public:
    void add(double sample) {
        ++count_;
        const double before = mean_;
        mean_ += (sample - mean_) / static_cast<double>(count_);
        squares_ += (sample - before) * (sample - mean_);
    }
    [[nodiscard]] double mean() const noexcept { return mean_; }
    [[nodiscard]] double total() const noexcept { return mean_ * static_cast<double>(count_); }
    [[nodiscard]] double standard_error() const noexcept {
        const auto n = static_cast<double>(count_);
        return count_ > 1 ? std::sqrt(squares_ / (n - 1) / n) : 0;
    }

  private:
    std::int64_t count_ = 0;
    double mean_ = 0;
    double squares_ = 0;
};

template <class T>
class TraceSampler {
  public:
    TraceSampler(const char* name, const EigenOperand<T>& A, const StochasticTraceOptions& options, std::int64_t least)
        : name_(name),
          A_(A.ref()),
          n_(A.rows()),
          options_(options),
          exact_(options.samples >= n_) {
        if (A.rows() != A.cols())
            throw DimensionMismatch(name_ + ": A must be square, but has " + std::to_string(A.rows()) + " rows and " +
                                        std::to_string(A.cols()) + " columns",
                                    A.rows(), A.cols());
        if (options.samples < least)
            throw InvalidArgument(name_ + ": samples must be at least " + std::to_string(least) + ", got " +
                                  std::to_string(options.samples));
        if (!(options.tolerance >= 0))
            throw InvalidArgument(name_ + ": tolerance must be at least 0, got " + std::to_string(options.tolerance));
        if (options.lanczos_steps < 1)
            throw InvalidArgument(name_ + ": lanczos_steps must be at least 1, got " +
                                  std::to_string(options.lanczos_steps));
    }

    /// Unit vectors take the place of random ones.
    [[nodiscard]] bool exact() const noexcept { return exact_; }
    [[nodiscard]] std::int64_t vectors() const noexcept { return exact_ ? n_ : options_.samples; }
    [[nodiscard]] std::int64_t n() const noexcept { return n_; }
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The k-th vector.
    void fill(std::int64_t k, T* z) const {
        if (exact_) {
            vec::zero(n_, z);
            z[k] = T(1);
        } else {
            signs(k, z);
        }
    }
    void signs(std::int64_t k, T* z) const {
        const std::uint64_t stream = random_stream(options_.seed, static_cast<std::uint64_t>(k));
        for (std::int64_t i = 0; i < n_; ++i)
            z[i] = (random_bits(stream, static_cast<std::uint64_t>(i)) >> 63) != 0 ? T(1) : T(-1);
    }
    [[nodiscard]] const OperatorRef<T>& ref() const noexcept { return A_; }
    /// Products that were done elsewhere.
    void count_products(std::int64_t m) noexcept { matvecs_ += m; }
    void check_stop() const {
        if (options_.stop.stop_requested()) throw Cancelled(name_ + ": stopped on request");
    }
    void apply(const T* X, T* Y, std::int64_t m) {
        check_stop();
        A_.apply(MatrixView<const T>(X, n_, m), MatrixView<T>(Y, n_, m));
        matvecs_ += m;
    }
    void check(double value) const {
        if (!std::isfinite(value)) throw InvalidArgument(name_ + ": a product with A is not finite");
    }

  private:
    std::string name_;
    OperatorRef<T> A_;
    std::int64_t n_;
    const StochasticTraceOptions& options_;
    bool exact_;
    std::int64_t matvecs_ = 0;
};

/// What rounding leaves uncertain, for sums of this size.
template <class T>
double rounding_of(double size) {
    return 16 * static_cast<double>(epsilon_v<T>) * size;
}

}  // namespace tamis::detail
