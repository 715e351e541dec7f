// Private: SPQR's own object as a factor.
#pragma once

#include <SuiteSparseQR.hpp>

#include <cstdint>
#include <utility>
#include <vector>

#include "sparse/suitesparse/backend.hpp"
#include "sparse/suitesparse/cholmod.hpp"

namespace tamis::detail {

/// Owns SPQR's object: after its analysis without, after its factorization with numbers.
template <class E>
class SpqrObject {
  public:
    explicit SpqrObject(SuiteSparseQR_factorization<E>* object) noexcept : object_(object) {}
    SpqrObject(const SpqrObject&) = delete;
    SpqrObject& operator=(const SpqrObject&) = delete;
    ~SpqrObject() {
        if (object_ == nullptr) return;
        CholmodCommon<std::int64_t> common;
        SuiteSparseQR_free<E>(&object_, common.get());
    }
    [[nodiscard]] SuiteSparseQR_factorization<E>* get() const noexcept { return object_; }
    SuiteSparseQR_factorization<E>* operator->() const noexcept { return object_; }

  private:
    SuiteSparseQR_factorization<E>* object_;
};

/// Q and R in the frontal matrices in which SPQR computed them: half the memory of sparse columns, and contiguous. Solves
/// are loops over the fronts that only read, so that any number of threads may run them. Made by an analysis without
/// singletons.
template <class E>
class SpqrFactor final : public OrthogonalFactor<E> {
  public:
    /// `columns`: the columns of A in the order that SPQR's object has them in.
    SpqrFactor(std::shared_ptr<SpqrObject<E>> object, std::vector<std::int64_t>&& columns, double flops);

    [[nodiscard]] std::int64_t rows() const noexcept override { return qr_->narows; }
    [[nodiscard]] std::int64_t cols() const noexcept override { return qr_->nacols; }
    [[nodiscard]] std::int64_t rank() const noexcept override { return qr_->rank; }
    [[nodiscard]] const std::vector<std::int64_t>& permutation() const noexcept override { return permutation_; }
    void apply_q_adjoint(const E* x, E* y) const override;
    void apply_q(E* y, E* x) const override;
    /// Only of full rank; with dead columns R's fronts are no triangle, and parts() rearranges them.
    void solve_r(E* c) const override;
    void solve_r_adjoint(E* c) const override;
    [[nodiscard]] Csc<E, std::int64_t> matrix_r() const override;
    [[nodiscard]] HouseholderParts<E> parts() const override;
    [[nodiscard]] FactorSize size() const override { return size_; }

  private:
    /// A column of a front: first what it has of R, then the Householder vector that eliminated it, if any.
    struct Column {
        std::int64_t index;  // of the column, in SPQR's order
        const E* r;
        std::int64_t r_rows;
        E tau;  // 0: there is no vector
        const E* v;
        std::int64_t head;    // the front's row at which the vector has its unit entry, which is not stored
        std::int64_t v_rows;  // those after it
    };
    struct Front;
    template <class Visit>
    void for_each_column(std::int64_t f, const Visit& visit) const;
    void load(std::int64_t f, Front& front) const;

    std::shared_ptr<SpqrObject<E>> object_;
    const SuiteSparseQR_factorization<E>* qr_;
    double flops_;
    std::vector<std::int64_t> position_;     // of SPQR's columns among R's: those that depend on others come last
    std::vector<std::int64_t> permutation_;  // A's column at each position
    std::vector<std::int64_t> first_row_;    // of R, by front
    FactorSize size_;
};

}  // namespace tamis::detail
