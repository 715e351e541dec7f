// Every iterative method, with what it is for.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/bicg.hpp>
#include <tamis/iterative/krylov/bicgstab.hpp>
#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/iterative/krylov/cgls.hpp>
#include <tamis/iterative/krylov/cgs.hpp>
#include <tamis/iterative/krylov/fgmres.hpp>
#include <tamis/iterative/krylov/flexible_cg.hpp>
#include <tamis/iterative/krylov/gcrodr.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/krylov/idrs.hpp>
#include <tamis/iterative/krylov/lgmres.hpp>
#include <tamis/iterative/krylov/lsmr.hpp>
#include <tamis/iterative/krylov/lsqr.hpp>
#include <tamis/iterative/krylov/minres.hpp>
#include <tamis/iterative/krylov/minres_qlp.hpp>
#include <tamis/iterative/krylov/qmr.hpp>
#include <tamis/iterative/krylov/symmlq.hpp>
#include <tamis/iterative/krylov/tfqmr.hpp>

#include "conformance/iterative.hpp"

namespace tamis::test {

template <class T>
std::vector<IterativeUnderTest<T>> iterative_methods() {
    std::vector<IterativeUnderTest<T>> all;
    all.push_back(iterative_method<T, CgOptions<T>>(
        "cg", definite | singular, 4, [](auto&&... a) { return cg(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return CgWorkspace<T>(n); }));
    all.push_back(iterative_method<T, MinresOptions<T>>(
        "minres", definite | indefinite | singular, 8, [](auto&&... a) { return minres(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return MinresWorkspace<T>(n); }));
    constexpr unsigned every_regular = definite | indefinite | unsymmetric;
    all.push_back(iterative_method<T, GmresOptions<T>>(
        "gmres", every_regular | singular, 33, [](auto&&... a) { return gmres(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return GmresWorkspace<T>(n); }));
    all.push_back(iterative_method<T, FgmresOptions<T>>(
        "fgmres", every_regular | singular, 62, [](auto&&... a) { return fgmres(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return FgmresWorkspace<T>(n); }));
    all.push_back(iterative_method<T, BicgstabOptions<T>>(
        "bicgstab", every_regular, 8, [](auto&&... a) { return bicgstab(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return BicgstabWorkspace<T>(n); }));
    for (const std::int64_t l : {2, 4})
        all.push_back(iterative_method<T, BicgstabOptions<T>>(
            "bicgstab", every_regular | (l == 4 ? singular : 0U), 2 * l + 7,
            [](auto&&... a) { return bicgstab(std::forward<decltype(a)>(a)...); },
            [l](std::int64_t n) { return BicgstabWorkspace<T>(n, l); }, [l](BicgstabOptions<T>& o) { o.l = l; }));
    all.push_back(iterative_method<T, FlexibleCgOptions<T>>(
        "flexible_cg", definite | singular, 13, [](auto&&... a) { return flexible_cg(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return FlexibleCgWorkspace<T>(n); }));
    // With their least-squares solutions of inconsistent systems. Vectors of m + n numbers count twice here.
    constexpr unsigned least_squares = every_regular | singular | inconsistent_singular | unsymmetric_singular;
    all.push_back(iterative_method<T, LsqrOptions<T>>(
        "lsqr", least_squares, 9, [](auto&&... a) { return lsqr(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return LsqrWorkspace<T>(n, n); }));
    all.push_back(iterative_method<T, LsmrOptions<T>>(
        "lsmr", least_squares, 10, [](auto&&... a) { return lsmr(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return LsmrWorkspace<T>(n, n); }));
    all.push_back(iterative_method<T, CglsOptions<T>>(
        "cgls", least_squares, 8, [](auto&&... a) { return cgls(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return CglsWorkspace<T>(n, n); }));
    all.push_back(iterative_method<T, IdrsOptions<T>>(
        "idrs", every_regular, 16, [](auto&&... a) { return idrs(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return IdrsWorkspace<T>(n); }));
    all.push_back(iterative_method<T, TfqmrOptions<T>>(
        "tfqmr", every_regular, 10, [](auto&&... a) { return tfqmr(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return TfqmrWorkspace<T>(n); }));
    all.push_back(iterative_method<T, QmrOptions<T>>(
        "qmr", every_regular, 12, [](auto&&... a) { return qmr(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return QmrWorkspace<T>(n); }));
    all.push_back(iterative_method<T, BicgOptions<T>>(
        "bicg", every_regular, 7, [](auto&&... a) { return bicg(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return BicgWorkspace<T>(n); }));
    all.push_back(iterative_method<T, CgsOptions<T>>(
        "cgs", every_regular, 9, [](auto&&... a) { return cgs(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return CgsWorkspace<T>(n); }));
    all.push_back(iterative_method<T, SymmlqOptions<T>>(
        "symmlq", definite | indefinite, 7, [](auto&&... a) { return symmlq(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return SymmlqWorkspace<T>(n); }));
    all.push_back(iterative_method<T, MinresQlpOptions<T>>(
        "minres_qlp", definite | indefinite | singular, 10,
        [](auto&&... a) { return minres_qlp(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return MinresQlpWorkspace<T>(n); }));
    all.push_back(iterative_method<T, LgmresOptions<T>>(
        "lgmres", every_regular | singular, 44, [](auto&&... a) { return lgmres(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return LgmresWorkspace<T>(n); }));
    all.push_back(iterative_method<T, GcrodrOptions<T>>(
        "gcrodr", every_regular | singular, 75, [](auto&&... a) { return gcrodr(std::forward<decltype(a)>(a)...); },
        [](std::int64_t n) { return GcrodrWorkspace<T>(n); }));
    return all;
}

template <class P>
class IterativeMethods : public ::testing::Test {
  protected:
    using T = typename P::T;
    const std::vector<IterativeUnderTest<T>> methods = iterative_methods<T>();

    /// A problem that the method solves, well conditioned.
    static Problem<T> solvable(const IterativeUnderTest<T>& m, std::int64_t n = 40) {
        return m.solves & unsymmetric ? diagonally_dominant<T>(n) : hermitian_definite<T>(n);
    }
    static double target(const Problem<T>& p, double tolerance = default_tolerance<T>) {
        return tolerance * static_cast<double>(p.b.norm());
    }
    static IterativeResult<T> solve(const IterativeUnderTest<T>& m, const Problem<T>& p, const CommonWords<T>& w = {}) {
        return m.solve(p.A, p.b, w);
    }
};
/// A (the identity, if A is empty), whose products hold a NaN from the fourth on.
template <class T>
Operator<T> fails_later(const OperatorRef<T>& A, std::int64_t n) {
    const auto apply = [A, count = 0](VectorView<const T> x, VectorView<T> y) mutable {
        if (A) A.apply(x, y);
        else y.eigen() = x.eigen();
        if (++count > 3) y[1] = T(std::numeric_limits<Real<T>>::quiet_NaN());
    };
    const auto apply_adjoint = [A](VectorView<const T> x, VectorView<T> y) {
        if (A) A.apply_adjoint(x, y);
        else y.eigen() = x.eigen();
    };
    return make_operator<T>(n, n, apply, apply_adjoint);
}

}  // namespace tamis::test
