#include <tamis/iterative/precond/jacobi.hpp>

#include <gtest/gtest.h>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Jacobi : public ::testing::Test {};
TYPED_TEST_SUITE(Jacobi, AllScalarsAndIndices, TypeName);

TYPED_TEST(Jacobi, DividesByTheDiagonalAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Assembly<T, I> A(6, 6);
    for (std::int64_t i = 0; i < 6; ++i) A.set(i, i, scalar<T>(static_cast<double>(i) - 2.5, 0.5));
    A.set(0, 4, T(7));
    const tamis::Jacobi M(A.csr());
    static_assert(std::same_as<decltype(M), const tamis::Jacobi<T, I>>);
    Matrix<T> expected = Matrix<T>::Zero(6, 6);
    for (std::int64_t i = 0; i < 6; ++i) expected(i, i) = T(1) / scalar<T>(static_cast<double>(i) - 2.5, 0.5);
    EXPECT_TRUE(near(dense_preconditioner(M), expected, 4 * static_cast<double>(epsilon_v<T>)));
    EXPECT_EQ(M.nonzeros(), 6);
    const Vector<T> x = Random(2).vector<T>(6);
    Vector<T> y(6);
    M.apply(x, y);
    EXPECT_TRUE(same_bits(Vector<T>(M * x), y));
    EXPECT_TRUE(near(M * Matrix<T>::Identity(6, 6), expected, 4 * static_cast<double>(epsilon_v<T>)));
    expect_preconditioner_laws(M);
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Jacobi(B); });
}

TEST(Jacobi, RefusesADiagonalWhoseReciprocalOverflows) {
    Assembly<double> A(2, 2);
    A.set(0, 0, 1);
    A.set(1, 1, 1e-310);
    const auto e = thrown<SingularMatrix>([&] { tamis::Jacobi M(A.csr()); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 1);
}

TEST(Jacobi, ThatWasMovedFromSaysSo) {
    Assembly<double> A(1, 1);
    A.set(0, 0, 2);
    tamis::Jacobi M(A.csr());
    const tamis::Jacobi taken = std::move(M);
    EXPECT_EQ(M.rows(), 0);
    Vector<double> x(1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { M.apply(x, x); }, "moved from"));
    EXPECT_EQ(taken.rows(), 1);
}

}  // namespace
}  // namespace tamis::test
