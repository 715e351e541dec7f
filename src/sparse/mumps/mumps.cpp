#include "sparse/mumps/mumps.hpp"

#include "tamis_backends.hpp"

#if TAMIS_WITH_MUMPS

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <stdexcept>

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {

// As in the user's guide, where arrays begin at 1.
template <class Struct>
MUMPS_INT& icntl(Struct& id, int k) {
    return id.icntl[k - 1];
}
template <class Struct>
MUMPS_INT infog(const Struct& id, int k) {
    return id.infog[k - 1];
}
template <class Struct>
double rinfog(const Struct& id, int k) {
    return id.rinfog[k - 1];
}

// Counts of entries beyond 2³¹ come as minus the millions.
double entries(MUMPS_INT count) {
    return count >= 0 ? static_cast<double>(count) : -1e6 * static_cast<double>(count);
}

constexpr int most_workspace_tries = 12;

}  // namespace

std::mutex& mumps_mutex() {
    static std::mutex mutex;
    return mutex;
}

void throw_mumps(const char* what, int code, int detail) {
    const auto numbers = " (INFOG(1) = " + std::to_string(code) + ", INFOG(2) = " + std::to_string(detail) + ")";
    switch (code) {
        case -5:   // real workspace of the analysis
        case -7:   // integer workspace of the analysis
        case -13:  // workspace of factorization and solution
        case -22: throw std::bad_alloc();
        case -51:
        case -52:
            throw IndexOverflow(std::string(what) +
                                ": the graph has too many entries for the 32-bit integers of MUMPS' ordering" + numbers +
                                "; use another ordering");
        case -8:
        case -9:
        case -11:
        case -14: throw Error(std::string(what) + ": MUMPS needs ever more workspace than it estimated" + numbers);
        default: throw Error(std::string(what) + ": MUMPS failed" + numbers);
    }
}

std::string mumps_name(const char* kind) {
    return std::string("MUMPS ") + MUMPS_VERSION + " (" + kind + ")";
}

template <class E>
MumpsInstance<E>::MumpsInstance(const char* what, MumpsSymmetry symmetry) : what_(what),
                                                                            id_(std::make_unique<Struct>()) {
    id_->sym = static_cast<MUMPS_INT>(symmetry);
    id_->par = 1;
    id_->comm_fortran = -987654;  // MPI_COMM_WORLD, by MUMPS' convention
    const std::lock_guard lock(mumps_mutex());
    run(-1);
    auto& id = *id_;
    for (int k = 1; k <= 3; ++k) icntl(id, k) = -1;  // no messages
    icntl(id, 4) = 0;
    icntl(id, 10) = 0;  // no refinement: residuals are ours
    icntl(id, 11) = 0;
    icntl(id, 14) = 30;  // percent of workspace beyond the estimate, for delayed pivots
    icntl(id, 28) = 1;   // sequential analysis
    icntl(id, 33) = 1;   // the determinant
    // A null pivot is noted, and the factorization goes on. Unsymmetric matrices are refused then.
    icntl(id, 24) = symmetry == MumpsSymmetry::symmetric ? 1 : 0;
}

template <class E>
MumpsInstance<E>::~MumpsInstance() {
    const std::lock_guard lock(mumps_mutex());
    id_->job = -2;
    MumpsCalls<E>::call(id_.get());
}

template <class E>
void MumpsInstance<E>::run(int job) const {
    id_->job = job;
    MumpsCalls<E>::call(id_.get());
    if (job == -1 && infog(*id_, 1) < 0) throw_mumps(what_, infog(*id_, 1), infog(*id_, 2));
}

template <class E>
void MumpsInstance<E>::point_to(const MumpsPositions& positions, std::span<const E> values) {
    id_->n = static_cast<MUMPS_INT>(positions.n);
    id_->nnz = positions.rows.size();
    // MUMPS takes no const pointers, but does not write to its input.
    id_->irn = const_cast<MUMPS_INT*>(positions.rows.data());
    id_->jcn = const_cast<MUMPS_INT*>(positions.cols.data());
    id_->a = reinterpret_cast<Number*>(const_cast<E*>(values.data()));
}

template <class E>
void MumpsInstance<E>::analyze(const MumpsPositions& positions, std::span<const E> values,
                               std::span<const std::int64_t> given) {
    auto& id = *id_;
    std::vector<MUMPS_INT> position(given.size());
    for (std::size_t k = 0; k < given.size(); ++k)
        position[static_cast<std::size_t>(given[k])] = static_cast<MUMPS_INT>(k + 1);
    icntl(id, 7) = given.empty() ? 0 : 1;
    const std::lock_guard lock(mumps_mutex());
    point_to(positions, values);
    id.perm_in = position.empty() ? nullptr : position.data();
    run(1);
    id.perm_in = nullptr;
    id.a = nullptr;
    if (infog(id, 1) < 0) throw_mumps(what_, infog(id, 1), infog(id, 2));
    known_.predicted_flops = rinfog(id, 1);
    known_.predicted_nonzeros = entries(infog(id, 20));
    // Counted in millions; MUMPS' buffers of fixed size take a few more.
    known_.predicted_bytes = 1e6 * (entries(infog(id, 17)) + 4);
    known_.permutation.resize(static_cast<std::size_t>(id.n));
    for (std::int64_t i = 0; i < id.n; ++i) known_.permutation[static_cast<std::size_t>(id.sym_perm[i] - 1)] = i;
}

template <class E>
void MumpsInstance<E>::note_factor() {
    const auto& id = *id_;
    const double nonzeros = entries(infog(id, 29));
    known_.size = {nonzeros, rinfog(id, 3), std::max(1e6 * infog(id, 19), nonzeros * sizeof(E))};
    known_.negative_pivots = infog(id, 12);
    known_.null_pivots = infog(id, 28);
    known_.null_row = known_.null_pivots > 0 && id.pivnul_list != nullptr ? id.pivnul_list[0] - 1 : -1;
    // Mantissa · 2^exponent.
    E mantissa = rinfog(id, 12);
    if constexpr (is_complex_v<E>) mantissa = E(rinfog(id, 12), rinfog(id, 13));
    const double modulus = std::abs(mantissa);
    known_.determinant = {mantissa / modulus, std::log(modulus) + infog(id, 34) * std::log(2.0)};
}

template <class E>
bool MumpsInstance<E>::factor(const MumpsPositions& positions, std::span<const E> values, double pivot_tolerance) {
    auto& id = *id_;
    id.cntl[0] = pivot_tolerance > 0 ? pivot_tolerance : 0.01;
    // A row without an entry beyond this in the scaled matrix, whose norm is about 1, is null: what rounding leaves of zero.
    // (MUMPS' own 1e-5 ε takes only what cancels exactly.)
    id.cntl[2] = std::max(10.0, std::sqrt(static_cast<double>(positions.n))) * std::numeric_limits<double>::epsilon();
    const std::lock_guard lock(mumps_mutex());
    for (int tries = 1;; ++tries) {
        point_to(positions, values);
        run(2);
        id.a = nullptr;
        const int code = infog(id, 1);
        if (code >= 0) {
            note_factor();
            return true;
        }
        if (code == -6 || code == -10) return false;
        if ((code != -8 && code != -9 && code != -14) || tries == most_workspace_tries)
            throw_mumps(what_, code, infog(id, 2));
        icntl(id, 14) *= 2;
    }
}

template <class E>
void MumpsInstance<E>::solve(E* x, std::int64_t k, bool transposed) const {
    auto& id = *id_;
    const std::lock_guard lock(mumps_mutex());
    icntl(id, 9) = transposed ? 0 : 1;
    icntl(id, 27) = static_cast<MUMPS_INT>(k);
    id.rhs = reinterpret_cast<Number*>(x);
    id.nrhs = static_cast<MUMPS_INT>(k);
    id.lrhs = id.n;
    for (int tries = 1;; ++tries) {
        run(3);
        const int code = infog(id, 1);
        if (code >= 0) break;
        if (code != -11 || tries == most_workspace_tries) {
            id.rhs = nullptr;
            throw_mumps(what_, code, infog(id, 2));
        }
        icntl(id, 14) *= 2;
    }
    id.rhs = nullptr;
}

template class MumpsInstance<double>;
template class MumpsInstance<std::complex<double>>;

}  // namespace tamis::detail

#endif
