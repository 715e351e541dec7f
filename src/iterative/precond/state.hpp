// Private: what stands behind the handle of a preconditioner.
#pragma once

#include <cstdint>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis::detail {

/// Never changes once it is built; all members may be called from several threads at once.
template <class T>
class PreconditionerState {
  public:
    PreconditionerState(const char* name, std::int64_t n) noexcept : name_(name), n_(n) {}
    PreconditionerState(const PreconditionerState&) = delete;
    PreconditionerState& operator=(const PreconditionerState&) = delete;
    virtual ~PreconditionerState() = default;

    /// The name of the public class.
    [[nodiscard]] const char* name() const noexcept { return name_; }
    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] virtual std::int64_t nonzeros() const noexcept = 0;
    [[nodiscard]] virtual std::int64_t bytes() const noexcept = 0;
    /// The n numbers that a diagonal M multiplies by; null for others.
    [[nodiscard]] virtual const T* scaling() const noexcept { return nullptr; }
    /// Y = M X (or Mᴴ X). The sizes were checked, X and Y do not overlap, and Y may hold anything.
    virtual void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const = 0;

  private:
    const char* name_;
    std::int64_t n_;
};

}  // namespace tamis::detail
