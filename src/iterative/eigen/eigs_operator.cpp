#include "iterative/eigen/eigs_operator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <type_traits>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/lu.hpp>

#include "instantiate.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// What is stored, over S. One index type will do: the factorization outweighs the copy.
template <class S, class T>
Csr<S, std::int64_t> stored_over(const EigenOperand<T>& A) {
    return std::visit(
        [&](const auto& stored) -> Csr<S, std::int64_t> {
            using D = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::is_same_v<D, std::monostate>)
                throw Unsupported("eigs: a mass matrix must be stored, as it has to be factored");
            else if constexpr (SparseMatrix<D>) return cast<S, std::int64_t>(stored);
            else return cast<S, std::int64_t>(compress<T, std::int64_t>(stored).view());
        },
        A.stored());
}

template <class S>
S shift_over(std::complex<double> sigma) {
    if constexpr (is_complex_v<S>) return S(static_cast<Real<S>>(sigma.real()), static_cast<Real<S>>(sigma.imag()));
    else return static_cast<S>(sigma.real());
}

template <class S>
using Factor = std::shared_ptr<const SparseLu<S, std::int64_t>>;

template <class S>
void solve_one(const Factor<S>& lu, bool adjoint, const S* b, S* x) {
    const VectorView<const S> rhs(b, lu->rows());
    const VectorView<S> solution(x, lu->rows());
    if (adjoint) lu->solve_adjoint_into(rhs, solution);
    else lu->solve_into(rhs, solution);
}

template <class S, class T>
void apply_over(const OperatorRef<T>& A, bool adjoint, const S* x, S* y) {
    if constexpr (std::is_same_v<S, T>) {
        if (adjoint) A.apply_adjoint(VectorView<const T>(x, A.rows()), VectorView<T>(y, A.cols()));
        else A.apply(VectorView<const T>(x, A.cols()), VectorView<T>(y, A.rows()));
    } else {
        apply_to_complex(A, adjoint, x, y);
    }
}

}  // namespace

template <class T>
void apply_to_complex(const OperatorRef<T>& A, bool adjoint, const std::complex<Real<T>>* x, std::complex<Real<T>>* y) {
    if constexpr (is_complex_v<T>) {
        apply_over<T, T>(A, adjoint, x, y);
    } else {
        const std::int64_t in = adjoint ? A.rows() : A.cols(), out = adjoint ? A.cols() : A.rows();
        Array<T> X(2 * in, uninitialized), Y(2 * out, uninitialized);
        for (std::int64_t i = 0; i < in; ++i) {
            X[i] = x[i].real();
            X[in + i] = x[i].imag();
        }
        const MatrixView<const T> from(X.data(), in, 2);
        const MatrixView<T> to(Y.data(), out, 2);
        if (adjoint) A.apply_adjoint(from, to);
        else A.apply(from, to);
        for (std::int64_t i = 0; i < out; ++i) y[i] = {Y[i], Y[out + i]};
    }
}

template <class S, class T>
GeneralOperators<S> product_operators(const EigenOperand<T>& A, const EigenOperand<T>& B) {
    GeneralOperators<S> result;
    const OperatorRef<T> a = A.ref();
    const std::int64_t n = a.rows();
    if (!B) {
        result.how = "products with A";
        result.right = [a](const S* x, S* y) { apply_over(a, false, x, y); };
        if (a.has_adjoint()) result.left = [a](const S* x, S* y) { apply_over(a, true, x, y); };
        return result;
    }
    const auto lu = std::make_shared<const SparseLu<S, std::int64_t>>(stored_over<S>(B));
    result.how = "products with A and the inverse of B";
    const auto scratch = std::make_shared<Array<S>>(n, uninitialized);
    result.right = [=](const S* x, S* y) {
        apply_over(a, false, x, scratch->data());
        solve_one<S>(lu, false, scratch->data(), y);
    };
    if (a.has_adjoint())
        result.left = [=](const S* x, S* y) {
            apply_over(a, true, x, scratch->data());
            solve_one<S>(lu, true, scratch->data(), y);
        };
    return result;
}

template <class S, class T>
GeneralOperators<S> inverse_operators(const EigenOperand<T>& A, const EigenOperand<T>& B, std::complex<double> sigma) {
    const std::int64_t n = A.rows();
    const Csr<S, std::int64_t> a = stored_over<S>(A);
    const Csr<S, std::int64_t> b = B ? stored_over<S>(B) : tamis::identity<S, std::int64_t>(n);
    double largest_a = 0, largest_b = 0;
    for (const S& x : a.values()) largest_a = std::max(largest_a, static_cast<double>(std::abs(x)));
    for (const S& x : b.values()) largest_b = std::max(largest_b, static_cast<double>(std::abs(x)));
    // Defective eigenvalues at sigma, of the inverse of which the norm grows like a power of 1 / step, ask for a step that
    // is not very small.
    const double eps = static_cast<double>(epsilon_v<S>);
    const double step = std::pow(eps, 0.25) * (largest_b > 0 && largest_a > 0 ? largest_a / largest_b : 1.0);

    GeneralOperators<S> result;
    result.inverse = true;
    result.sigma = sigma;
    Factor<S> lu;
    constexpr int most_tries = 4;
    for (int tries = 0; lu == nullptr; ++tries) {
        try {
            auto candidate = std::make_shared<const SparseLu<S, std::int64_t>>(
                result.sigma == 0.0 ? a : a - shift_over<S>(result.sigma) * b);
            if (static_cast<double>(candidate->rcond()) > 10 * eps || tries + 1 >= most_tries) lu = std::move(candidate);
        } catch (const SingularMatrix&) {
            if (tries + 1 >= most_tries) throw;
        }
        if (lu == nullptr) result.sigma = sigma + step * std::pow(10.0, tries) * (tries % 2 == 0 ? 1.0 : -1.0);
    }
    result.how = "the inverse of A - sigma B by SparseLu";
    if (result.sigma != sigma) {
        char text[120];
        std::snprintf(text, sizeof text, ", sigma moved by %.1e from an eigenvalue", std::abs(result.sigma - sigma));
        result.how += text;
    }
    const auto mass = B ? std::make_shared<const Csr<S, std::int64_t>>(b) : nullptr;
    const auto scratch = std::make_shared<Array<S>>(n, uninitialized);
    const auto with = [=](bool adjoint) {
        return [=](const S* x, S* y) {
            if (mass != nullptr) {
                apply_over<S, S>(OperatorRef<S>(*mass), adjoint, x, scratch->data());
                solve_one<S>(lu, adjoint, scratch->data(), y);
            } else {
                solve_one<S>(lu, adjoint, x, y);
            }
        };
    };
    result.right = with(false);
    result.left = with(true);
    return result;
}

#define TAMIS_INSTANTIATE_PAIR(S, T)                                                                      \
    template GeneralOperators<S> product_operators<S, T>(const EigenOperand<T>&, const EigenOperand<T>&); \
    template GeneralOperators<S> inverse_operators<S, T>(const EigenOperand<T>&, const EigenOperand<T>&,  \
                                                         std::complex<double>);
#define TAMIS_INSTANTIATE(T)     \
    TAMIS_INSTANTIATE_PAIR(T, T) \
    template void apply_to_complex<T>(const OperatorRef<T>&, bool, const std::complex<Real<T>>*, std::complex<Real<T>>*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
TAMIS_INSTANTIATE_PAIR(std::complex<float>, float)
TAMIS_INSTANTIATE_PAIR(std::complex<double>, double)
#undef TAMIS_INSTANTIATE
#undef TAMIS_INSTANTIATE_PAIR

}  // namespace tamis::detail
