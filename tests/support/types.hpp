// Scalars × indices for typed tests, with names a person can read: Csr/double_int32.KeepsExplicitZeros.
#pragma once

#include <complex>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/scalar.hpp>

namespace tamis::test {

/// One combination of scalar and index; typed tests use `using T = typename TypeParam::T; using I = typename TypeParam::I;`.
template <class Scalar_, class Index_ = std::int32_t>
struct Types {
    using T = Scalar_;
    using I = Index_;
};

// TAMIS_TEST_FEW_TYPES: sanitizers and further compilers look for other mistakes than those of one scalar, and take a
// quarter of the time with two combinations.
#if TAMIS_TEST_FEW_TYPES
using AllScalarsAndIndices = ::testing::Types<Types<double, std::int32_t>, Types<std::complex<float>, std::int64_t>>;
using AllScalars = ::testing::Types<Types<double>, Types<std::complex<float>>>;
#else
using AllScalarsAndIndices =
    ::testing::Types<Types<float, std::int32_t>, Types<double, std::int32_t>, Types<std::complex<float>, std::int32_t>,
                     Types<std::complex<double>, std::int32_t>, Types<float, std::int64_t>, Types<double, std::int64_t>,
                     Types<std::complex<float>, std::int64_t>, Types<std::complex<double>, std::int64_t>>;
using AllScalars = ::testing::Types<Types<float>, Types<double>, Types<std::complex<float>>, Types<std::complex<double>>>;
#endif

/// TYPED_TEST_SUITE(Suite, AllScalarsAndIndices, TypeName);
struct TypeName {
    template <class P>
    static std::string GetName(int) {
        using T = typename P::T;
        std::string name = is_complex_v<T> ? "complex_" : "";
        name += std::is_same_v<Real<T>, float> ? "float" : "double";
        return name + (sizeof(typename P::I) == 4 ? "_int32" : "_int64");
    }
};

/// re + i·im for complex T, re for real T.
template <class T>
T scalar(double re, double im = 0) {
    if constexpr (is_complex_v<T>) return T(static_cast<Real<T>>(re), static_cast<Real<T>>(im));
    else return static_cast<T>(re);
}

}  // namespace tamis::test
