// Private: how a product is put into y, and the panels of columns that a block is cut into.
#pragma once

#include <cstdint>
#include <type_traits>

#include "sparse/product.hpp"

namespace tamis::detail {

/// y ← alpha s + beta y without a product where alpha is 1 or beta is 0 or 1: a complex product by 1 would turn an infinity
/// in one part into a NaN in the other, and 0·NaN is NaN.
template <class T>
struct Update {
    Update(T alpha_, T beta_)
        : alpha(alpha_),
          beta(beta_),
          plain(alpha_ == T(1)),
          overwrite(beta_ == T(0)),
          add(beta_ == T(1)) {}
    void operator()(T& y, const T& s) const noexcept {
        const T scaled = plain ? s : times(alpha, s);
        if (overwrite) y = scaled;
        else y = scaled + (add ? y : times(beta, y));
    }
    T alpha;
    T beta;
    bool plain;
    bool overwrite;
    bool add;
};

template <class T>
void scale(T& y, T beta) noexcept {
    if (beta == T(0)) y = T(0);
    else if (beta != T(1)) y = times(beta, y);
}

/// f(width as a constant, first column) over panels of 8, 4, 2 and 1 columns.
template <class F>
void for_each_panel(std::int64_t columns, const F& f) {
    std::int64_t first = 0;
    for (; first + 8 <= columns; first += 8) f(std::integral_constant<int, 8>{}, first);
    if (first + 4 <= columns) {
        f(std::integral_constant<int, 4>{}, first);
        first += 4;
    }
    if (first + 2 <= columns) {
        f(std::integral_constant<int, 2>{}, first);
        first += 2;
    }
    if (first < columns) f(std::integral_constant<int, 1>{}, first);
}

}  // namespace tamis::detail
