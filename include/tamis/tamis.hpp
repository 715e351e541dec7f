// tamis: a sparse-first numerical solver library. This header brings the core; optional components have their own.
#pragma once

#include <tamis/core/array.hpp>
#include <tamis/core/dense_types.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/core/one_norm.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/threads.hpp>
#include <tamis/core/version.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/block_triangular.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/csc.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/eigen.hpp>
#include <tamis/sparse/graph.hpp>
#include <tamis/sparse/matmul.hpp>
#include <tamis/sparse/matrix_market.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/structure.hpp>
#include <tamis/sparse/transpose.hpp>
#include <tamis/sparse/view.hpp>
