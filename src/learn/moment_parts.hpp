// Private: what dense and sparse moments share.
#pragma once

#include <cmath>
#include <cstdint>
#include <exception>

#include <tamis/core/view.hpp>

#include "core/parallel.hpp"

namespace tamis::learn::detail {

/// Features whose largest modulus is beyond these are scaled by a power of two before anything is squared or added.
template <class T>
bool within_range(T largest) {
    constexpr T most = sizeof(T) == 8 ? static_cast<T>(0x1p400) : static_cast<T>(0x1p40);
    return largest == 0 || (largest <= most && largest >= 1 / most);
}

/// The exponent e that brings largest·2^−e into [1/2, 1); 0 for what is in range.
template <class T>
int range_exponent(T largest) {
    int e = 0;
    if (!within_range(largest)) (void)std::frexp(largest, &e);
    return e;
}

/// InvalidArgument unless there are samples enough.
void check_samples(const char* what, std::int64_t n, bool bias);

/// Makes covariances or correlations of the sums of squares in the lower triangle of C; both triangles are written.
/// exponents: feature k was multiplied by 2^−exponents[k]; null for none.
template <class T>
void finish_moments(std::int64_t p, double divisor, bool correlation, const int* exponents, MatrixView<T> C);

/// loop(part, begin, end) for so many equal parts of 0 … n − 1, a thread each: what a part adds up does not depend on the
/// threads there are.
template <class Loop>
void for_each_part(std::int64_t n, int parts, const Loop& loop) {
    std::exception_ptr failure;
#pragma omp parallel for schedule(static, 1) num_threads(parts)
    for (int part = 0; part < parts; ++part) {
        try {
            loop(part, n * part / parts, n * (part + 1) / parts);
        } catch (...) {  // no exception may leave the region; it is thrown again behind it
#pragma omp critical(tamis_learn_part_failed)
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tamis::learn::detail
