// What the options of all iterative methods have in common, stated as a concept; the handle for vectors inside options.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/iterative/callback.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis {

/// A vector inside an option struct, such as `.initial_guess`: refers to an lvalue (which must outlive the option), owns a
/// temporary, an evaluated Eigen expression, or a copy where the scalars differ. Copies share what is owned.
template <class T>
class VectorHandle {
    static_assert(Scalar<T>);

  public:
    /// None: tests as false.
    VectorHandle() noexcept = default;
    template <DenseArgument B>
        requires(!std::same_as<std::remove_cvref_t<B>, VectorHandle>)
    VectorHandle(B&& b) : given_(true) {
        using D = std::remove_cvref_t<B>;
        constexpr bool in_memory = std::same_as<dense_scalar_t<D>, T> && (detail::EigenStorage<D> || !detail::EigenDense<D>);
        if constexpr (in_memory && detail::may_view_v<B>) {
            view_ = VectorView<const T>(b);
        } else {
            const detail::DenseInput<T, D> in(b);
            auto copy = std::make_shared<const Vector<T>>(in.vector().eigen());
            view_ = VectorView<const T>(*copy);
            owned_ = std::move(copy);
        }
    }
    explicit operator bool() const noexcept { return given_; }
    [[nodiscard]] const VectorView<const T>& view() const noexcept { return view_; }
    [[nodiscard]] std::int64_t size() const noexcept { return view_.size(); }

  private:
    VectorView<const T> view_;
    std::shared_ptr<const void> owned_;
    bool given_ = false;
};

/// Where a preconditioner M stands: A M y = b with x = M y (right; the residual stays that of the system), or M A x = M b.
enum class Side { left, right };

/// Default of `.tolerance`: 1e-8, and 1e-5 for single precision, whose rounding does not let a residual become much smaller.
template <class T>
inline constexpr double default_tolerance = std::same_as<Real<T>, float> ? 1e-5 : 1e-8;

/// The words that the option structs of all iterative methods share, in this order of declaration (each repeats them, since
/// designators cannot reach a base class):
///
///     tolerance           relative to ‖b‖₂
///     absolute_tolerance  the method has converged when ‖b − A x‖₂ ≤ max(tolerance ‖b‖₂, absolute_tolerance)
///     max_iterations      0: automatic, 10 n within [1000, 100000]
///     time_limit          in seconds or any std::chrono duration; 0: none
///     preconditioner      M ≈ A⁻¹, any OperatorArgument; empty: none
///     initial_guess       where to start; empty: 0
///     record_history      whether the result lists the residual norm of every iteration
///     callback            called after each iteration, returns whether to go on
///     stop                a stop token, looked at in each iteration
///
/// Negative or NaN tolerances and time limits, negative counts, and an initial guess or a preconditioner that does not fit
/// A throw InvalidArgument (DimensionMismatch).
template <class O, class T>
concept IterativeOptions = std::is_aggregate_v<O> && requires(const O& o) {
    { o.tolerance } -> std::same_as<const double&>;
    { o.absolute_tolerance } -> std::same_as<const double&>;
    { o.max_iterations } -> std::same_as<const std::int64_t&>;
    { o.time_limit } -> std::same_as<const std::chrono::duration<double>&>;
    { o.preconditioner } -> std::same_as<const Operator<T>&>;
    { o.initial_guess } -> std::same_as<const VectorHandle<T>&>;
    { o.record_history } -> std::same_as<const bool&>;
    { o.callback } -> std::same_as<const IterationCallback&>;
    { o.stop } -> std::same_as<const std::stop_token&>;
};

}  // namespace tamis
