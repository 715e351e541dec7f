// Private: dense operands as BLAS takes them.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>

namespace tamis::derivatives::detail {

/// A view by contiguous columns: its own memory where that is such, otherwise a copy.
template <class T>
class Contiguous {
  public:
    explicit Contiguous(MatrixView<const T> M) : data_(M.data()), ld_(std::max<std::int64_t>(1, M.col_stride())) {
        const auto least = std::max<std::int64_t>(1, M.rows());
        if (M.cols() <= 1) ld_ = least;
        if (M.row_stride() == 1 && ld_ >= least) return;
        copy_ = Array<T>(M.rows() * M.cols(), uninitialized);
        for (std::int64_t j = 0; j < M.cols(); ++j)
            for (std::int64_t i = 0; i < M.rows(); ++i) copy_[j * M.rows() + i] = M(i, j);
        data_ = copy_.data();
        ld_ = least;
    }
    Contiguous(const Contiguous&) = delete;
    Contiguous& operator=(const Contiguous&) = delete;
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::int64_t ld() const noexcept { return ld_; }

  private:
    const T* data_;
    std::int64_t ld_;
    Array<T> copy_;
};

/// M := (M + Mᴴ) / 2 of a square M.
template <class T>
void make_hermitian(MatrixView<T> M);

}  // namespace tamis::derivatives::detail
