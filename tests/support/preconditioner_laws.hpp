// What tests of preconditioners share, compiled once: their laws, and dense references.
#pragma once

#include <cstdint>
#include <functional>

#include <gtest/gtest.h>

#include <tamis/core/dense_types.hpp>
#include <tamis/iterative/precond/handle.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis::test {

template <class T>
using AnyPreconditioner = detail::PreconditionerHandle<T>;

/// M (or Mᴴ) as a dense matrix, by one block apply.
template <class T>
Matrix<T> dense_preconditioner(const AnyPreconditioner<T>& M, bool adjoint = false);

/// The matrix that M is the inverse of, in double precision.
template <class T>
Matrix<InDouble<T>> preconditioned_matrix(const AnyPreconditioner<T>& M);

/// M is Hermitian but for rounding, and positive definite.
template <class T>
::testing::AssertionResult positive_definite(const AnyPreconditioner<T>& M);

/// The laws of every preconditioner: adjoint, blocks, strided memory, copies, refused sizes, the same bits in concurrent
/// calls.
template <class T>
void expect_preconditioner_laws(const AnyPreconditioner<T>& M);

template <class T, class I>
struct Makers {
    std::function<AnyPreconditioner<T>(CsrView<T, I>)> from_csr;
    std::function<AnyPreconditioner<T>(CscView<T, I>)> from_csc;
};
template <class T, class I>
void check_refusals(const Makers<T, I>& make);
template <class T, class I>
void check_definite_refusals(const Makers<T, I>& make);

/// Bad input is refused by the right exception with the right index. make(A) builds the preconditioner from any view.
template <class T, class I, class Make>
void expect_bad_input_is_refused(const Make& make) {
    check_refusals<T, I>({make, make});
}
/// What is not Hermitian, or has a diagonal that is not positive, is refused.
template <class T, class I, class Make>
void expect_only_hermitian_definite(const Make& make) {
    check_definite_refusals<T, I>({make, make});
}

}  // namespace tamis::test
