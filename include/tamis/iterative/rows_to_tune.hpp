// What lets a long solve lay its sparse matrix out anew.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/sparse/tune.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// The compressed rows of an operator, their index type forgotten: for solves that may take memory for a copy of them.
template <class T>
class RowsToTune {
  public:
    /// None.
    RowsToTune() noexcept = default;
    /// Refers to the view, which refers to the matrix.
    template <class I>
    explicit RowsToTune(const CsrView<T, I>& rows) noexcept
        : rows_(&rows),
          copy_([](const void* view, std::int64_t expected_products) {
              return detail::faster_copy<T, I>(*static_cast<const CsrView<T, I>*>(view), expected_products);
          }) {}
    RowsToTune(const CsrView<T, std::int32_t>&&) = delete;
    RowsToTune(const CsrView<T, std::int64_t>&&) = delete;

    explicit operator bool() const noexcept { return rows_ != nullptr; }
    [[nodiscard]] std::shared_ptr<const TunedMatrix<T>> faster_copy(std::int64_t expected_products) const {
        return copy_(rows_, expected_products);
    }

  private:
    const void* rows_ = nullptr;
    std::shared_ptr<const TunedMatrix<T>> (*copy_)(const void* view, std::int64_t expected_products) = nullptr;
};

}  // namespace tamis::detail
