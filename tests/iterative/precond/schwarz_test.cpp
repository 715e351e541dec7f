#include <tamis/iterative/precond/schwarz.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "iterative/precond/subdomains.hpp"
#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Schwarz : public ::testing::Test {};
TYPED_TEST_SUITE(Schwarz, AllScalarsAndIndices, TypeName);

template <class T, class I>
auto cut(const Csr<T, I>& A, const Csr<T, I>& transposed, std::int64_t size, std::int64_t overlap) {
    return detail::overlapping_subdomains<I>({A.row_offsets(), A.col_indices()},
                                             {transposed.row_offsets(), transposed.col_indices()}, size, overlap);
}

/// Σ Rᵢᵀ Aᵢ⁻¹ Rᵢ, or of each solution what the subdomain owns, in dense arithmetic.
template <class W, class I>
Matrix<W> by_definition(const Matrix<W>& A, const std::vector<detail::Subdomain<I>>& subdomains, bool restricted) {
    Matrix<W> M = Matrix<W>::Zero(A.rows(), A.rows());
    for (const auto& d : subdomains) {
        const auto m = std::ssize(d.vertices);
        Matrix<W> S(m, m);
        for (std::int64_t r = 0; r < m; ++r)
            for (std::int64_t c = 0; c < m; ++c)
                S(r, c) = A(d.vertices[static_cast<std::size_t>(r)], d.vertices[static_cast<std::size_t>(c)]);
        const Matrix<W> inverse = dense_inverse(S);
        for (std::int64_t r = 0; r < m; ++r) {
            if (restricted && !d.own[static_cast<std::size_t>(r)]) continue;
            for (std::int64_t c = 0; c < m; ++c)
                M(d.vertices[static_cast<std::size_t>(r)], d.vertices[static_cast<std::size_t>(c)]) += inverse(r, c);
        }
    }
    return M;
}

TYPED_TEST(Schwarz, SolvesOnSubdomainsAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto tolerance = 1000 * static_cast<double>(epsilon_v<T>);
    for (const bool hermitian : {true, false}) {
        const auto problem = hermitian ? hermitian_definite<T, I>(60) : diagonally_dominant<T, I>(60);
        const auto A = in_double<T>(dense(problem.A));
        const Csr<T, I> turned = to_csr(problem.A.transposed_view());
        for (const bool restricted : {false, true}) {
            const auto subdomains = cut(problem.A, turned, 20, 1);
            ASSERT_EQ(std::ssize(subdomains), 4);
            const tamis::Schwarz M(problem.A, {.overlap = 1, .subdomain_size = 20, .restricted = restricted});
            EXPECT_EQ(M.subdomains(), 4);
            EXPECT_TRUE(near(dense_preconditioner(M), by_definition(A, subdomains, restricted), tolerance));
            EXPECT_TRUE(!hermitian || restricted || positive_definite(M));
            expect_preconditioner_laws(M);
            const tamis::Schwarz C(to_csc(problem.A), {.overlap = 1, .subdomain_size = 20, .restricted = restricted});
            EXPECT_TRUE(near(dense_preconditioner(C), dense_preconditioner(M), tolerance));
        }
    }
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Schwarz(B); });
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Schwarz(B, {.subdomain_size = 1}); });
}

TYPED_TEST(Schwarz, IsTheInverseOnOneSubdomain) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto tolerance = 1e4 * static_cast<double>(epsilon_v<T>);
    // Definite, Hermitian but indefinite (Cholesky gives way to LU), and rows that LU scales.
    const auto definite = hermitian_definite<T, I>(40);
    EXPECT_TRUE(near(preconditioned_matrix(tamis::Schwarz(definite.A)), dense(definite.A), tolerance));
    const auto indefinite = hermitian_indefinite<T, I>(40);
    EXPECT_TRUE(near(preconditioned_matrix(tamis::Schwarz(indefinite.A)), dense(indefinite.A), tolerance));
    auto rows = diagonally_dominant<T, I>(40).A;
    for (std::int64_t i = 0; i < 40; ++i)
        for (auto q = rows.row_offsets()[static_cast<std::size_t>(i)];
             q < rows.row_offsets()[static_cast<std::size_t>(i) + 1]; ++q)
            rows.values()[static_cast<std::size_t>(q)] *= static_cast<Real<T>>(1 + i % 7);
    EXPECT_TRUE(near(preconditioned_matrix(tamis::Schwarz(rows)), dense(rows), tolerance));
}

TEST(Schwarz, CutsGraphsIntoPartsThatCoverThemOnce) {
    const auto A = poisson_2d<double>(30, 30);
    const auto parts = cut(A, A, 100, 0);
    std::vector<int> owners(900, 0);
    for (const auto& d : parts) {
        EXPECT_LE(std::ssize(d.vertices), 100);
        EXPECT_GE(std::ssize(d.vertices), 40);
        for (std::size_t k = 0; k < d.vertices.size(); ++k) owners[static_cast<std::size_t>(d.vertices[k])] += d.own[k];
    }
    for (const int count : owners) EXPECT_EQ(count, 1);
    // Two components, and vertices without an edge.
    Assembly<double> loose(50, 50);
    for (std::int64_t i = 0; i < 50; ++i) loose.set(i, i, 1);
    loose.set(3, 30, 1);
    const auto L = loose.csr();
    std::int64_t total = 0;
    for (const auto& d : cut(L, L, 10, 0)) total += std::ssize(d.vertices);
    EXPECT_EQ(total, 50);
}

TEST(Schwarz, SavesIterationsTheMoreTheLargerTheOverlap) {
    const auto A = poisson_2d<double>(40, 40);
    const Vector<double> b = Random(9).vector<double>(A.rows());
    const auto iterations = [&](std::int64_t overlap) {
        const tamis::Schwarz M(A, {.overlap = overlap, .subdomain_size = 200});
        return cg(A, b, {.preconditioner = M}).require().iterations;
    };
    EXPECT_LT(2 * iterations(1), cg(A, b).iterations);
    EXPECT_LT(iterations(3), iterations(0));
    const auto C = convection_diffusion_2d<double>(40, 40);
    const auto by_gmres = [&](bool restricted) {
        const tamis::Schwarz M(C, {.overlap = 2, .subdomain_size = 200, .restricted = restricted});
        return gmres(C, b, {.preconditioner = M}).require().iterations;
    };
    EXPECT_LT(by_gmres(true), by_gmres(false));
}

TEST(Schwarz, SaysWhichSubdomainIsSingular) {
    Assembly<double> A(4, 4);
    for (std::int64_t i = 0; i < 4; ++i) A.set(i, i, 1);
    A.set(2, 3, 1);
    A.set(3, 2, 1);
    const auto e = thrown<SingularMatrix>([&] { tamis::Schwarz(A.csr(), {.overlap = 0, .subdomain_size = 2}); });
    ASSERT_TRUE(e);
    EXPECT_GE(e->index(), 2);
    const auto P = poisson_1d<double>(4);
    EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Schwarz(P, {.overlap = -1}); }, ".overlap"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Schwarz(P, {.subdomain_size = 0}); }, ".subdomain_size"));
}

}  // namespace
}  // namespace tamis::test
