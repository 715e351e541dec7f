// Every iterative method, with what it is for.
#pragma once

#include <utility>
#include <vector>

#include <tamis/iterative/krylov/cg.hpp>

#include "conformance/iterative.hpp"

namespace tamis::test {

template <class T>
std::vector<IterativeUnderTest<T>> iterative_methods() {
    std::vector<IterativeUnderTest<T>> all;
    all.push_back(iterative_method<T, CgOptions<T>>(
        "cg", definite | singular, 4, [](auto&&... a) { return cg(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return CgWorkspace<T>(n); }));
    return all;
}

}  // namespace tamis::test
