// Private: small column-major matrices of Riccati equations, and their extended pencils.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/dense/riccati.hpp>

namespace tamis::detail {

/// rows×cols numbers, zero at first.
template <class T>
struct Panel {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    Array<T> values;

    Panel() = default;
    Panel(std::int64_t m, std::int64_t n) : rows(m), cols(n), values(m * n) {}
    [[nodiscard]] T& operator()(std::int64_t i, std::int64_t j) noexcept { return values[j * rows + i]; }
    [[nodiscard]] const T& operator()(std::int64_t i, std::int64_t j) const noexcept { return values[j * rows + i]; }
    [[nodiscard]] MatrixView<const T> view() const { return MatrixView<const T>(values.data(), rows, cols); }
    [[nodiscard]] MatrixView<T> view() { return MatrixView<T>(values.data(), rows, cols); }
};

/// The coefficients as they are computed with: finite, Q and R exactly Hermitian.
template <class T>
struct RiccatiCoefficients {
    Panel<T> A;
    Panel<T> B;
    Panel<T> Q;
    Panel<T> R;
};

/// H − λJ of order 2n, whose deflating subspace [U; V] of the stable eigenvalues gives X = D V U⁻¹ D with the balancing D.
template <class T>
struct RiccatiPencil {
    Panel<T> H;
    Panel<T> J;
    Array<Real<T>> D;
};
template <class T>
RiccatiPencil<T> riccati_pencil(RiccatiTime time, const RiccatiCoefficients<T>& c);

}  // namespace tamis::detail
