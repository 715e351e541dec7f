// Runs of rows with one pattern of shifts, once a target (dispatch.hpp). x is read contiguously, eight rows at a time, so that
// there are no indices to load and nothing to gather. The order of each row's sum is that of csr.inl: the same bits.

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

TAMIS_INLINE void add_product(Lanes<float>& s, const float* a, const float* x) {
    Lanes<float>::Register av;
    Lanes<float>::Register xv;
    __builtin_memcpy(&av, a, sizeof av);
    __builtin_memcpy(&xv, x, sizeof xv);
    s.v += av * xv;
}
TAMIS_INLINE void add_product(Lanes<double>& s, const double* a, const double* x) {
    Lanes<double>::Register av;
    Lanes<double>::Register xv;
    __builtin_memcpy(&av, a, sizeof av);
    __builtin_memcpy(&xv, x, sizeof xv);
    s.v += av * xv;
}
template <class R>
TAMIS_INLINE void add_product(Lanes<std::complex<R>>& s, const std::complex<R>* a, const std::complex<R>* x) {
    for (int r = 0; r < lanes; ++r) s.v[r] = plus(s.v[r], times<false>(load(a + r), load(x + r)));
}

/// The same with one value for all rows.
TAMIS_INLINE void add_multiple(Lanes<float>& s, const float* a, const float* x) {
    Lanes<float>::Register xv;
    __builtin_memcpy(&xv, x, sizeof xv);
    s.v += *a * xv;
}
TAMIS_INLINE void add_multiple(Lanes<double>& s, const double* a, const double* x) {
    Lanes<double>::Register xv;
    __builtin_memcpy(&xv, x, sizeof xv);
    s.v += *a * xv;
}
template <class R>
TAMIS_INLINE void add_multiple(Lanes<std::complex<R>>& s, const std::complex<R>* a, const std::complex<R>* x) {
    for (int r = 0; r < lanes; ++r) s.v[r] = plus(s.v[r], times<false>(load(a), load(x + r)));
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

template <bool Constant, class T>
TAMIS_INLINE void step(Lanes<T>& s, const std::int64_t* shifts, const T* values, const T* x, std::int64_t l) {
    if constexpr (Constant) add_multiple(s, values + l, x + shifts[l]);
    else add_product(s, values + l * lanes, x + shifts[l]);
}

/// Eight rows.
template <bool Constant, class T>
TAMIS_INLINE void block_sums(const std::int64_t* shifts, std::int64_t length, const T* values, const T* x, T* sums) {
    Lanes<T> s0{};
    std::int64_t l = 0;
    if (const std::int64_t four = interleaved(length); four > 0) {
        Lanes<T> s1{};
        Lanes<T> s2{};
        Lanes<T> s3{};
        for (; l < four; l += 4) {
            step<Constant>(s0, shifts, values, x, l);
            step<Constant>(s1, shifts, values, x, l + 1);
            step<Constant>(s2, shifts, values, x, l + 2);
            step<Constant>(s3, shifts, values, x, l + 3);
        }
        join(s0, s1, s2, s3);
    }
    for (; l < length; ++l) step<Constant>(s0, shifts, values, x, l);
    put(sums, s0);
}

/// One row, whose values are contiguous.
template <class T>
TAMIS_INLINE void row_sum(const std::int64_t* shifts, std::int64_t length, const T* values, const T* x, T* result) {
    decltype(load(x)) s[4] = {};
    std::int64_t l = 0;
    if (const std::int64_t four = interleaved(length); four > 0) {
        for (; l < four; l += 4)
            for (int u = 0; u < 4; ++u)
                s[u] = plus(s[u], times<false>(load(values + l + u), load(x + shifts[l + u])));
        s[0] = plus(plus(s[0], s[1]), plus(s[2], s[3]));
    }
    for (; l < length; ++l) s[0] = plus(s[0], times<false>(load(values + l), load(x + shifts[l])));
    store(result, s[0]);
}

template <bool Constant, class T>
void run_sums(const std::int64_t* shifts, std::int64_t length, const T* values, const T* x, std::int64_t rows, T* sums) {
    std::int64_t r = 0;
    for (; r + lanes <= rows; r += lanes) {
        if constexpr (!Constant) {
            for (std::int64_t b = 0; b < length * lanes * static_cast<std::int64_t>(sizeof(T)); b += 64)
                TAMIS_PREFETCH(values, 4096 + static_cast<std::uintptr_t>(b));
        }
        block_sums<Constant>(shifts, length, values, x + r, sums + r);
        if constexpr (!Constant) values += length * lanes;
    }
    for (; r < rows; ++r) {
        row_sum(shifts, length, values, x + r, sums + r);
        if constexpr (!Constant) values += length;
    }
}

template <class T>
constexpr RunKernels<T> run_kernels = {&run_sums<false, T>, &run_sums<true, T>};
