// Private: the pattern of A + Aᵀ.
#pragma once

#include <cstdint>
#include <optional>

#include "sparse/pattern.hpp"

namespace tamis::detail {

/// True where (j, i) is stored with every (i, j); P is square.
template <class I>
bool is_symmetric(PatternView<I> P);

/// P ∪ Pᵀ of a square pattern: P itself where it is symmetric, otherwise merged.
template <class I>
class UndirectedPattern {
  public:
    /// `name` is for the IndexOverflow of a union that outgrows I.
    UndirectedPattern(const char* name, PatternView<I> P);
    UndirectedPattern(const UndirectedPattern&) = delete;
    UndirectedPattern& operator=(const UndirectedPattern&) = delete;
    [[nodiscard]] PatternView<I> view() const noexcept { return view_; }

  private:
    PatternView<I> view_;
    Array<I> offsets_;
    Array<I> indices_;
};

}  // namespace tamis::detail
