// Private: an instance of MUMPS. Amestoy, Duff, L'Excellent, Koster: A fully asynchronous multifrontal solver using
// distributed dynamic scheduling, SIAM J. Matrix Anal. Appl. 23 (2001). MUMPS is under the CeCILL-C license.
//
// The sequential library, with its stand-in for MPI: no MPI_Init, one process. Its instances share state (a table in static
// memory), and a solve writes to its instance: every call holds one mutex of the process.
#pragma once

#include "tamis_backends.hpp"

#if TAMIS_WITH_MUMPS

#include <dmumps_c.h>
#include <zmumps_c.h>

#include <complex>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

static_assert(sizeof(MUMPS_INT) == 4, "tamis: MUMPS with 64-bit MUMPS_INT is not supported");

template <class E>
struct MumpsCalls;
template <>
struct MumpsCalls<double> {
    using Struct = DMUMPS_STRUC_C;
    using Number = DMUMPS_COMPLEX;
    static void call(Struct* id) { dmumps_c(id); }
};
template <>
struct MumpsCalls<std::complex<double>> {
    using Struct = ZMUMPS_STRUC_C;
    using Number = ZMUMPS_COMPLEX;
    static void call(Struct* id) { zmumps_c(id); }
};

/// The mutex that every call of MUMPS holds.
std::mutex& mumps_mutex();

/// Translates INFOG(1) < 0, with INFOG(2): std::bad_alloc, IndexOverflow, or an Error with both numbers.
[[noreturn]] void throw_mumps(const char* what, int code, int detail);

/// "MUMPS 5.5.1 (…)".
std::string mumps_name(const char* kind);

/// The kinds of matrix, as MUMPS' SYM.
enum class MumpsSymmetry { none = 0, symmetric = 2 };

/// Positions of the entries, 1-based, in the order of the values.
struct MumpsPositions {
    std::int64_t n = 0;
    Array<MUMPS_INT> rows;
    Array<MUMPS_INT> cols;
};

/// Owns an instance: analysed once, then factored as often as wanted.
template <class E>
class MumpsInstance {
  public:
    MumpsInstance(const char* what, MumpsSymmetry symmetry);
    MumpsInstance(const MumpsInstance&) = delete;
    MumpsInstance& operator=(const MumpsInstance&) = delete;
    ~MumpsInstance();

    /// Symbolic analysis in the order of `given` (position k holds the original index), by AMD where that is empty.
    void analyze(const MumpsPositions& positions, std::span<const E> values, std::span<const std::int64_t> given);
    /// The numeric factorization, with more workspace where the estimate was too low. A pivot tolerance of 0 is MUMPS' own,
    /// 0.01. False if the matrix is singular (symmetric ones have null pivots instead).
    [[nodiscard]] bool factor(const MumpsPositions& positions, std::span<const E> values, double pivot_tolerance);
    /// X (n×k, contiguous) is overwritten with A⁻¹X, or A⁻ᵀX.
    void solve(E* x, std::int64_t k, bool transposed) const;

    // What MUMPS says of its work is copied from the instance when the work ends: solves of other threads write there.

    /// After analyze.
    [[nodiscard]] double predicted_flops() const noexcept { return known_.predicted_flops; }
    [[nodiscard]] double predicted_nonzeros() const noexcept { return known_.predicted_nonzeros; }
    [[nodiscard]] double predicted_bytes() const noexcept { return known_.predicted_bytes; }
    [[nodiscard]] const std::vector<std::int64_t>& permutation() const noexcept { return known_.permutation; }
    /// After factor.
    [[nodiscard]] FactorSize size() const noexcept { return known_.size; }
    [[nodiscard]] std::int64_t negative_pivots() const noexcept { return known_.negative_pivots; }
    [[nodiscard]] std::int64_t null_pivots() const noexcept { return known_.null_pivots; }
    /// Zero-based row of the first null pivot, -1 if there is none.
    [[nodiscard]] std::int64_t null_row() const noexcept { return known_.null_row; }
    /// The determinant as a number of modulus 1 and a logarithm.
    [[nodiscard]] LogDeterminant<E> determinant() const noexcept { return known_.determinant; }

  private:
    using Struct = typename MumpsCalls<E>::Struct;
    using Number = typename MumpsCalls<E>::Number;
    struct Known {
        double predicted_flops = 0;
        double predicted_nonzeros = 0;
        double predicted_bytes = 0;
        std::vector<std::int64_t> permutation;
        FactorSize size;
        std::int64_t negative_pivots = 0;
        std::int64_t null_pivots = 0;
        std::int64_t null_row = -1;
        LogDeterminant<E> determinant{E(1), 0};
    };

    void run(int job) const;
    void note_factor();
    void point_to(const MumpsPositions& positions, std::span<const E> values);

    const char* what_;
    std::unique_ptr<Struct> id_;
    Known known_;
};

extern template class MumpsInstance<double>;
extern template class MumpsInstance<std::complex<double>>;

}  // namespace tamis::detail

#endif
