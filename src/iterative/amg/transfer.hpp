// Private: from a level to the next and back, by one stored matrix.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include <tamis/sparse/csr.hpp>

namespace tamis::detail {

/// R and Rᴴ, of which only R is stored. The sums of Rᴴ x are taken in the order of the rows of R: the same bits for any
/// number of threads.
template <class T, class I>
class Transfer {
  public:
    Transfer() = default;
    explicit Transfer(Csr<T, I> R);

    [[nodiscard]] const Csr<T, I>& R() const noexcept { return R_; }
    /// coarse ← R fine.
    void restrict_to(T* coarse, const T* fine) const;
    /// fine ← fine + Rᴴ coarse.
    void add_to(T* fine, const T* coarse) const;
    [[nodiscard]] std::int64_t bytes() const noexcept;

  private:
    static constexpr std::int64_t blocks = 64;
    /// The first row of the block of fine unknowns.
    [[nodiscard]] std::int64_t block_begin(std::int64_t block) const noexcept;

    Csr<T, I> R_;
    std::array<std::pair<I, I>, blocks>
        reached_{};  // of each block: the rows of R with entries in it lie within [first, second)
};

}  // namespace tamis::detail
