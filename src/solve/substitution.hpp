// Private: solving with a matrix that is triangular in some order of its rows and columns.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <tamis/sparse/view.hpp>

#include "solve/direct_solver.hpp"

namespace tamis::detail {

/// A solver for an A for which rows[k], cols[k], k = 0, 1, …, is an order of elimination: row rows[k] has a nonzero in
/// column cols[k] and otherwise only in columns cols[0…k−1]. Refers to A's memory. Entries that are exactly zero may lie
/// anywhere.
template <class T, class I>
std::unique_ptr<DirectSolver<T>> make_substitution(CsrView<T, I> A, std::vector<I> rows, std::vector<I> cols, Method method);

}  // namespace tamis::detail
