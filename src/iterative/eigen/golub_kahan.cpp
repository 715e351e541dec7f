#include "iterative/eigen/golub_kahan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/blas.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_spectral.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class T>
GolubKahan<T>::GolubKahan(const TwoSidedProducts<T>& A, std::int64_t dimension, std::int64_t block, std::uint64_t seed)
    : A_(A),
      dimension_(dimension),
      width_(block),
      seed_(seed * 1000003 + 11),
      U_(A.rows * dimension, uninitialized),
      V_(A.cols * (dimension + block), uninitialized),
      B_(at(dimension * dimension)),
      F_(at(block * dimension)) {
    fill_random(A_.cols, V_.data(), 0, 0, width_);
}

/// Columns from … to of the block behind the mq columns of Q become random, orthonormal to all before them.
template <class T>
void GolubKahan<T>::fill_random(std::int64_t n, T* Q, std::int64_t mq, std::int64_t from, std::int64_t to) {
    constexpr int most_tries = 10;  // each fails with a probability of rounding size, if there is room
    for (int tries = 0; from < to && tries < most_tries; ++tries) {
        T* const X = Q + (mq + from) * n;
        for (std::int64_t j = 0; j < to - from; ++j) vec::fill_random(n, ++seed_, X + j * n);
        from += orthonormalize<T>(n, Q, nullptr, mq + from, X, nullptr, to - from);
    }
    if (from < to) vec::zero(n * (to - from), Q + (mq + from) * n);
}

/// X, the width columns behind the mq of Q, becomes orthonormal to Q and in itself: X_before = Q C + X R. On entry the rows
/// first … last of C hold what the recurrence says; all others are zero. C has mq rows, R is width×width.
template <class T>
bool GolubKahan<T>::extend(std::int64_t n, T* Q, std::int64_t mq, std::int64_t first, std::int64_t last, T* C, T* R) {
    using S = Real<T>;
    const std::int64_t w = width_;
    T* const X = Q + mq * n;
    if (first < last) tall::multiply(n, T(-1), Q + first * n, last - first, C + first, mq, w, T(1), X);
    std::vector<T> D(at(mq * w)), G(at(w * w));
    tall::gram(n, Q, mq, X, w, D.data(), mq);
    tall::multiply(n, T(-1), Q, mq, D.data(), mq, w, T(1), X);
    for (std::size_t i = 0; i < D.size(); ++i) C[i] += D[i];
    tall::gram(n, X, w, X, w, G.data(), w);

    // Cancellation or dependence: more passes are needed, or other columns.
    bool trouble = false;
    std::vector<S> d(at(w));
    for (std::int64_t j = 0; j < w; ++j) {
        const double left = static_cast<double>(std::real(G[at(j * w + j)]));
        double taken = 0;
        for (std::int64_t i = 0; i < mq; ++i) taken += static_cast<double>(std::norm(D[at(j * mq + i)]));
        if (!std::isfinite(left) || !std::isfinite(taken)) return false;
        const double floor = 1e4 * static_cast<double>(epsilon_v<T>) * scale_;
        trouble = trouble || !(left > taken) || !(left > floor * floor);
        d[at(j)] = left > 0 ? S(1) / std::sqrt(static_cast<S>(left)) : S(0);
        trouble = trouble || !std::isfinite(d[at(j)]);
    }
    std::fill_n(R, w * w, T(0));
    if (!trouble) {
        std::vector<T> L(G);
        for (std::int64_t j = 0; j < w; ++j)
            for (std::int64_t i = 0; i < w; ++i) L[at(j * w + i)] *= d[at(i)] * d[at(j)];
        trouble = lapack::potrf(w, L.data(), w) != 0;
        // Beyond a condition of some 30 the division below would magnify what is left of Q in X.
        for (std::int64_t j = 0; j < w && !trouble; ++j) trouble = !(std::real(L[at(j * w + j)]) > S(0.03));
        if (!trouble) {
            for (std::int64_t j = 0; j < w; ++j)
                for (std::int64_t i = j; i < w; ++i) L[at(j * w + i)] /= d[at(i)];
            tall::divide_by_adjoint_lower(n, X, w, L.data(), w);
            tall::gram(n, X, w, X, w, G.data(), w);
            trouble = lapack::potrf(w, G.data(), w) != 0;
            if (trouble) return false;
            tall::divide_by_adjoint_lower(n, X, w, G.data(), w);
            // X_before = X (L G)ᴴ.
            for (std::int64_t j = 0; j < w; ++j)
                for (std::int64_t i = 0; i <= j; ++i)
                    for (std::int64_t l = i; l <= j; ++l)
                        R[j * w + i] += conjugate(L[at(l * w + j)]) * conjugate(G[at(i * w + l)]);
            return true;
        }
    }
    return replace_dependent(n, Q, mq, C, R);
}

/// extend where columns depend on Q or on each other, or vanish: slower.
template <class T>
bool GolubKahan<T>::replace_dependent(std::int64_t n, T* Q, std::int64_t mq, T* C, T* R) {
    const std::int64_t w = width_;
    T* const X = Q + mq * n;
    const double floor = 4 * static_cast<double>(epsilon_v<T>) * scale_;
    Array<T> W(n * w, uninitialized);
    vec::copy(n * w, X, W.data());
    std::int64_t kept = 0;
    for (std::int64_t j = 0; j < w; ++j) {
        const double norm = vec::norm(n, X + j * n);
        if (!std::isfinite(norm)) return false;
        if (!(norm > floor)) {
            vec::zero(n, W.data() + j * n);
            continue;
        }
        vec::scaled(n, Sum<T>(1 / norm), W.data() + j * n, X + kept * n);
        ++kept;
    }
    kept = orthonormalize<T>(n, Q, nullptr, mq, X, nullptr, kept);
    fill_random(n, Q, mq, kept, w);
    std::vector<T> D(at(mq * w));
    tall::gram(n, Q, mq, W.data(), w, D.data(), mq);
    for (std::size_t i = 0; i < D.size(); ++i) C[i] += D[i];
    tall::gram(n, X, w, W.data(), w, R, w);
    return true;
}

template <class T>
bool GolubKahan<T>::expand() {
    const std::int64_t m = A_.rows, n = A_.cols, w = width_, old = size_, now = size_ + w;
    T* const X = U_.data() + old * m;
    A_.forward(V_.data() + old * n, X, w);
    std::vector<double> norm(at(w));
    tall::norms(m, w, X, norm.data());
    for (const double x : norm) {
        if (!std::isfinite(x)) return false;
        scale_ = std::max(scale_, x);
    }
    std::vector<T> C(at(old * w)), R(at(w * w));
    for (std::int64_t j = 0; j < w; ++j)
        for (std::int64_t i = coupled_; i < old; ++i) C[at(j * old + i)] = conjugate(F_[at(i * w + j)]);
    if (!extend(m, U_.data(), old, coupled_, old, C.data(), R.data())) return false;
    for (std::int64_t j = 0; j < w; ++j) {
        T* const column = B_.data() + (old + j) * dimension_;
        std::fill_n(column, dimension_, T(0));
        std::copy_n(C.data() + j * old, old, column);
        std::copy_n(R.data() + j * w, w, column + old);
    }

    size_ = now;
    A_.adjoint(X, V_.data() + now * n, w);
    std::vector<T> E(at(now * w)), S(at(w * w));
    for (std::int64_t j = 0; j < w; ++j)
        for (std::int64_t i = 0; i < w; ++i) E[at(j * now + old + i)] = conjugate(R[at(i * w + j)]);
    if (!extend(n, V_.data(), now, old, now, E.data(), S.data())) return false;
    std::fill(F_.begin(), F_.end(), T(0));
    std::copy(S.begin(), S.end(), F_.begin() + old * w);
    coupled_ = old;
    return true;
}

template <class T>
bool GolubKahan<T>::decompose() {
    const std::int64_t m = size_, w = width_;
    std::vector<T> B(at(m * m)), FP(at(w * m));
    for (std::int64_t j = 0; j < m; ++j) std::copy_n(B_.data() + j * dimension_, m, B.data() + j * m);
    P_.resize(at(m * m));
    Qh_.resize(at(m * m));
    values_.resize(at(m));
    residuals_.resize(at(m));
    if (lapack::gesdd(m, m, B.data(), m, values_.data(), P_.data(), Qh_.data()) != 0) return false;
    blas::gemm('N', 'N', w, m, m, T(1), F_.data(), w, P_.data(), m, T(0), FP.data(), w);
    for (std::int64_t i = 0; i < m; ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j < w; ++j) sum += static_cast<double>(std::norm(FP[at(i * w + j)]));
        residuals_[at(i)] = std::sqrt(sum);
    }
    return true;
}

template <class T>
void GolubKahan<T>::restart(std::int64_t first, std::int64_t count, bool fresh) {
    const std::int64_t m = A_.rows, n = A_.cols, size = size_, w = width_;
    std::vector<T> Q(at(size * count)), F(at(w * count));
    for (std::int64_t j = 0; j < count; ++j)
        for (std::int64_t i = 0; i < size; ++i) Q[at(j * size + i)] = conjugate(Qh_[at(i * size + first + j)]);
    tall::rotate(m, U_.data(), size, P_.data() + first * size, size, count);
    tall::rotate(n, V_.data(), size, Q.data(), size, count);
    blas::gemm('N', 'N', w, count, size, T(1), F_.data(), w, P_.data() + first * size, size, T(0), F.data(), w);
    std::fill(B_.begin(), B_.end(), T(0));
    for (std::int64_t j = 0; j < count; ++j) B_[at(j * dimension_ + j)] = T(values_[at(first + j)]);
    std::fill(F_.begin(), F_.end(), T(0));
    size_ = count;
    if (fresh) {
        fill_random(n, V_.data(), count, 0, w);
        coupled_ = count;
        return;
    }
    std::copy(F.begin(), F.end(), F_.begin());
    for (std::int64_t j = 0; j < w && count < size; ++j)
        vec::copy(n, V_.data() + (size + j) * n, V_.data() + (count + j) * n);
    coupled_ = 0;
}

template <class T>
void GolubKahan<T>::vectors(std::int64_t first, std::int64_t count, T* left, T* right) const {
    std::vector<T> Q(at(size_ * count));
    for (std::int64_t j = 0; j < count; ++j)
        for (std::int64_t i = 0; i < size_; ++i) Q[at(j * size_ + i)] = conjugate(Qh_[at(i * size_ + first + j)]);
    tall::multiply(A_.rows, T(1), U_.data(), size_, P_.data() + first * size_, size_, count, T(0), left);
    tall::multiply(A_.cols, T(1), V_.data(), size_, Q.data(), size_, count, T(0), right);
}

template class GolubKahan<float>;
template class GolubKahan<double>;
template class GolubKahan<std::complex<float>>;
template class GolubKahan<std::complex<double>>;

}  // namespace tamis::detail
