// Private: how a coarse level's vectors become vectors of the level above.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csr.hpp>

#include "iterative/amg/aggregate.hpp"

namespace tamis::detail {

/// The tentative prolongator and what it leaves to the next level.
template <class T, class I>
struct Tentative {
    Csr<T, I> P;            ///< n × coarse, orthonormal columns, each within one aggregate
    Array<T> candidates;    ///< coarse × m, by columns: P times these are the candidates of the level above
    Nodes<I> coarse_nodes;  ///< an aggregate is a node of the next level
};

/// P and the coarse candidates from the QR factorization of the candidates (n × m, by columns) over each aggregate; Vaněk et
/// al., Algorithm 4.1. A candidate that depends on those before it within an aggregate gets no column there.
template <class T, class I>
Tentative<T, I> tentative_prolongator(const Nodes<I>& nodes, const Aggregates<I>& aggregates, const Array<T>& candidates,
                                      std::int64_t m);

/// (I − ω D⁻¹ A_F) P, where weak entries of A are left out of A_F and added to its diagonal D, ω = 4 / (3 λ); Vaněk et al.,
/// (7) and (8). A single candidate weighs what is added, so that A_F maps it to what A does: on coarse levels it is not
/// constant. λ is `largest`, about max |λ(D⁻¹ A)| (0: to be found), in rows without weak entries. Others, whose diagonal the
/// weak entries may have made small or 0, take Gershgorin's bound for their row instead: where coefficients jump, one λ for
/// all rows is either too large for most or too small for these.
template <class T, class I>
Csr<T, I> smoothed_prolongator(const Csr<T, I>& A, const Nodes<I>& nodes, const NodeGraph<Real<T>, I>& graph,
                               const Aggregates<I>& aggregates, const Tentative<T, I>& tentative, const Array<T>& candidates,
                               bool hermitian, Real<T> largest);

}  // namespace tamis::detail
