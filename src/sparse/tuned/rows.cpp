#include <tamis/sparse/csr.hpp>

#include "instantiate.hpp"
#include "sparse/gather.hpp"
#include "sparse/tuned/layout.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
class RowsLayout final : public TunedLayout<T> {
  public:
    explicit RowsLayout(CsrView<T, I> A) : A_(A) {}
    void apply(const T* x, T* y, std::int64_t y_stride, T alpha, T beta, int threads) const override {
        gather<false>(CsrView<T, I>(A_), MatrixView<const T>(x, A_.cols(), 1, 1, A_.cols()),
                      MatrixView<T>(y, A_.rows(), 1, y_stride, A_.rows() * y_stride), alpha, beta, threads);
    }
    bool apply_block(MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, int threads) const override {
        gather<false>(CsrView<T, I>(A_), X, Y, alpha, beta, threads);
        return true;
    }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return (A_.rows() + 1) * static_cast<std::int64_t>(sizeof(I)) +
               A_.nnz() * static_cast<std::int64_t>(sizeof(I) + sizeof(T));
    }
    [[nodiscard]] std::string description() const override { return "compressed rows"; }

  private:
    Csr<T, I> A_;
};

}  // namespace

template <class T, class I>
std::unique_ptr<TunedLayout<T>> rows_layout(CsrView<T, I> A) {
    return std::make_unique<RowsLayout<T, I>>(A);
}

#define TAMIS_INSTANTIATE(T, I) template std::unique_ptr<TunedLayout<T>> rows_layout(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
