// Eight sums side by side, for kernels that take eight rows at a time; included by their sources (dispatch.hpp). The order of
// each row's sum is that of csr.inl: the same bits. Values may be stored in less precision (V) than sums have (T).

constexpr int lanes = 8;

/// Eight numbers side by side: a vector register (or two, or four) for real ones, a plain array of the compiler's choice for
/// complex ones.
template <class T>
struct Lanes;
template <>
struct Lanes<float> {
    typedef float Register __attribute__((vector_size(32)));
    Register v;
};
template <>
struct Lanes<double> {
    typedef double Register __attribute__((vector_size(64)));
    Register v;
};
template <class R>
struct Lanes<std::complex<R>> {
    ComplexNumber<R> v[lanes];
};

/// Eight real values that follow each other.
template <class R>
TAMIS_INLINE void read(typename Lanes<R>::Register& r, const R* p) {
    __builtin_memcpy(&r, p, sizeof r);
}
TAMIS_INLINE void read(Lanes<double>::Register& r, const float* p) {
    Lanes<float>::Register narrow;
    __builtin_memcpy(&narrow, p, sizeof narrow);
    r = __builtin_convertvector(narrow, Lanes<double>::Register);
}

/// s += a x, eight values by eight.
template <class R, class V>
TAMIS_INLINE void add_product(Lanes<R>& s, const V* a, const R* x) {
    typename Lanes<R>::Register av;
    typename Lanes<R>::Register xv;
    read(av, a);
    read(xv, x);
    s.v += av * xv;
}
template <class R, class V>
TAMIS_INLINE void add_product(Lanes<std::complex<R>>& s, const std::complex<V>* a, const std::complex<R>* x) {
    for (int r = 0; r < lanes; ++r) s.v[r] = plus(s.v[r], times<false>(widened<R>(load(a + r)), load(x + r)));
}

/// The same with one value for all rows.
template <class R, class V>
TAMIS_INLINE void add_multiple(Lanes<R>& s, const V* a, const R* x) {
    typename Lanes<R>::Register xv;
    read(xv, x);
    s.v += static_cast<R>(*a) * xv;
}
template <class R, class V>
TAMIS_INLINE void add_multiple(Lanes<std::complex<R>>& s, const std::complex<V>* a, const std::complex<R>* x) {
    for (int r = 0; r < lanes; ++r) s.v[r] = plus(s.v[r], times<false>(widened<R>(load(a)), load(x + r)));
}

template <class R>
TAMIS_INLINE void join(Lanes<R>& s0, const Lanes<R>& s1, const Lanes<R>& s2, const Lanes<R>& s3) {
    s0.v = (s0.v + s1.v) + (s2.v + s3.v);
}
template <class R>
TAMIS_INLINE void join(Lanes<std::complex<R>>& s0, const Lanes<std::complex<R>>& s1, const Lanes<std::complex<R>>& s2,
                       const Lanes<std::complex<R>>& s3) {
    for (int r = 0; r < lanes; ++r) s0.v[r] = plus(plus(s0.v[r], s1.v[r]), plus(s2.v[r], s3.v[r]));
}

template <class R>
TAMIS_INLINE void put(R* sums, const Lanes<R>& s) {
    __builtin_memcpy(sums, &s.v, sizeof s.v);
}
template <class R>
TAMIS_INLINE void put(std::complex<R>* sums, const Lanes<std::complex<R>>& s) {
    for (int r = 0; r < lanes; ++r) store(sums + r, s.v[r]);
}

/// Where the four interleaved sums of a row end.
TAMIS_INLINE std::int64_t interleaved(std::int64_t length) {
    return length < four_sums ? 0 : 4 + (length - 4) / 8 * 8;
}
