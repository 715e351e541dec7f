#include <tamis/iterative/precond/jacobi.hpp>

#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/state.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

template <class T>
class JacobiState final : public PreconditionerState<T> {
  public:
    explicit JacobiState(Array<T>&& inverse)
        : PreconditionerState<T>("Jacobi", inverse.size()),
          inverse_(std::move(inverse)) {}
    [[nodiscard]] std::int64_t nonzeros() const noexcept override { return inverse_.size(); }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return inverse_.size() * static_cast<std::int64_t>(sizeof(T));
    }
    [[nodiscard]] const T* scaling() const noexcept override { return inverse_.data(); }
    void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const override {
        if (is_complex_v<T> && adjoint) scale<is_complex_v<T>>(X, Y);
        else scale<false>(X, Y);
    }

  private:
    template <bool Conjugate>
    void scale(MatrixView<const T> X, MatrixView<T> Y) const {
        const std::int64_t n = this->rows();
        const int parts = threads_for(n);
        for (std::int64_t j = 0; j < X.cols(); ++j) {
            for_each_part(parts, [&](int part) {
                const std::int64_t begin = even_cut(n, part, parts);
                const std::int64_t end = even_cut(n, part + 1, parts);
                const T* const d = inverse_.data();
                const auto x = X.col(j);
                const auto y = Y.col(j);
                if (x.stride() == 1 && y.stride() == 1) {
                    const T* const from = x.data();
                    T* const to = y.data();
                    for (std::int64_t i = begin; i < end; ++i) to[i] = times(maybe_conjugate<Conjugate>(d[i]), from[i]);
                } else {
                    for (std::int64_t i = begin; i < end; ++i) y[i] = times(maybe_conjugate<Conjugate>(d[i]), x[i]);
                }
            });
        }
    }

    Array<T> inverse_;
};

}  // namespace

template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_jacobi(CsrView<T, I> major, bool row_major) {
    check_preconditioned("Jacobi", major, row_major, Diagonal::nonzero);
    Array<T> inverse(major.rows(), uninitialized);
    diagonal<T, I>(major, VectorView<T>(inverse.data(), inverse.size()));
    for (std::int64_t i = 0; i < inverse.size(); ++i) {
        inverse[i] = static_cast<T>(compute_t<T>(1) / compute_t<T>(inverse[i]));
        if (!is_finite(inverse[i])) throw_lost_pivot("Jacobi", i, "scale the rows");
    }
    return std::make_shared<JacobiState<T>>(std::move(inverse));
}

#define TAMIS_INSTANTIATE(T, I) template std::shared_ptr<const PreconditionerState<T>> make_jacobi(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
