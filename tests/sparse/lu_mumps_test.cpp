// MUMPS behind SparseLu: through the backend's interface on small matrices, and once through lu on one that it is chosen
// for.
#include <tamis/sparse/lu.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <Eigen/LU>

#include "sparse/factor_input.hpp"
#include "sparse/suitesparse/backend.hpp"
#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/threads.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {
using detail::Transpose;

#if TAMIS_WITH_MUMPS

template <class E>
class LuByMumps : public ::testing::Test {
  protected:
    using Symbolic = std::shared_ptr<const detail::LuSymbolic<E>>;

    static Array<E> values_of(const Csr<E>& A) { return detail::all_columns("test", A.view(), true, 0).values; }
    static Symbolic analyzed(const Csr<E>& A) {
        auto columns = detail::all_columns("test", A.view(), true, 0);
        return detail::analyze_mumps_lu<E>(std::move(columns.pattern), std::as_const(columns.values).span(), {}, 0);
    }
    static Vector<E> solve(const detail::LuFactor<E>& F, Transpose form, const Vector<E>& b) {
        Vector<E> x(b.size());
        F.solve(form, b.data(), x.data(), 1);
        return x;
    }
};
using Scalars = ::testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(LuByMumps, Scalars);

TYPED_TEST(LuByMumps, SolvesAllThreeSystemsAndRefactors) {
    using E = TypeParam;
    for (const auto& p : {unsymmetric_well_conditioned<E>(60), diagonally_dominant<E>(60), saddle_point<E>(40, 15)}) {
        const auto values = this->values_of(p.A);
        const auto symbolic = this->analyzed(p.A);
        ASSERT_NE(symbolic->prediction().backend.find("MUMPS"), std::string::npos);
        EXPECT_GT(symbolic->prediction().factor_nonzeros, 0);
        EXPECT_GT(symbolic->prediction().bytes, 0);
        const auto F = symbolic->factor(values.span(), 0);
        const Matrix<E> A = dense(p.A);
        EXPECT_TRUE(near(this->solve(*F, Transpose::none, p.b), p.x, 1e-10)) << p.name;
        EXPECT_TRUE(near(this->solve(*F, Transpose::transpose, Vector<E>(A.transpose() * p.x)), p.x, 1e-10)) << p.name;
        EXPECT_TRUE(near(this->solve(*F, Transpose::adjoint, Vector<E>(A.adjoint() * p.x)), p.x, 1e-10)) << p.name;
        auto twice = values;
        for (E& v : twice) v *= 2.0;
        F->refactor(std::as_const(twice).span());
        EXPECT_TRUE(near(this->solve(*F, Transpose::none, Vector<E>(p.b * 2.0)), p.x, 1e-10)) << p.name;
    }
}

TYPED_TEST(LuByMumps, KnowsTheDeterminantAndGivesPartsByTheOtherBackend) {
    using E = TypeParam;
    const auto p = unsymmetric_well_conditioned<E>(40);
    const auto values = this->values_of(p.A);
    const auto F = this->analyzed(p.A)->factor(values.span(), 0);
    const E expected = Matrix<E>(dense(p.A)).partialPivLu().determinant();
    const auto det = F->determinant();
    ASSERT_TRUE(det);
    EXPECT_NEAR(det->logabs, std::log(std::abs(expected)), 1e-10);
    EXPECT_NEAR(std::abs(det->sign - expected / std::abs(expected)), 0, 1e-12);
    // (R·A)(p, q) = L·U, entry by entry.
    const auto parts = F->parts();
    const auto row = F->row_permutation();
    const auto col = F->col_permutation();
    const auto r = F->row_scaling();
    Matrix<E> product = Matrix<E>::Zero(40, 40);
    for (std::int64_t j = 0; j < 40; ++j)
        for (const auto u : parts.u.col(j))
            for (const auto l : parts.l.col(u.index)) product(l.index, j) += l.value * u.value;
    for (std::int64_t i = 0; i < 40; ++i)
        for (std::int64_t j = 0; j < 40; ++j) {
            const auto from = row[static_cast<std::size_t>(i)];
            const E a = p.A.coeff(from, col[static_cast<std::size_t>(j)]) * r[static_cast<std::size_t>(from)];
            EXPECT_NEAR(std::abs(product(i, j) - a), 0, 1e-12);
        }
    EXPECT_EQ(std::ssize(F->diagonal_u()), 40);
    EXPECT_GT(F->size().nonzeros, 0);
    EXPECT_GT(F->size().bytes, 0);
}

TYPED_TEST(LuByMumps, RefusesSingularMatrices) {
    using E = TypeParam;
    auto p = diagonally_dominant<E>(30);
    const auto symbolic = this->analyzed(p.A);
    const auto good = this->values_of(p.A);
    for (auto k = p.A.row_offsets()[11]; k < p.A.row_offsets()[12]; ++k) p.A.values()[static_cast<std::size_t>(k)] = E(0);
    const auto bad = this->values_of(p.A);
    EXPECT_THROW((void)symbolic->factor(bad.span(), 0), detail::PivotZero);
    const auto F = symbolic->factor(good.span(), 0);
    EXPECT_THROW(F->refactor(bad.span()), detail::PivotZero);
    // By the pattern: analysis or factorization refuse, and another backend explains.
    const auto singular = structurally_singular<E>(25).A;
    const auto of_singular = this->analyzed(singular);
    const auto values = this->values_of(singular);
    if (of_singular) {
        EXPECT_THROW((void)of_singular->factor(values.span(), 0), detail::PivotZero);
    }
}

TYPED_TEST(LuByMumps, ServesManyThreads) {
    using E = TypeParam;
    const auto p = unsymmetric_well_conditioned<E>(50);
    const auto values = this->values_of(p.A);
    const auto symbolic = this->analyzed(p.A);
    const auto shared = symbolic->factor(values.span(), 0);
    const Vector<E> x = this->solve(*shared, Transpose::none, p.b);
    const Vector<E> y = this->solve(*shared, Transpose::adjoint, p.b);
    const auto l = shared->parts().l.nnz();
    EXPECT_TRUE(succeeds_on_threads(4, [&](int) {
        for (int round = 0; round < 10; ++round) {
            if (!same_bits(this->solve(*shared, Transpose::none, p.b), x)) throw std::runtime_error("solve differs");
            if (!same_bits(this->solve(*shared, Transpose::adjoint, p.b), y)) throw std::runtime_error("adjoint differs");
            const auto own = symbolic->factor(values.span(), 0);
            if (!same_bits(this->solve(*own, Transpose::none, p.b), x))
                throw std::runtime_error("a factor of its own differs");
            if (own->parts().l.nnz() != l) throw std::runtime_error("the parts differ");
        }
    }));
}

#endif

}  // namespace
}  // namespace tamis::test
