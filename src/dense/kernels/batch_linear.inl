// LU, Cholesky and the exponential of several matrices side by side, once a target (core/kernels/dispatch.hpp).

#include "dense/kernels/batch_lanes.inl"

namespace batch {

/// y_i −= x_i u for the rows begin ≤ i < end.
template <class T>
TAMIS_INLINE void subtract(std::int64_t begin, std::int64_t end, const RealOfLanes<T>* x, Lanes<T> u, RealOfLanes<T>* y) {
    for (std::int64_t i = begin; i < end; ++i) put<T>(y, i, minus(get<T>(y, i), times(get<T>(x, i), u)));
}

/// Exchanges the rows a and b of one lane in the columns begin ≤ j < end of an n-row matrix.
template <class T>
TAMIS_INLINE void exchange_rows(std::int64_t n, std::int64_t begin, std::int64_t end, std::int64_t a, std::int64_t b,
                                RealOfLanes<T>* A, int lane) {
    using R = RealOfLanes<T>;
    for (std::int64_t j = begin; j < end; ++j)
        for (int part = 0; part < ScalarParts<T>::count; ++part) {
            R* const p = A + (j * n + a) * entry<T> + part * width<R> + lane;
            R* const q = A + (j * n + b) * entry<T> + part * width<R> + lane;
            const R kept = *p;
            *p = *q;
            *q = kept;
        }
}

template <class T>
void lu(std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* reciprocals, std::int32_t* pivots, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    constexpr R smallest = sizeof(R) == 8 ? static_cast<R>(0x1p-1022) : static_cast<R>(0x1p-126);
    Register<R> unsure = read<R>(doubt);
    for (std::int64_t k = 0; k < n; ++k) {
        R* const column = A + k * n * entry<T>;
        Register<R> most = size(get<T>(column, k));
        Register<R> where = all<R>(static_cast<R>(k));
        for (std::int64_t i = k + 1; i < n; ++i) {
            const Register<R> candidate = size(get<T>(column, i));
            const Mask<R> better = candidate > most;
            most = choose<R>(better, candidate, most);
            where = choose<R>(better, all<R>(static_cast<R>(i)), where);
        }
        for (int l = 0; l < width<R>; ++l) {
            const auto p = static_cast<std::int32_t>(where[l]);
            pivots[k * width<R> + l] = p;
            if (p != k) exchange_rows<T>(n, 0, n, k, p, A, l);
        }
        const Lanes<T> inverse = reciprocal(get<T>(column, k));
        put<T>(reciprocals, k, inverse);
        // An inverse that is subnormal has lost digits, one that is infinite is of no use.
        unsure += doubt_of(inverse) + doubt_where<R>(~(size(inverse) >= all<R>(smallest)));
        for (std::int64_t i = k + 1; i < n; ++i) put<T>(column, i, times(get<T>(column, i), inverse));
        std::int64_t j = k + 1;
        for (; j + 1 < n; j += 2) {
            R* const y = A + j * n * entry<T>;
            R* const z = y + n * entry<T>;
            const Lanes<T> u = get<T>(y, k), v = get<T>(z, k);
            for (std::int64_t i = k + 1; i < n; ++i) {
                const Lanes<T> x = get<T>(column, i);
                put<T>(y, i, minus(get<T>(y, i), times(x, u)));
                put<T>(z, i, minus(get<T>(z, i), times(x, v)));
            }
        }
        if (j < n) subtract<T>(k + 1, n, column, get<T>(A + j * n * entry<T>, k), A + j * n * entry<T>);
    }
    write<R>(doubt, unsure);
}

/// x := U⁻¹ x.
template <class T>
TAMIS_INLINE void substitute_back(std::int64_t n, const RealOfLanes<T>* A, const RealOfLanes<T>* reciprocals,
                                  RealOfLanes<T>* x) {
    for (std::int64_t k = n - 1; k >= 0; --k) {
        const Lanes<T> value = times(get<T>(x, k), get<T>(reciprocals, k));
        put<T>(x, k, value);
        subtract<T>(0, k, A + k * n * entry<T>, value, x);
    }
}

template <class T>
void lu_solve(std::int64_t n, std::int64_t k, const RealOfLanes<T>* A, const RealOfLanes<T>* reciprocals,
              const std::int32_t* pivots, RealOfLanes<T>* B, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    for (std::int64_t i = 0; i < n; ++i)
        for (int l = 0; l < width<R>; ++l)
            if (const std::int32_t p = pivots[i * width<R> + l]; p != i) exchange_rows<T>(n, 0, k, i, p, B, l);
    for (std::int64_t c = 0; c < k; ++c) {
        R* const x = B + c * n * entry<T>;
        for (std::int64_t i = 0; i < n; ++i) subtract<T>(i + 1, n, A + i * n * entry<T>, get<T>(x, i), x);
        substitute_back<T>(n, A, reciprocals, x);
    }
    doubt_entries<T>(B, n * k, doubt);
}

template <class T>
void lu_inverse(std::int64_t n, const RealOfLanes<T>* A, const RealOfLanes<T>* reciprocals, const std::int32_t* pivots,
                RealOfLanes<T>* X, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    // A⁻¹ = (U⁻¹ L⁻¹) P: columns of the identity through both triangles, then exchanged.
    for (std::int64_t c = 0; c < n; ++c) {
        R* const x = X + c * n * entry<T>;
        for (std::int64_t i = 0; i < n; ++i) put<T>(x, i, real_lanes<T>(all<R>(i == c ? R(1) : R(0))));
        for (std::int64_t i = c; i < n; ++i) subtract<T>(i + 1, n, A + i * n * entry<T>, get<T>(x, i), x);
        substitute_back<T>(n, A, reciprocals, x);
    }
    for (std::int64_t k = n - 1; k >= 0; --k)
        for (int l = 0; l < width<R>; ++l)
            if (const std::int32_t p = pivots[k * width<R> + l]; p != k)
                for (std::int64_t i = 0; i < n * ScalarParts<T>::count; ++i) {
                    R* const a = X + k * n * entry<T> + i * width<R> + l;
                    R* const b = X + p * n * entry<T> + i * width<R> + l;
                    const R kept = *a;
                    *a = *b;
                    *b = kept;
                }
    doubt_entries<T>(X, n * n, doubt);
}

template <class T>
void determinant(std::int64_t n, const RealOfLanes<T>* A, const std::int32_t* pivots, RealOfLanes<T>* value,
                 RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    constexpr R small = sizeof(R) == 8 ? static_cast<R>(0x1p-900) : static_cast<R>(0x1p-100);
    Register<R> unsure = read<R>(doubt);
    Lanes<T> product = real_lanes<T>(all<R>(1));
    for (std::int64_t k = 0; k < n; ++k) {
        Register<R> sign;
        for (int l = 0; l < width<R>; ++l) sign[l] = pivots[k * width<R> + l] == k ? R(1) : R(-1);
        product = times(product, scaled(get<T>(A, k * n + k), sign));
        const Register<R> s = size(product);
        unsure += doubt_where<R>(~((s >= all<R>(small)) & (s <= all<R>(1 / small))));
    }
    put<T>(value, 0, product);
    write<R>(doubt, unsure);
}

template <class T>
void cholesky(std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    Register<R> unsure = read<R>(doubt);
    for (std::int64_t k = 0; k < n; ++k) {
        R* const column = A + k * n * entry<T>;
        for (std::int64_t i = 0; i < k; ++i) put<T>(column, i, Lanes<T>{});
        // Not positive: the root is NaN, or its inverse infinite.
        const Register<R> pivot = root(get<T>(column, k).re);
        const Register<R> inverse = R(1) / pivot;
        unsure += inverse - inverse;
        put<T>(column, k, real_lanes<T>(pivot));
        for (std::int64_t i = k + 1; i < n; ++i) put<T>(column, i, scaled(get<T>(column, i), inverse));
        std::int64_t j = k + 1;
        for (; j + 1 < n; j += 2) {  // entry (j, j + 1) is above the diagonal, and cleared when its column is due
            R* const y = A + j * n * entry<T>;
            R* const z = y + n * entry<T>;
            const Lanes<T> u = conjugated(get<T>(column, j)), v = conjugated(get<T>(column, j + 1));
            for (std::int64_t i = j; i < n; ++i) {
                const Lanes<T> x = get<T>(column, i);
                put<T>(y, i, minus(get<T>(y, i), times(x, u)));
                put<T>(z, i, minus(get<T>(z, i), times(x, v)));
            }
        }
        if (j < n) subtract<T>(j, n, column, conjugated(get<T>(column, j)), A + j * n * entry<T>);
    }
    write<R>(doubt, unsure);
}

/// C := A B, n×n each.
template <class T>
TAMIS_INLINE void multiply(std::int64_t n, const RealOfLanes<T>* A, const RealOfLanes<T>* B, RealOfLanes<T>* C) {
    for (std::int64_t j = 0; j < n; ++j) {
        std::int64_t i = 0;
        for (; i + 3 < n; i += 4) {
            Lanes<T> s0{}, s1{}, s2{}, s3{};
            for (std::int64_t k = 0; k < n; ++k) {
                const Lanes<T> b = get<T>(B, j * n + k);
                s0 = plus(s0, times(get<T>(A, k * n + i), b));
                s1 = plus(s1, times(get<T>(A, k * n + i + 1), b));
                s2 = plus(s2, times(get<T>(A, k * n + i + 2), b));
                s3 = plus(s3, times(get<T>(A, k * n + i + 3), b));
            }
            put<T>(C, j * n + i, s0);
            put<T>(C, j * n + i + 1, s1);
            put<T>(C, j * n + i + 2, s2);
            put<T>(C, j * n + i + 3, s3);
        }
        for (; i < n; ++i) {
            Lanes<T> s{};
            for (std::int64_t k = 0; k < n; ++k) s = plus(s, times(get<T>(A, k * n + i), get<T>(B, j * n + k)));
            put<T>(C, j * n + i, s);
        }
    }
}

/// Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26 (2005): Padé
/// approximants [m/m] with the largest ‖A‖₁ at which their backward error is below the unit roundoff.
struct Approximant {
    int degree;
    double bound;
    double b[14];
};
constexpr Approximant double_approximants[] = {
    {3, 1.495585217958292e-2, {120, 60, 12, 1}},
    {5, 2.539398330063230e-1, {30240, 15120, 3360, 420, 30, 1}},
    {7, 9.504178996162932e-1, {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}},
    {13,
     5.371920351148152,
     {64764752532480000., 32382376266240000., 7771770303897600., 1187353796428800., 129060195264000., 10559470521600.,
      670442572800., 33522128640., 1323241920., 40840800., 960960., 16380., 182., 1.}}};
constexpr Approximant float_approximants[] = {
    {3, 4.258730016922831e-1, {120, 60, 12, 1}},
    {5, 1.880152677804762, {30240, 15120, 3360, 420, 30, 1}},
    {7, 3.925724783138660, {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}}};

/// out := Σ c_k P_k of `terms` matrices, and c_0 I.
template <class T>
TAMIS_INLINE void combine(std::int64_t n, int terms, const RealOfLanes<T>* const* powers, const double* c, int step,
                          double identity, RealOfLanes<T>* out) {
    using R = RealOfLanes<T>;
    for (std::int64_t e = 0; e < n * n; ++e) {
        Lanes<T> sum = real_lanes<T>(all<R>(e % (n + 1) == 0 ? static_cast<R>(identity) : R(0)));
        for (int t = 0; t < terms; ++t) sum = plus(sum, scaled(get<T>(powers[t], e), all<R>(static_cast<R>(c[t * step]))));
        put<T>(out, e, sum);
    }
}

/// ‖A‖₁, with |re| + |im| for moduli: at most √2 too large.
template <class T>
TAMIS_INLINE Register<RealOfLanes<T>> one_norm(std::int64_t n, const RealOfLanes<T>* A) {
    using R = RealOfLanes<T>;
    Register<R> norm{};
    for (std::int64_t j = 0; j < n; ++j) {
        Register<R> sum{};
        for (std::int64_t i = 0; i < n; ++i) sum += size(get<T>(A, j * n + i));
        norm = larger<R>(sum, norm);
    }
    return norm;
}

template <class T>
void exponential(std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* work, std::int32_t* pivots, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    constexpr int most_squarings = 40;
    const std::int64_t block = n * n * entry<T>;
    R* const A2 = work;
    R* const A4 = A2 + block;
    R* const A6 = A4 + block;
    R* const U = A6 + block;
    R* const V = U + block;
    R* const W = V + block;
    R* const reciprocals = W + block;

    const Register<R> norm = one_norm<T>(n, A);
    const Approximant* const approximants = sizeof(R) == 8 ? double_approximants : float_approximants;
    const int last = sizeof(R) == 8 ? 3 : 2;
    int chosen = 0;
    while (chosen < last && any<R>(norm > all<R>(static_cast<R>(approximants[chosen].bound)))) ++chosen;
    const Approximant& pade = approximants[chosen];
    int squarings[width<R>];
    int most = 0;
    Register<R> scale = all<R>(1);
    Register<R> unsure = read<R>(doubt);
    for (int l = 0; l < width<R>; ++l) {
        squarings[l] = 0;
        R size = norm[l];
        for (; size > static_cast<R>(pade.bound) && squarings[l] < most_squarings; ++squarings[l]) {
            size *= R(0.5);
            scale[l] *= R(0.5);
        }
        if (!(size <= static_cast<R>(pade.bound))) unsure[l] = static_cast<R>(__builtin_nan(""));
        if (squarings[l] > most) most = squarings[l];
    }
    for (std::int64_t e = 0; e < n * n; ++e) put<T>(A, e, scaled(get<T>(A, e), scale));

    const double* const b = pade.b;
    multiply<T>(n, A, A, A2);
    if (pade.degree > 3) multiply<T>(n, A2, A2, A4);
    if (pade.degree > 5) multiply<T>(n, A4, A2, A6);
    if (most > 2) {
        // Powers much smaller than ‖A‖ lets expect: far from normal, scaled more than is good for the digits (Al-Mohy and
        // Higham, SIAM J. Matrix Anal. Appl. 31, 2009).
        const R t = static_cast<R>(pade.bound / 8), t2 = t * t;
        const Mask<R> overscaled = (one_norm<T>(n, A4) < all<R>(t2 * t2)) & (one_norm<T>(n, A6) < all<R>(t2 * t2 * t2));
        for (int l = 0; l < width<R>; ++l)
            if (overscaled[l] != 0 && squarings[l] > 2) unsure[l] = static_cast<R>(__builtin_nan(""));
    }
    const R* const powers[] = {A2, A4, A6};
    if (pade.degree == 13) {
        combine<T>(n, 3, powers, b + 9, 2, 0, W);
        multiply<T>(n, A6, W, V);
        combine<T>(n, 3, powers, b + 3, 2, b[1], W);
        for (std::int64_t e = 0; e < n * n; ++e) put<T>(W, e, plus(get<T>(W, e), get<T>(V, e)));
        multiply<T>(n, A, W, U);
        combine<T>(n, 3, powers, b + 8, 2, 0, W);
        multiply<T>(n, A6, W, A);
        combine<T>(n, 3, powers, b + 2, 2, b[0], V);
        for (std::int64_t e = 0; e < n * n; ++e) put<T>(V, e, plus(get<T>(V, e), get<T>(A, e)));
    } else {
        const int terms = (pade.degree - 1) / 2;
        combine<T>(n, terms, powers, b + 3, 2, b[1], W);
        multiply<T>(n, A, W, U);
        combine<T>(n, terms, powers, b + 2, 2, b[0], V);
    }
    for (std::int64_t e = 0; e < n * n; ++e) {
        const Lanes<T> u = get<T>(U, e), v = get<T>(V, e);
        put<T>(W, e, minus(v, u));
        put<T>(A, e, plus(v, u));
    }
    write<R>(doubt, unsure);
    lu<T>(n, W, reciprocals, pivots, doubt);
    lu_solve<T>(n, n, W, reciprocals, pivots, A, doubt);
    for (int k = 0; k < most; ++k) {
        multiply<T>(n, A, A, W);
        Register<R> goes_on;
        for (int l = 0; l < width<R>; ++l) goes_on[l] = k < squarings[l] ? R(1) : R(0);
        const Mask<R> squared = goes_on > Register<R>{};
        for (std::int64_t e = 0; e < n * n * ScalarParts<T>::count; ++e)
            write<R>(A + e * width<R>, choose<R>(squared, read<R>(W + e * width<R>), read<R>(A + e * width<R>)));
    }
    doubt_entries<T>(A, n * n, doubt);
}

}  // namespace batch

template <class T>
constexpr BatchLinearKernels<T> batch_linear_kernels = {
    batch::width<batch::RealOfLanes<T>>, &batch::gather<T>,     &batch::scatter<T>,     &batch::lu<T>,
    &batch::lu_solve<T>,                 &batch::lu_inverse<T>, &batch::determinant<T>, &batch::cholesky<T>,
    &batch::exponential<T>};
