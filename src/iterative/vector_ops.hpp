// Private: all that iterative methods do with vectors. Vectors are n contiguous numbers; several threads where n is large.
// Sums are taken in double, in chunks that depend on n only: the same bits from run to run, on any number of threads.
#pragma once

#include <cstdint>

#include <tamis/core/view.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail::vec {

template <class T>
void zero(std::int64_t n, T* x);
template <class T>
void copy(std::int64_t n, const T* x, T* y);
/// From and to the caller's memory, of any stride.
template <class T>
void copy(VectorView<const T> x, T* y);
template <class T>
void copy(const T* x, VectorView<T> y);

/// x ← a x.
template <class T>
void scale(std::int64_t n, Sum<T> a, T* x);
/// y ← a x.
template <class T>
void scaled(std::int64_t n, Sum<T> a, const T* x, T* y);
/// y ← y + a x.
template <class T>
void axpy(std::int64_t n, Sum<T> a, const T* x, T* y);
/// y ← x + b y.
template <class T>
void xpby(std::int64_t n, const T* x, Sum<T> b, T* y);
/// y ← a x + b y.
template <class T>
void axpby(std::int64_t n, Sum<T> a, const T* x, Sum<T> b, T* y);
/// x ← x + a p, then p ← z + b p, in one pass. z may be neither.
template <class T>
void axpy_xpby(std::int64_t n, Sum<T> a, T* p, T* x, const T* z, Sum<T> b);
/// The same for z = D r, with d on the diagonal of D.
template <class T>
void axpy_xpby(std::int64_t n, Sum<T> a, T* p, T* x, const T* d, const T* r, Sum<T> b);

/// z ← z + a x + b y.
template <class T>
void axpy2(std::int64_t n, Sum<T> a, const T* x, Sum<T> b, const T* y, T* z);
/// (x, y) ← (c x + s y, s x − c y).
template <class T>
void reflect(std::int64_t n, double c, double s, T* x, T* y);
/// p ← r + beta (p − omega v).
template <class T>
void direction(std::int64_t n, const T* r, Sum<T> beta, Sum<T> omega, const T* v, T* p);
/// Uniform on [−1, 1), in both parts for complex T; the same for a seed, whatever the threads.
template <class T>
void fill_random(std::int64_t n, std::uint64_t seed, T* x);

/// xᴴ y.
template <class T>
Sum<T> dot(std::int64_t n, const T* x, const T* y);
template <class T>
struct DotAndSquare {
    Sum<T> dot;     ///< xᴴ y
    double square;  ///< xᴴ x
};
template <class T>
DotAndSquare<T> dot_and_square(std::int64_t n, const T* x, const T* y);
/// ‖x‖₂, without overflow or underflow on the way.
template <class T>
double norm(std::int64_t n, const T* x);
template <class T>
double norm(VectorView<const T> x);
/// y ← y + a x; returns ‖y‖₂.
template <class T>
double axpy_norm(std::int64_t n, Sum<T> a, const T* x, T* y);
template <class T>
struct NormAndDot {
    double norm;
    Sum<T> dot;
};
/// y ← y + a x; returns ‖y‖₂ and yᴴ D y, with d on the diagonal of D.
template <class T>
NormAndDot<T> axpy_norm_and_dot(std::int64_t n, Sum<T> a, const T* x, T* y, const T* d);
/// y ← y + a x; returns zᴴ y.
template <class T>
Sum<T> axpy_dot(std::int64_t n, Sum<T> a, const T* x, T* y, const T* z);
/// y ← y + Σ a_k v_k over the first `count` vectors, each read once and y once for every four of them.
template <class T>
void add_combination(std::int64_t n, VectorBlock<T> v, std::int64_t count, const Sum<T>* a, T* y);
/// r ← a b − r; returns ‖r‖₂.
template <class T>
double residual(double a, VectorView<const T> b, T* r);

}  // namespace tamis::detail::vec
