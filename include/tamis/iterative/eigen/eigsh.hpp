// eigsh: a few eigenvalues and eigenvectors of a large Hermitian matrix or operator.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string_view>
#include <utility>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/iterative/krylov/block_cg.hpp>

namespace tamis {

enum class EigshMethod { automatic, lanczos, lobpcg, davidson, chebyshev };

/// The enumerator's own name.
std::string_view to_string(EigshMethod method) noexcept;

/// The operator that Lanczos iterates with. `automatic`: A itself for the outer ends of the spectrum; (A − σB)⁻¹ for
/// `nearest`, and for `smallest_magnitude` with σ = 0.
enum class SpectralTransform {
    automatic,
    none,          ///< A (B⁻¹A with a mass matrix)
    shift_invert,  ///< (A − σB)⁻¹B
    buckling,      ///< (A − σB)⁻¹A: A positive definite, B indefinite; σ ≠ 0
    cayley         ///< (A − σB)⁻¹(A + σB)
};

/// The name that callers write: `eigsh(A, 6, {.which = Which::smallest_algebraic})`.
template <class T>
struct EigshOptions {
    Which which = Which::largest_magnitude;
    double sigma = std::numeric_limits<double>::quiet_NaN();  ///< where `nearest` looks; NaN: not given
    EigenOperand<T> mass{};  ///< B of A v = λ B v, Hermitian positive semidefinite; none: I
    EigshMethod method = EigshMethod::automatic;
    Operator<T> preconditioner{};  ///< ≈ A⁻¹ (lobpcg, davidson), Hermitian positive definite
    double tolerance =
        default_eigen_tolerance<T>;  ///< ‖A v − λ B v‖ ≤ tolerance (‖A‖ + |λ| ‖B‖) ‖v‖, without B ≤ tolerance ‖A‖
    std::int64_t max_iterations = 0;              ///< restart cycles or block steps; 0: automatic
    std::int64_t subspace = 0;                    ///< most basis vectors; 0: automatic
    MatrixHandle<T> initial{};                    ///< start vectors, any number of them
    bool vectors = true;                          ///< false: `.vectors` of the result is n×0
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    SpectralTransform transform = SpectralTransform::automatic;
    std::int64_t block_size = 0;  ///< vectors multiplied at once; 0: automatic
    bool certify = false;         ///< count the eigenvalues by inertia even where no factor is at hand
    std::uint64_t seed = 0;       ///< of random start vectors
};

namespace detail {
/// Values (k) and vectors (n×k, or n×0 where they are not wanted) of the pairs that `options` ask for.
template <class T>
EigenReport eigsh(const EigenOperand<T>& A, std::int64_t k, const EigshOptions<T>& options, VectorView<Real<T>> values,
                  MatrixView<T> vectors);
/// Throws InvalidArgument unless 0 ≤ k ≤ n and A is square.
void check_pairs(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t k);
}  // namespace detail

template <OperatorArgument A>
[[nodiscard]] EigenResult<operator_scalar_t<A>> eigsh(const A& a, std::int64_t k,
                                                      const EigshOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    detail::check_pairs("eigsh", operand.rows(), operand.cols(), k);
    Vector<Real<T>> values(k);
    Matrix<T> vectors(operand.rows(), options.vectors ? k : 0);
    EigenReport report = detail::eigsh<T>(operand, k, options, VectorView<Real<T>>(values), MatrixView<T>(vectors));
    return detail::with_pairs<T, Real<T>>(std::move(values), std::move(vectors), std::move(report));
}

}  // namespace tamis
