// The laws once more where the natural order rules KLU out (in a build without UMFPACK: KLU in that order).
#include <tamis/sparse/lu.hpp>

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "conformance/factorization.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct NaturalLuTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::lu;
    template <class A>
    static SparseLu<T, I> factor(const A& a) {
        auto F = lu(a, {.ordering = Ordering::natural});
        if (F.rows() > 0 && F.info().backend.find(TAMIS_WITH_GPL ? "UMFPACK" : "KLU") == std::string::npos)
            throw std::logic_error("the backend is " + F.info().backend);
        return F;
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = T(0);
        return bad;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(NaturalLu, FactorizationLaws, ForAllScalarsAndIndices<NaturalLuTraits>, TraitsName);

}  // namespace
}  // namespace tamis::test
