// The arithmetic of kernels, once a target (dispatch.hpp): numbers in registers, without a call to std::complex, whose members
// would be shared with code for other targets. The product is the textbook formula, as in product.hpp.

template <class R>
struct RealNumber {
    R re;
};
template <class R>
struct ComplexNumber {
    R re;
    R im;
};

TAMIS_INLINE RealNumber<float> load(const float* p) { return {*p}; }
TAMIS_INLINE RealNumber<double> load(const double* p) { return {*p}; }
// An array of std::complex<R> is an array of R, as the standard promises.
TAMIS_INLINE ComplexNumber<float> load(const std::complex<float>* p) {
    const float* q = reinterpret_cast<const float*>(p);
    return {q[0], q[1]};
}
TAMIS_INLINE ComplexNumber<double> load(const std::complex<double>* p) {
    const double* q = reinterpret_cast<const double*>(p);
    return {q[0], q[1]};
}

template <class R>
TAMIS_INLINE void store(R* p, RealNumber<R> a) {
    *p = a.re;
}
template <class R>
TAMIS_INLINE void store(std::complex<R>* p, ComplexNumber<R> a) {
    R* q = reinterpret_cast<R*>(p);
    q[0] = a.re;
    q[1] = a.im;
}

/// The product as it is, for a sum that must not be contracted. g++ 12 makes fused multiply-addsubs of complex products for
/// targets that have them, whatever -ffp-contract says.
template <class R>
TAMIS_INLINE R rounded(R product) {
#ifdef __clang__
    return product;
#else
    return __builtin_assoc_barrier(product);
#endif
}

/// a b, or conj(a) b.
template <bool Conjugate, class R>
TAMIS_INLINE RealNumber<R> times(RealNumber<R> a, RealNumber<R> b) {
    return {a.re * b.re};
}
template <bool Conjugate, class R>
TAMIS_INLINE ComplexNumber<R> times(ComplexNumber<R> a, ComplexNumber<R> b) {
    if constexpr (Conjugate) a.im = -a.im;
    return {rounded(a.re * b.re) - rounded(a.im * b.im), rounded(a.re * b.im) + rounded(a.im * b.re)};
}

template <class R>
TAMIS_INLINE bool is_one(RealNumber<R> a) {
    return a.re == R(1);
}
template <class R>
TAMIS_INLINE bool is_one(ComplexNumber<R> a) {
    return a.re == R(1) && a.im == R(0);
}

template <class R>
TAMIS_INLINE RealNumber<R> plus(RealNumber<R> a, RealNumber<R> b) {
    return {a.re + b.re};
}
template <class R>
TAMIS_INLINE ComplexNumber<R> plus(ComplexNumber<R> a, ComplexNumber<R> b) {
    return {a.re + b.re, a.im + b.im};
}

/// A stored value as one of the precision of the sums.
template <class R, class V>
TAMIS_INLINE RealNumber<R> widened(RealNumber<V> a) {
    return {static_cast<R>(a.re)};
}
template <class R, class V>
TAMIS_INLINE ComplexNumber<R> widened(ComplexNumber<V> a) {
    return {static_cast<R>(a.re), static_cast<R>(a.im)};
}

/// Asks for the values and indices that come 6 KiB of values after entry k.
template <class T, class I>
TAMIS_INLINE void prefetch(const I* indices, const T* values, std::int64_t k) {
    constexpr std::uintptr_t entries = 6144 / sizeof(T);
    TAMIS_PREFETCH(values + k, entries * sizeof(T));
    TAMIS_PREFETCH(indices + k, entries * sizeof(I));
}
