#include "iterative/eigen/ritz_basis.hpp"

#include <algorithm>
#include <cmath>

#include "core/blas.hpp"
#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class T>
RitzBasis<T>::RitzBasis(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor, std::int64_t capacity)
    : problem_(problem),
      monitor_(monitor),
      n_(problem.n()),
      generalized_(problem.generalized()) {
    const std::int64_t given = problem.constraints.cols();
    capacity_ = std::min(capacity, n_);
    Q_ = Array<T>((given + capacity_) * n_, uninitialized);
    AQ_ = Array<T>(capacity_ * n_, uninitialized);
    if (generalized_) BQ_ = Array<T>(Q_.size(), uninitialized);
    if (given > 0) {
        for (std::int64_t j = 0; j < given; ++j) vec::copy(problem.constraints.col(j), Q_.data() + j * n_);
        if (generalized_) monitor.apply_mass(Q_.data(), BQ_.data(), given);
        constraints_ = orthonormalize<T>(n_, nullptr, nullptr, 0, Q_.data(), BQ_.data(), given, problem.B);
    }
    capacity_ = std::min(capacity_, dimension());
    const auto m = static_cast<std::size_t>(capacity_);
    H_.resize(m * m);
    C_.resize(m * m);
    values_.resize(m);
}

template <class T>
bool RitzBasis<T>::extend(std::int64_t first, std::int64_t m) {
    std::vector<T> h(static_cast<std::size_t>((first + m) * m));
    const std::int64_t rows = first + m;
    tall::gram(n_, q(), rows, AQ_.data() + first * n_, m, h.data(), rows);
    for (const T& entry : h)
        if (!std::isfinite(std::abs(entry))) return false;
    const auto H = [&](std::int64_t i, std::int64_t j) -> T& { return H_[static_cast<std::size_t>(i + j * capacity_)]; };
    for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t i = 0; i < rows; ++i) {
            T entry = h[static_cast<std::size_t>(i + j * rows)];
            // Where both halves were computed, their mean.
            if (i >= first) entry = (entry + conjugate(h[static_cast<std::size_t>(first + j + (i - first) * rows)])) / T(2);
            H(i, first + j) = entry;
            H(first + j, i) = conjugate(entry);
        }
    return true;
}

template <class T>
std::int64_t RitzBasis<T>::append(std::int64_t m) {
    m = std::min(m, capacity_ - size_);
    if (m <= 0) return 0;
    T* const W = next();
    T* const BW = generalized_ ? BQ_.data() + (constraints_ + size_) * n_ : nullptr;
    if (generalized_) monitor_.apply_mass(W, BW, m);
    m = orthonormalize<T>(n_, Q_.data(), BQ_.data(), constraints_ + size_, W, BW, m, problem_.B);
    if (m == 0) return 0;
    monitor_.apply(W, AQ_.data() + size_ * n_, m);
    if (!extend(size_, m)) return -1;
    size_ += m;
    known_ = 0;
    return m;
}

template <class T>
bool RitzBasis<T>::extract() {
    const std::int64_t m = size_;
    for (std::int64_t j = 0; j < m; ++j) std::copy_n(H_.data() + j * capacity_, m, C_.data() + j * m);
    std::vector<Real<T>> w(static_cast<std::size_t>(m));
    if (m > 0 && lapack::heevd(m, C_.data(), m, w.data()) != 0) return false;
    std::copy(w.begin(), w.end(), values_.begin());
    known_ = 0;
    return true;
}

template <class T>
void RitzBasis<T>::coefficients(std::int64_t position, T* c) const {
    if (known_ > 0) {
        std::fill_n(c, size_, T(0));
        c[position] = T(1);
    } else {
        std::copy_n(C_.data() + position * size_, size_, c);
    }
}

template <class T>
void RitzBasis<T>::vectors(const std::int64_t* positions, std::int64_t count, T* X) const {
    if (known_ > 0) {
        for (std::int64_t j = 0; j < count; ++j) vec::copy(n_, q() + positions[j] * n_, X + j * n_);
        return;
    }
    std::vector<T> c(static_cast<std::size_t>(size_ * count));
    for (std::int64_t j = 0; j < count; ++j) coefficients(positions[j], c.data() + j * size_);
    tall::multiply(n_, T(1), q(), size_, c.data(), size_, count, T(0), X);
}

template <class T>
void RitzBasis<T>::residuals(const std::int64_t* positions, std::int64_t count, T* R, double* norms, double* vector_norms) {
    if (count == 0) return;
    std::vector<double> theta(static_cast<std::size_t>(count));
    std::vector<T> c(static_cast<std::size_t>(size_ * count));
    for (std::int64_t j = 0; j < count; ++j) {
        theta[static_cast<std::size_t>(j)] = values_[static_cast<std::size_t>(positions[j])];
        coefficients(positions[j], c.data() + j * size_);
        vector_norms[j] = 1;
    }
    if (generalized_) {
        if (X_.size() < count * n_) X_ = Array<T>(count * n_, uninitialized);
        vectors(positions, count, X_.data());
        tall::norms(n_, count, X_.data(), vector_norms);
    }
    if (known_ > 0) {
        for (std::int64_t j = 0; j < count; ++j) {
            const std::int64_t at = positions[j] * n_;
            tall::residuals(n_, std::int64_t{1}, AQ_.data() + at, bq() + at, theta.data() + j, R + j * n_, norms + j);
        }
        return;
    }
    // R = A Q c − B Q c θ, without a block in between.
    vec::zero(n_ * count, R);
    tall::multiply(n_, T(1), AQ_.data(), size_, c.data(), size_, count, T(1), R);
    for (std::int64_t j = 0; j < count; ++j)
        for (std::int64_t i = 0; i < size_; ++i)
            c[static_cast<std::size_t>(j * size_ + i)] *= static_cast<Real<T>>(-theta[static_cast<std::size_t>(j)]);
    tall::multiply(n_, T(1), bq(), size_, c.data(), size_, count, T(1), R);
    tall::norms(n_, count, R, norms);
}

template <class T>
void RitzBasis<T>::restart(const T* C, std::int64_t p, const double* ritz_values, std::int64_t ritz) {
    const std::int64_t m = size_;
    if (p == 0) {
        size_ = known_ = 0;
        return;
    }
    std::vector<T> HC(static_cast<std::size_t>(m * p)), reduced(static_cast<std::size_t>(p * p));
    blas::gemm('N', 'N', m, p, m, T(1), H_.data(), capacity_, C, m, T(0), HC.data(), m);
    blas::gemm('C', 'N', p, p, m, T(1), C, m, HC.data(), m, T(0), reduced.data(), p);
    for (std::int64_t j = 0; j < p; ++j) std::copy_n(reduced.data() + j * p, p, H_.data() + j * capacity_);
    tall::rotate(n_, Q_.data() + constraints_ * n_, m, C, m, p);
    tall::rotate(n_, AQ_.data(), m, C, m, p);
    if (generalized_) tall::rotate(n_, BQ_.data() + constraints_ * n_, m, C, m, p);
    size_ = p;
    known_ = ritz;
    std::copy_n(ritz_values, ritz, values_.data());
}

template <class T>
bool RitzBasis<T>::refresh() {
    const std::int64_t m = size_;
    T* const Q = Q_.data() + constraints_ * n_;
    T* const BQ = generalized_ ? BQ_.data() + constraints_ * n_ : nullptr;
    if (generalized_) monitor_.apply_mass(Q, BQ, m);
    size_ = orthonormalize<T>(n_, Q_.data(), BQ_.data(), constraints_, Q, BQ, m, problem_.B);
    monitor_.apply(Q, AQ_.data(), size_);
    known_ = 0;
    return size_ > 0 && extend(0, size_);
}

#define TAMIS_INSTANTIATE(T) template class RitzBasis<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
