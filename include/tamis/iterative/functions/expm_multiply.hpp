// expm_multiply: exp(t A) b without exp(t A).
#pragma once

#include <concepts>
#include <cstdint>
#include <stop_token>

#include <tamis/core/dense_types.hpp>
#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis {

/// How exp(tA)b is computed.
enum class ExpmMethod {
    automatic,  ///< taylor or krylov, whichever should cost less; krylov for an operator without adjoint
    taylor,     ///< a truncated Taylor series; needs an adjoint
    krylov      ///< from Krylov spaces: Lanczos' process where A is stored and Hermitian, otherwise Arnoldi's
};

/// What expm_multiply did.
struct ExpmReport {
    ExpmMethod method = ExpmMethod::automatic;  ///< the one that was taken
    std::int64_t steps = 0;                     ///< in time; by krylov, so many spaces were built
    std::int64_t matvecs = 0;                   ///< products with one column, without those for estimates of norms
};

/// Options of expm_multiply.
struct ExpmMultiplyOptions {
    ExpmMethod method = ExpmMethod::automatic;
    std::int64_t subspace = 0;     ///< of krylov: most basis vectors in memory, at least 2; 0: automatic, 64 (Arnoldi: 40)
    std::stop_token stop{};        ///< looked at before each product; a request throws Cancelled
    ExpmReport* report = nullptr;  ///< where to write what was done; null: nowhere
};

namespace detail {

/// Throws DimensionMismatch unless A is square and has b_rows columns.
void check_exponential(std::int64_t rows, std::int64_t cols, std::int64_t b_rows);
/// F = exp(t A) B.
template <class T>
void expm_multiply(const EigenOperand<T>& A, MatrixView<const T> B, Sum<T> t, MatrixView<T> F,
                   const ExpmMultiplyOptions& options);
/// Column k of X = exp(times[k] A) b.
template <class T>
void expm_multiply(const EigenOperand<T>& A, VectorView<const T> b, VectorView<const Sum<T>> times, MatrixView<T> X,
                   const ExpmMultiplyOptions& options);

}  // namespace detail

/// exp(t A) b for a square matrix or operator A, a vector b (the result is a Vector<T>) or a block of them (Matrix<T>), and
/// a time t of either sign, complex where T is. Double precision where T has it, single otherwise: the backward error is
/// about ε‖tA‖ as far as truncation goes, so the error is that times the condition of the exponential, plus rounding, small
/// for normal matrices, larger where intermediate powers are large beside the result.
///
/// The method taylor: a truncated series in s steps, degree m at most 55, both chosen for the fewest products by estimates
/// of ‖(A − μI)ᵖ‖₁^(1/p); μ is the mean of the diagonal where A is stored, 0 for an operator. A series ends early where a
/// term no longer shows in any column. A. H. Al-Mohy, N. J. Higham, Computing the action of the matrix exponential, with an
/// application to exponential integrators, SIAM J. Sci. Comput. 33(2), 2011, Algorithm 3.2.
///
/// Products with A grow with |t|‖A‖: about |t| α (55 / 9.9) in double precision for large |t| α (55 / 13.5 in single), α
/// between the spectral radius of A − μI and its 1-norm. Estimating takes more of them, with A and its adjoint,
/// and is left out where it cannot pay. Holds 3 blocks of the size of b, and about 10 vectors while estimating. The same
/// bits for any number of threads where A is a Csr and no estimate was needed, or A's adjoint gives the same bits.
///
/// The method krylov promises the same accuracy: the error estimate of each step is held below ε (1 + |τ|‖A‖), relative
/// to the largest the exponential can make of the vector it starts from. For Hermitian A, products grow with the root of
/// |t|‖A‖ only (for real t), and all times come from one space; those beyond `subspace` steps are taken twice, for which A
/// must give the same products again. For other A they grow with |t|‖A‖, as for taylor, if more slowly, and each is
/// orthogonalized against up to 40 vectors: worth it where A has many entries a row. Sidje 1998, Hochbruck and Lubich 1997
/// (in the source). Holds subspace + 4 vectors, columns one after another.
///
/// t = 0 gives b itself. A result beyond the range of T comes out as infinity (or NaN, where infinities meet).
/// DimensionMismatch for sizes that do not fit; InvalidArgument for a NaN or infinity in t, b, or a stored A, or in products
/// with an operator; Unsupported for taylor of an operator without adjoint.
template <OperatorArgument A, DenseArgument B, class When>
    requires std::convertible_to<When, detail::Sum<operator_scalar_t<A>>> &&(!DenseArgument<When>)
        [[nodiscard]] auto expm_multiply(const A& a, const B& b, const When& t, const ExpmMultiplyOptions& options = {}) {
        using T = operator_scalar_t<A>;
        const EigenOperand<T> operand(a);
        const detail::DenseInput<T, B> in(b);
        const MatrixView<const T> block = in.matrix();
        detail::check_exponential(operand.rows(), operand.cols(), block.rows());
        DenseResult<T, B> F(block.rows(), block.cols());
        detail::expm_multiply<T>(operand, block, static_cast<detail::Sum<T>>(t), MatrixView<T>(F), options);
        return F;
    }

    /// exp(t_k A) b for a vector of times, in any order and of either sign: column k of the n×times result belongs to
    /// times[k]. Equally spaced times share powers of A where they are dense (Algorithm 5.2 of the paper above, whose
    /// storage is m + 1 further vectors, at most 56); others are taken one after another outward from 0, as are those on
    /// another line through 0 in the complex plane; complex times on no such line each on its own. Otherwise as for one
    /// time.
    template <OperatorArgument A, VectorArgument B, VectorArgument Times>
    [[nodiscard]] Matrix<operator_scalar_t<A>> expm_multiply(const A& a, const B& b, const Times& times,
                                                             const ExpmMultiplyOptions& options = {}) {
        using T = operator_scalar_t<A>;
        const EigenOperand<T> operand(a);
        const detail::DenseInput<T, B> in(b);
        const detail::DenseInput<detail::Sum<T>, Times> when(times);
        detail::check_exponential(operand.rows(), operand.cols(), in.vector().size());
        Matrix<T> X(in.vector().size(), when.vector().size());
        detail::expm_multiply<T>(operand, in.vector(), when.vector(), MatrixView<T>(X), options);
        return X;
    }

}  // namespace tamis
