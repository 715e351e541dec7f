// Derivatives of factorizations, solves and matrix functions: an optional component (TAMIS_WITH_ADJOINT, on by default).
// f_vjp takes cotangents of the results to cotangents of the inputs, f_jvp tangents of the inputs to tangents of the
// results; both pair by the real inner product Re<x_bar, x_dot>.
//
// All of it is in the namespace tamis::derivatives. C++ allows no namespace beside a function of its name, and
// tamis::adjoint is the function adjoint(A); a class may stand beside a function object.
#pragma once

#include <tamis/adjoint/cholesky.hpp>
#include <tamis/adjoint/determinant.hpp>
#include <tamis/adjoint/eigh.hpp>
#include <tamis/adjoint/eigsh.hpp>
#include <tamis/adjoint/gauge.hpp>
#include <tamis/adjoint/inverse.hpp>
#include <tamis/adjoint/least_squares.hpp>
#include <tamis/adjoint/logdet.hpp>
#include <tamis/adjoint/lu.hpp>
#include <tamis/adjoint/matrix_functions.hpp>
#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/adjoint/norm.hpp>
#include <tamis/adjoint/outer_product.hpp>
#include <tamis/adjoint/pinv.hpp>
#include <tamis/adjoint/qr.hpp>
#include <tamis/adjoint/quadratic_form.hpp>
#include <tamis/adjoint/solve.hpp>
#include <tamis/adjoint/sparse_least_squares.hpp>
#include <tamis/adjoint/svd.hpp>
#include <tamis/tamis.hpp>
