#include <tamis/sparse/transpose.hpp>

#include <gtest/gtest.h>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"

namespace tamis {
namespace {

template <class P>
class Transpose : public ::testing::Test {};
TYPED_TEST_SUITE(Transpose, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Transpose, AgreesWithEigenAndKeepsTheFormat) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        test::in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.4, 1), [](const auto& A) {
            using Owner = detail::owner_t<decltype(A)>;
            const Matrix<T> D = test::dense(A);
            const Owner t = transpose(A);
            const Owner h = adjoint(A);
            const Owner c = conj(A);
            EXPECT_TRUE(test::canonical(t));
            EXPECT_TRUE(test::canonical(h));
            EXPECT_TRUE(test::canonical(c));
            EXPECT_TRUE(test::equal(t, D.transpose().eval()));
            EXPECT_TRUE(test::equal(h, D.adjoint().eval()));
            EXPECT_TRUE(test::equal(c, D.conjugate().eval()));
            EXPECT_EQ(t.nnz(), A.nnz());
            EXPECT_TRUE(test::equal(transpose(t), D));
            static_assert(std::is_same_v<decltype(transpose(A)), Owner>);
        });
    }
}

TYPED_TEST(Transpose, OfTheDefaultViewIsEmpty) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const CsrView<T, I> nothing;
    EXPECT_TRUE(test::canonical(transpose(nothing)));
    EXPECT_TRUE(test::canonical(conj(nothing)));
    EXPECT_EQ(adjoint(nothing).rows(), 0);
}

}  // namespace
}  // namespace tamis
