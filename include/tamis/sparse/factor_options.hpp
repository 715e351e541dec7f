// What the sparse factorizations share: their options.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/core/solve_verbs.hpp>
#include <tamis/sparse/convert.hpp>

namespace tamis {

/// Options of `cholesky`, `ldlt`, `lu` and `qr` of sparse matrices.
struct FactorOptions {
    /// Fill-reducing ordering. `automatic`: AMD for Cholesky and LU, nested dissection instead where AMD's predicted flops
    /// say that it pays; for QR SPQR's own choice (COLAMD, AMD of AᴴA, or METIS).
    Ordering ordering = Ordering::automatic;
    /// The order for `Ordering::given`: entry k is the original column (Cholesky: row and column) of position k.
    Permutation permutation{};
    /// The backends here compute in double whatever is asked; `info().precision` says so.
    Precision precision = Precision::working;
    /// Bytes that factor and workspace may take, held against the prediction before the numeric phase
    /// (MemoryLimitExceeded). 0: what the machine or its control group has left. Negative: InvalidArgument.
    std::int64_t memory_limit = 0;
    /// s: A + s·I is factored (square matrices). Must be finite.
    double shift = 0;
    /// LU: a pivot is taken if it is at least this fraction of its column's largest candidate, in (0, 1]; 0: 0.1. QR:
    /// singular values of at most this fraction of ‖A‖₂ count as zero; 0: max(rows, cols) ε, in single precision
    /// 20 √(rows + cols) ε. Cholesky takes every positive pivot. LDLᴴ with
    /// chosen pivots and LU by MUMPS: likewise a fraction, 0: 0.01. Negative or NaN:
    /// InvalidArgument.
    double pivot_tolerance = 0;
    /// Looked at between the phases (analysis, numeric factorization); Cancelled when a stop is requested.
    std::stop_token stop{};
};

namespace detail {

class FactorReader;
class FactorWriter;
struct FileAccess;

}  // namespace detail

}  // namespace tamis
