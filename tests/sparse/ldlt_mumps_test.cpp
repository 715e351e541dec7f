// The laws of factorizations for pivots of order 1 and 2, on saddle points.
#include <tamis/sparse/ldlt.hpp>

#include "conformance/factorization.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

#if TAMIS_WITH_MUMPS

template <class T_, class I_>
struct PivotedLdltTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::ldlt;
    static constexpr bool keeps_its_factors = true;  // to itself
    template <class A>
    static SparseLdlt<T, I> factor(const A& a) {
        return ldlt(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return saddle_point<T, I>(n - n / 4, n / 4, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(-0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return Csr<T, I>(0, 0); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(PivotedLdlt, FactorizationLaws, ForAllScalarsAndIndices<PivotedLdltTraits>, TraitsName);

#else
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FactorizationLaws);
#endif

}  // namespace
}  // namespace tamis::test
