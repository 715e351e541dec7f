// Scalars × indices for typed tests, with names a person can read: Csr/double_int32.KeepsExplicitZeros.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/scalar.hpp>

namespace tamis::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// One combination of scalar and index; typed tests use `using T = typename TypeParam::T; using I = typename TypeParam::I;`.
template <class Scalar_, class Index_ = std::int32_t>
struct Types {
    using T = Scalar_;
    using I = Index_;
};

/// X<scalar, index> for typed tests. By default four of the eight combinations, the orthogonal array of strength two: every
/// scalar, both indices, and each of float and double, of real and complex with each index, which is what decides the
/// backends' routines. All eight took twice as long to compile: TAMIS_TEST_ALL_TYPES. TAMIS_TEST_FEW_TYPES: sanitizers and
/// further compilers look for other mistakes than those of one scalar.
#if TAMIS_TEST_ALL_TYPES
template <template <class, class> class X>
using ForAllScalarsAndIndices =
    ::testing::Types<X<float, std::int32_t>, X<double, std::int32_t>, X<std::complex<float>, std::int32_t>,
                     X<std::complex<double>, std::int32_t>, X<float, std::int64_t>, X<double, std::int64_t>,
                     X<std::complex<float>, std::int64_t>, X<std::complex<double>, std::int64_t>>;
#elif TAMIS_TEST_FEW_TYPES
template <template <class, class> class X>
using ForAllScalarsAndIndices = ::testing::Types<X<double, std::int32_t>, X<std::complex<float>, std::int64_t>>;
#else
template <template <class, class> class X>
using ForAllScalarsAndIndices =
    ::testing::Types<X<double, std::int32_t>, X<float, std::int64_t>, X<std::complex<float>, std::int32_t>,
                     X<std::complex<double>, std::int64_t>>;
#endif
using AllScalarsAndIndices = ForAllScalarsAndIndices<Types>;

#if TAMIS_TEST_FEW_TYPES
using AllScalars = ::testing::Types<Types<double>, Types<std::complex<float>>>;
#else
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

/// The names of a typed suite over Traits<T, I>.
struct TraitsName {
    template <class Traits>
    static std::string GetName(int index) {
        return TypeName::GetName<Types<typename Traits::T, typename Traits::I>>(index);
    }
};

}  // namespace tamis::test
