// Private: spectrum slicing, the search behind eigsh_interval.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/iterative/eigen/eigsh_interval.hpp>

#include "iterative/eigen/certify.hpp"
#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/slice_search.hpp"

namespace tamis::detail {

/// A place σ on the real line, and how many eigenvalues lie below it.
struct SliceBound {
    double at = 0;
    std::int64_t below = 0;
    bool proved = false;    ///< the count
    bool near = false;      ///< an eigenvalue may lie so near that rounding in a value may take it across
    std::string how{};      ///< by which factor it was counted
    double reach_left = 0;  ///< so far from it, all eigenvalues are known, as far as its search has seen
    double reach_right = 0;
};

/// Use: count(lower, upper) says how many eigenvalues there are; then find().
///
/// R. G. Grimes, J. G. Lewis, H. D. Simon (SIAM J. Matrix Anal. Appl. 15, 1994) walk along the interval, σ_1 < σ_2 < …, and
/// turn back where ν(σ_{i+1}) − ν(σ_i), the number of eigenvalues between two shifts, is larger than that of the pairs found
/// there; C. Campos, J. E. Román (Numer. Algorithms 60, 2012) do so by thick restarts, with the pairs of the neighbouring
/// shifts deflated. Here an interval is split where eigenvalues are missing, in the middle of the part that no search has
/// reached, so that nothing has to be known of how they are distributed.
template <class T>
class IntervalSearch {
  public:
    IntervalSearch(const EigenOperand<T>& A, HermitianProblem<T>& problem, const EigshIntervalOptions<T>& options);

    /// Counts the eigenvalues in [lower, upper).
    std::int64_t count(double lower, double upper);
    /// The report where there is nothing to find: none is there, or the counting was stopped.
    EigenReport find_nothing();
    /// All that are found of them, and the report on them.
    EigenReport find(EigenPairs<T>& pairs);

  private:
    struct Slice {
        SliceBound a;
        SliceBound b;
        int barren = 0;  ///< searches in a row that brought nothing
    };
    struct Known {
        double value;
        const T* vector;
    };

    [[nodiscard]] SliceBound place(double bound, bool is_lower);
    [[nodiscard]] SliceBound place_far_out(double bound, bool is_lower);
    [[nodiscard]] SliceBound counted(double at);
    void divide(Slice&& slice);
    /// The factor of A − σB with σ inside the slice, apart from eigenvalues; false where none could be had.
    bool factor_inside(const Slice& slice, SpectralOperator<T>& op, SliceBound& middle);
    [[nodiscard]] std::int64_t known_between(double a, double b) const;
    /// The position of the first known value that is not below.
    [[nodiscard]] std::size_t first_known(double value) const;
    [[nodiscard]] double margin(const SliceBound& bound) const;
    void gather(EigenPairs<T>& pairs);
    /// How the bounds were counted, and whether that is proof.
    [[nodiscard]] std::string verdict() const;

    const EigenOperand<T>& A_;
    HermitianProblem<T>& problem_;
    const EigshIntervalOptions<T>& options_;
    EigenMonitor<T> monitor_;
    std::int64_t n_;
    SliceBound lower_;
    SliceBound upper_;
    std::int64_t limit_ = 0;
    std::vector<Slice> work_;
    std::vector<Array<T>> vectors_;  ///< of each search
    std::vector<Known> known_;       ///< by value, ascending
    std::vector<std::string> factors_;
    std::int64_t shifts_ = 0;
    bool proved_ = true;
    bool given_up_ = false;
};

}  // namespace tamis::detail
