// QR, Hermitian eigenvalues and singular values of several matrices side by side, once a target (core/kernels/dispatch.hpp).
// Where the course of an algorithm depends on the numbers (shifts, deflation), matrices that are done, or not yet concerned,
// sit a step out behind a mask. Matrices are scaled by powers of two before, so that squares neither over- nor underflow where
// it matters.

#include "dense/kernels/batch_lanes.inl"

namespace batch {

template <class R>
constexpr R unit = sizeof(R) == 8 ? static_cast<R>(0x1p-52) : static_cast<R>(0x1p-23);
/// The least normal number by ε: squares of norms below it have lost digits.
template <class R>
constexpr R least_square = sizeof(R) == 8 ? static_cast<R>(0x1p-970) : static_cast<R>(0x1p-103);
constexpr int most_iterations = 40;

/// H = I − τ v vᴴ with Hᴴ x = β e₁ (LAPACK's xLARFG), v over x with v₁ = 1. H = I where there is nothing to do.
template <class T>
TAMIS_INLINE Lanes<T> reflector(std::int64_t n, RealOfLanes<T>* x, Register<RealOfLanes<T>>& beta) {
    using R = RealOfLanes<T>;
    const Lanes<T> alpha = get<T>(x, 0);
    Register<R> below{};
    for (std::int64_t i = 1; i < n; ++i) below += square(get<T>(x, i));
    if constexpr (ScalarParts<T>::count == 2) below += alpha.im * alpha.im;
    const Mask<R> none = below < all<R>(least_square<R>);
    const Register<R> norm = root(below + alpha.re * alpha.re);
    beta = choose<R>(none, alpha.re, with_sign<R>(norm, -alpha.re));
    Lanes<T> tau{}, d = alpha;
    tau.re = choose<R>(none, Register<R>{}, (beta - alpha.re) / beta);
    d.re = alpha.re - beta;
    if constexpr (ScalarParts<T>::count == 2) tau.im = choose<R>(none, Register<R>{}, -alpha.im / beta);
    const Register<R> inverse = choose<R>(none, Register<R>{}, R(1) / square(d));
    const Lanes<T> scale = scaled(conjugated(d), inverse);
    for (std::int64_t i = 1; i < n; ++i) put<T>(x, i, times(get<T>(x, i), scale));
    put<T>(x, 0, real_lanes<T>(all<R>(1)));
    return tau;
}

/// C := (I − τ v vᴴ) C, n rows, columns one behind the other with `ldc` entries between them.
template <class T>
TAMIS_INLINE void reflect_columns(std::int64_t n, const RealOfLanes<T>* v, Lanes<T> tau, std::int64_t columns,
                                  RealOfLanes<T>* C, std::int64_t ldc) {
    using R = RealOfLanes<T>;
    std::int64_t j = 0;
    for (; j + 1 < columns; j += 2) {
        R* const a = C + j * ldc * entry<T>;
        R* const b = a + ldc * entry<T>;
        Lanes<T> s{}, t{};
        for (std::int64_t i = 0; i < n; ++i) {
            const Lanes<T> vi = conjugated(get<T>(v, i));
            s = plus(s, times(vi, get<T>(a, i)));
            t = plus(t, times(vi, get<T>(b, i)));
        }
        s = times(tau, s);
        t = times(tau, t);
        for (std::int64_t i = 0; i < n; ++i) {
            const Lanes<T> vi = get<T>(v, i);
            put<T>(a, i, minus(get<T>(a, i), times(vi, s)));
            put<T>(b, i, minus(get<T>(b, i), times(vi, t)));
        }
    }
    for (; j < columns; ++j) {
        R* const a = C + j * ldc * entry<T>;
        Lanes<T> s{};
        for (std::int64_t i = 0; i < n; ++i) s = plus(s, times(conjugated(get<T>(v, i)), get<T>(a, i)));
        s = times(tau, s);
        for (std::int64_t i = 0; i < n; ++i) put<T>(a, i, minus(get<T>(a, i), times(get<T>(v, i), s)));
    }
}

/// The same for a C by rows, of `columns` each and `ldc` entries apart; w: `columns` entries.
template <class T>
TAMIS_INLINE void reflect_rows(std::int64_t n, const RealOfLanes<T>* v, Lanes<T> tau, std::int64_t columns,
                               RealOfLanes<T>* C, std::int64_t ldc, RealOfLanes<T>* w) {
    using R = RealOfLanes<T>;
    for (std::int64_t j = 0; j < columns; ++j) put<T>(w, j, Lanes<T>{});
    for (std::int64_t i = 0; i < n; ++i) {
        const Lanes<T> vi = conjugated(get<T>(v, i));
        const R* const row = C + i * ldc * entry<T>;
        for (std::int64_t j = 0; j < columns; ++j) put<T>(w, j, plus(get<T>(w, j), times(vi, get<T>(row, j))));
    }
    for (std::int64_t j = 0; j < columns; ++j) put<T>(w, j, times(tau, get<T>(w, j)));
    for (std::int64_t i = 0; i < n; ++i) {
        const Lanes<T> vi = get<T>(v, i);
        R* const row = C + i * ldc * entry<T>;
        for (std::int64_t j = 0; j < columns; ++j) put<T>(row, j, minus(get<T>(row, j), times(vi, get<T>(w, j))));
    }
}

/// C := 1 on the diagonal, 0 elsewhere; entry (i, j) is i·down + j·along.
template <class T>
TAMIS_INLINE void set_identity(std::int64_t m, std::int64_t n, RealOfLanes<T>* C, std::int64_t down, std::int64_t along) {
    using R = RealOfLanes<T>;
    for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j)
            put<T>(C, i * down + j * along, real_lanes<T>(all<R>(i == j ? R(1) : R(0))));
}

/// Zeros in the lanes that are given up, so that no iteration waits for them.
template <class T>
TAMIS_INLINE void clear_doubtful(RealOfLanes<T>* A, std::int64_t n, const RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    const Register<R> d = read<R>(doubt);
    const Mask<R> given_up = ~(d == d);
    if (!any<R>(given_up)) return;
    for (std::int64_t e = 0; e < n * ScalarParts<T>::count; ++e)
        write<R>(A + e * width<R>, choose<R>(given_up, Register<R>{}, read<R>(A + e * width<R>)));
}

/// Rotates the columns i, i + 1 of a matrix by rows, for i = first … last in this order, or from last to first:
/// (x, y) := (c x + s y, c y − s x). Real and imaginary parts are rows of their own to it.
template <bool Up, class T>
TAMIS_INLINE void rotate(std::int64_t rows, std::int64_t columns, RealOfLanes<T>* Z, std::int64_t first, std::int64_t last,
                         const RealOfLanes<T>* c, const RealOfLanes<T>* s) {
    using R = RealOfLanes<T>;
    constexpr int parts = ScalarParts<T>::count;
    constexpr int together = 4;
    for (std::int64_t k = 0; k < rows * parts; k += together) {
        const std::int64_t some = rows * parts - k < together ? rows * parts - k : together;
        R* strip[together];
        for (std::int64_t u = 0; u < together; ++u) {
            const std::int64_t row = k + (u < some ? u : 0);  // strips beyond the last are the first again, not written
            strip[u] = Z + (row / parts * columns) * entry<T> + row % parts * width<R>;
        }
        Register<R> carried[together];
        for (int u = 0; u < together; ++u) carried[u] = read<R>(strip[u] + (Up ? first : last + 1) * entry<T>);
        for (std::int64_t step = 0; step <= last - first; ++step) {
            const std::int64_t i = Up ? first + step : last - step;
            const Register<R> ci = read<R>(c + i * width<R>), si = read<R>(s + i * width<R>);
#pragma GCC unroll 4
            for (int u = 0; u < together; ++u) {
                const Register<R> other = read<R>(strip[u] + (Up ? i + 1 : i) * entry<T>);
                const Register<R> x = Up ? carried[u] : other, y = Up ? other : carried[u];
                const Register<R> new_x = ci * x + si * y, new_y = ci * y - si * x;
                if (u < some) write<R>(strip[u] + (Up ? i : i + 1) * entry<T>, Up ? new_x : new_y);
                carried[u] = Up ? new_y : new_x;
            }
        }
        for (int u = 0; u < some; ++u) write<R>(strip[u] + (Up ? last + 1 : first) * entry<T>, carried[u]);
    }
}

/// data[index] of each lane.
template <class R>
TAMIS_INLINE Register<R> pick(const R* data, Register<R> index) {
    Register<R> v;
    for (int l = 0; l < width<R>; ++l) v[l] = data[static_cast<std::int64_t>(index[l]) * width<R> + l];
    return v;
}

template <class T>
void qr(std::int64_t m, std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* Q, RealOfLanes<T>* upper, RealOfLanes<T>* work,
        RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    const std::int64_t r = m < n ? m : n;
    const Register<R> back = R(1) / equilibrate<T>(A, m * n, doubt);
    for (std::int64_t k = 0; k < r; ++k) {
        R* const v = A + (k * m + k) * entry<T>;
        Register<R> beta;
        const Lanes<T> tau = reflector<T>(m - k, v, beta);
        put<T>(work, k, tau);
        reflect_columns<T>(m - k, v, conjugated(tau), n - k - 1, v + m * entry<T>, m);
        put<T>(upper, k * r + k, real_lanes<T>(beta * back));
    }
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < r; ++i) {
            if (i < j) put<T>(upper, j * r + i, scaled(get<T>(A, j * m + i), back));
            if (i > j) put<T>(upper, j * r + i, Lanes<T>{});
        }
    set_identity<T>(m, r, Q, 1, m);
    for (std::int64_t k = r - 1; k >= 0; --k)
        reflect_columns<T>(m - k, A + (k * m + k) * entry<T>, get<T>(work, k), r - k, Q + (k * m + k) * entry<T>, m);
    doubt_entries<T>(upper, r * n, doubt);
}

/// d, e, τ of T = Qᴴ A Q (LAPACK's xHETD2, lower triangle); the vectors of Q stay below A's diagonal.
template <class T>
TAMIS_INLINE void tridiagonalize(std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* tau, RealOfLanes<T>* d,
                                 RealOfLanes<T>* e, RealOfLanes<T>* w) {
    using R = RealOfLanes<T>;
    for (std::int64_t k = 0; k + 1 < n; ++k) {
        write<R>(d + k * width<R>, get<T>(A, k * n + k).re);
        R* const v = A + (k * n + k + 1) * entry<T>;
        R* const B = A + ((k + 1) * n + k + 1) * entry<T>;
        const std::int64_t rest = n - k - 1;
        Register<R> beta;
        const Lanes<T> t = reflector<T>(rest, v, beta);
        put<T>(tau, k, t);
        write<R>(e + k * width<R>, beta);
        // w = τ B v,  w := w − ½ τ (wᴴ v) v,  B := B − v wᴴ − w vᴴ
        for (std::int64_t i = 0; i < rest; ++i) put<T>(w, i, Lanes<T>{});
        for (std::int64_t j = 0; j < rest; ++j) {
            const R* const b = B + j * n * entry<T>;
            const Lanes<T> vj = get<T>(v, j);
            Lanes<T> sum = scaled(vj, get<T>(b, j).re);
            for (std::int64_t i = j + 1; i < rest; ++i) {
                const Lanes<T> bij = get<T>(b, i);
                put<T>(w, i, plus(get<T>(w, i), times(bij, vj)));
                sum = plus(sum, times(conjugated(bij), get<T>(v, i)));
            }
            put<T>(w, j, plus(get<T>(w, j), sum));
        }
        Lanes<T> dot{};
        for (std::int64_t i = 0; i < rest; ++i) {
            const Lanes<T> wi = times(t, get<T>(w, i));
            put<T>(w, i, wi);
            dot = plus(dot, times(conjugated(wi), get<T>(v, i)));
        }
        const Lanes<T> half = scaled(times(t, dot), all<R>(R(-0.5)));
        for (std::int64_t i = 0; i < rest; ++i) put<T>(w, i, plus(get<T>(w, i), times(half, get<T>(v, i))));
        for (std::int64_t j = 0; j < rest; ++j) {
            R* const b = B + j * n * entry<T>;
            const Lanes<T> vj = conjugated(get<T>(v, j)), wj = conjugated(get<T>(w, j));
            for (std::int64_t i = j; i < rest; ++i)
                put<T>(b, i, minus(get<T>(b, i), plus(times(get<T>(v, i), wj), times(get<T>(w, i), vj))));
        }
    }
    write<R>(d + (n - 1) * width<R>, get<T>(A, n * n - 1).re);
    write<R>(e + (n - 1) * width<R>, Register<R>{});
}

/// Implicit QL (Dubrulle, Martin and Wilkinson, The implicit QL algorithm, Numer. Math. 12, 1968): T = diag(d) by rotations
/// of Z's columns.
template <class T>
TAMIS_INLINE void implicit_ql(std::int64_t n, RealOfLanes<T>* Z, RealOfLanes<T>* d, RealOfLanes<T>* e, RealOfLanes<T>* cosines,
                              RealOfLanes<T>* sines, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    constexpr int W = width<R>;
    const Register<R> one = all<R>(1), nothing{};
    Register<R> norm{};
    for (std::int64_t i = 0; i < n; ++i)
        norm = larger<R>(norm, larger<R>(modulus<R>(read<R>(d + i * W)), modulus<R>(read<R>(e + i * W))));
    const Register<R> negligible = norm * (unit<R> / 8);
    for (std::int64_t l = 0; l < n; ++l)
        for (int iteration = 0;; ++iteration) {
            // m: the first place from l on where T falls apart.
            Register<R> m = all<R>(static_cast<R>(n - 1));
            for (std::int64_t i = n - 2; i >= l; --i) {
                const Register<R> near = modulus<R>(read<R>(d + i * W)) + modulus<R>(read<R>(d + (i + 1) * W));
                const Mask<R> small = modulus<R>(read<R>(e + i * W)) <= larger<R>(near * (unit<R> / 2), negligible);
                m = choose<R>(small, all<R>(static_cast<R>(i)), m);
            }
            const Mask<R> active = m > all<R>(static_cast<R>(l));
            if (!any<R>(active)) break;
            if (iteration == most_iterations) {
                write<R>(doubt, read<R>(doubt) + doubt_where<R>(active));
                // Given up: taken for converged.
                write<R>(e + l * W, choose<R>(active, nothing, read<R>(e + l * W)));
                break;
            }
            std::int64_t last = l;
            for (int lane = 0; lane < W; ++lane)
                if (m[lane] > static_cast<R>(last)) last = static_cast<std::int64_t>(m[lane]);
            --last;
            const Register<R> dl = read<R>(d + l * W), el = read<R>(e + l * W);
            Register<R> g = (read<R>(d + (l + 1) * W) - dl) / (R(2) * el);
            g = pick<R>(d, m) - dl + el / (g + with_sign<R>(root(g * g + one), g));
            Register<R> s = one, c = one, p{};
            Mask<R> going = active;
            for (std::int64_t i = last; i >= l; --i) {
                const Register<R> di = read<R>(d + i * W), di1 = read<R>(d + (i + 1) * W), ei = read<R>(e + i * W);
                const Mask<R> on = going & (m > all<R>(static_cast<R>(i)));
                const Register<R> f = s * ei, b = c * ei;
                const Register<R> squares = f * f + g * g, r = root(squares);
                const Mask<R> stops = on & (squares < all<R>(least_square<R>));
                const Mask<R> turns = on & ~stops;
                write<R>(e + (i + 1) * W, choose<R>(on, r, read<R>(e + (i + 1) * W)));
                s = choose<R>(turns, f / r, s);
                c = choose<R>(turns, g / r, c);
                const Register<R> h = di1 - p;
                const Register<R> q = (di - h) * s + R(2) * c * b;
                write<R>(d + (i + 1) * W, choose<R>(turns, h + s * q, choose<R>(stops, h, di1)));
                p = choose<R>(turns, s * q, p);
                g = choose<R>(turns, c * q - b, g);
                going = going & ~stops;
                // (z_i, z_i+1) := (c z_i − s z_i+1, s z_i + c z_i+1)
                write<R>(cosines + i * W, choose<R>(turns, c, one));
                write<R>(sines + i * W, choose<R>(turns, -s, nothing));
            }
            write<R>(d + l * W, choose<R>(going, read<R>(d + l * W) - p, read<R>(d + l * W)));
            write<R>(e + l * W, choose<R>(going, g, read<R>(e + l * W)));
            for (int lane = 0; lane < W; ++lane)
                if (active[lane] != 0) e[static_cast<std::int64_t>(m[lane]) * W + lane] = 0;
            rotate<false, T>(n, n, Z, l, last, cosines, sines);
        }
}

template <class T>
void eigh(std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* V, RealOfLanes<T>* w, RealOfLanes<T>* work,
          RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    R* const tau = work;
    R* const along = tau + n * entry<T>;
    R* const e = along + n * entry<T>;
    R* const cosines = e + n * entry<T>;
    R* const sines = cosines + n * entry<T>;
    for (std::int64_t j = 0; j < n; ++j)  // the upper triangle is not read
        for (std::int64_t i = 0; i < j; ++i) put<T>(A, j * n + i, Lanes<T>{});
    const Register<R> back = R(1) / equilibrate<T>(A, n * n, doubt);
    clear_doubtful<T>(A, n * n, doubt);
    tridiagonalize<T>(n, A, tau, w, e, along);
    set_identity<T>(n, n, V, n, 1);
    for (std::int64_t k = n - 2; k >= 0; --k)
        reflect_rows<T>(n - k - 1, A + (k * n + k + 1) * entry<T>, get<T>(tau, k), n - k - 1,
                        V + ((k + 1) * n + k + 1) * entry<T>, n, along);
    implicit_ql<T>(n, V, w, e, cosines, sines, doubt);
    Register<R> unsure = read<R>(doubt);
    for (std::int64_t k = 0; k < n; ++k) {
        const Register<R> value = read<R>(w + k * width<R>) * back;
        unsure += value - value;
        write<R>(w + k * width<R>, value);
    }
    write<R>(doubt, unsure);
}

/// (c, s, r) with c f + s g = r, c g − s f = 0.
template <class R>
TAMIS_INLINE void rotation(Register<R> f, Register<R> g, Register<R>& c, Register<R>& s, Register<R>& r) {
    const Register<R> squares = f * f + g * g;
    r = root(squares);
    const Mask<R> turns = squares >= all<R>(least_square<R>);
    c = choose<R>(turns, f / r, all<R>(1));
    s = choose<R>(turns, g / r, Register<R>{});
}

/// The smaller singular value of [f g; 0 h] (LAPACK's xLAS2), 0 where it underflows.
template <class R>
TAMIS_INLINE Register<R> smaller_singular_value(Register<R> f, Register<R> g, Register<R> h) {
    const Register<R> fa = modulus<R>(f), ha = modulus<R>(h);
    const Register<R> most = larger<R>(fa, ha), least = choose<R>(fa > ha, ha, fa);
    const Register<R> as = R(1) + least / most, at = (most - least) / most, q = modulus<R>(g) / most, au = q * q;
    return choose<R>(least > Register<R>{}, least * R(2) / (root(as * as + au) + root(at * at + au)), Register<R>{});
}

/// Implicit QR of the upper bidiagonal (d, e), n×n (Golub and Reinsch, Numer. Math. 14, 1970), with the shift left out where
/// a diagonal entry is negligible (Demmel and Kahan, SIAM J. Sci. Stat. Comput. 11, 1990): that brings it to the bottom.
template <class T>
TAMIS_INLINE void bidiagonal_qr(std::int64_t m, std::int64_t n, RealOfLanes<T>* U, RealOfLanes<T>* V, RealOfLanes<T>* d,
                                RealOfLanes<T>* e, RealOfLanes<T>* turns_v, RealOfLanes<T>* turns_u, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    constexpr int W = width<R>;
    const Register<R> one = all<R>(1), nothing{};
    Register<R> norm{};
    for (std::int64_t i = 0; i < n; ++i)
        norm = larger<R>(norm, larger<R>(modulus<R>(read<R>(d + i * W)), modulus<R>(read<R>(e + i * W))));
    const Register<R> negligible = norm * (unit<R> / 4);
    for (std::int64_t q = n - 1; q > 0; --q)
        for (int iteration = 0;; ++iteration) {
            // lo … q: the block that does not fall apart; its least diagonal entry.
            Register<R> lo{};
            Register<R> least = modulus<R>(read<R>(d));
            for (std::int64_t i = 0; i < q; ++i) {
                const Register<R> a = modulus<R>(read<R>(d + i * W)), b = modulus<R>(read<R>(d + (i + 1) * W));
                const Register<R> size = modulus<R>(read<R>(e + i * W));
                const Mask<R> small = (size <= (a + b) * (unit<R> / 2)) | (size <= negligible);
                lo = choose<R>(small, all<R>(static_cast<R>(i + 1)), lo);
                least = choose<R>(small | (b < least), b, least);
            }
            const Mask<R> active = lo < all<R>(static_cast<R>(q));
            if (!any<R>(active)) break;
            if (iteration == most_iterations) {
                write<R>(doubt, read<R>(doubt) + doubt_where<R>(active));
                write<R>(e + (q - 1) * W, choose<R>(active, nothing, read<R>(e + (q - 1) * W)));
                break;
            }
            std::int64_t first = q;
            for (int lane = 0; lane < W; ++lane)
                if (lo[lane] < static_cast<R>(first)) first = static_cast<std::int64_t>(lo[lane]);
            const Register<R> top = pick<R>(d, lo);
            Register<R> shift = smaller_singular_value<R>(read<R>(d + (q - 1) * W), read<R>(e + (q - 1) * W), read<R>(d + q * W));
            shift = choose<R>(least <= negligible, nothing, shift);
            const Register<R> ratio = choose<R>(shift > nothing, shift / top, nothing);
            const Register<R> start = (modulus<R>(top) - shift) * (with_sign<R>(one, top) + ratio);
            Register<R> f{}, g{};
            for (std::int64_t i = first; i < q; ++i) {
                const Register<R> index = all<R>(static_cast<R>(i));
                const Mask<R> on = active & (lo <= index);
                const Mask<R> starts = lo == index;
                const Register<R> di = read<R>(d + i * W), di1 = read<R>(d + (i + 1) * W), ei = read<R>(e + i * W);
                f = choose<R>(starts, start, f);
                g = choose<R>(starts, ei, g);
                Register<R> c, s, r;
                rotation<R>(f, g, c, s, r);
                if (i > 0) write<R>(e + (i - 1) * W, choose<R>(on & ~starts, r, read<R>(e + (i - 1) * W)));
                write<R>(turns_v + i * W, choose<R>(on, c, one));
                write<R>(turns_v + (n + i) * W, choose<R>(on, s, nothing));
                f = c * di + s * ei;
                const Register<R> e_new = c * ei - s * di;
                g = s * di1;
                const Register<R> d_next = c * di1;
                rotation<R>(f, g, c, s, r);
                write<R>(turns_u + i * W, choose<R>(on, c, one));
                write<R>(turns_u + (n + i) * W, choose<R>(on, s, nothing));
                write<R>(d + i * W, choose<R>(on, r, di));
                f = c * e_new + s * d_next;
                write<R>(d + (i + 1) * W, choose<R>(on, c * d_next - s * e_new, di1));
                if (i + 1 < q) {
                    const Register<R> ei1 = read<R>(e + (i + 1) * W);
                    g = s * ei1;
                    write<R>(e + (i + 1) * W, choose<R>(on, c * ei1, ei1));
                } else {
                    write<R>(e + i * W, choose<R>(on, f, ei));
                }
            }
            rotate<true, T>(n, n, V, first, q - 1, turns_v, turns_v + n * W);
            rotate<true, T>(m, n, U, first, q - 1, turns_u, turns_u + n * W);
        }
}

template <class T>
void svd(std::int64_t m, std::int64_t n, RealOfLanes<T>* A, RealOfLanes<T>* U, RealOfLanes<T>* V, RealOfLanes<T>* s,
         RealOfLanes<T>* work, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    R* const rows = work;  // the vectors of row k, conjugated, from k·n on
    R* const tau_q = rows + n * n * entry<T>;
    R* const tau_p = tau_q + n * entry<T>;
    R* const along = tau_p + n * entry<T>;
    R* const e = along + n * entry<T>;
    R* const turns_v = e + n * entry<T>;
    R* const turns_u = turns_v + 2 * n * entry<T>;
    const Register<R> back = R(1) / equilibrate<T>(A, m * n, doubt);
    clear_doubtful<T>(A, m * n, doubt);
    // LAPACK's xGEBD2, m ≥ n.
    for (std::int64_t k = 0; k < n; ++k) {
        R* const v = A + (k * m + k) * entry<T>;
        Register<R> beta;
        const Lanes<T> t = reflector<T>(m - k, v, beta);
        put<T>(tau_q, k, t);
        write<R>(s + k * width<R>, beta);
        const std::int64_t rest = n - k - 1;
        reflect_columns<T>(m - k, v, conjugated(t), rest, v + m * entry<T>, m);
        write<R>(e + k * width<R>, Register<R>{});
        if (rest == 0) continue;
        R* const u = rows + k * n * entry<T>;
        for (std::int64_t j = 0; j < rest; ++j) put<T>(u, j, conjugated(get<T>(A, (k + 1 + j) * m + k)));
        const Lanes<T> p = reflector<T>(rest, u, beta);
        put<T>(tau_p, k, p);
        write<R>(e + k * width<R>, beta);
        // B := B (I − τ u uᴴ): w = B u, B := B − τ w uᴴ.
        R* const B = A + ((k + 1) * m + k + 1) * entry<T>;
        const std::int64_t height = m - k - 1;
        R* const w = U;  // m entries, not in use yet
        for (std::int64_t i = 0; i < height; ++i) put<T>(w, i, Lanes<T>{});
        for (std::int64_t j = 0; j < rest; ++j) {
            const Lanes<T> uj = get<T>(u, j);
            const R* const b = B + j * m * entry<T>;
            for (std::int64_t i = 0; i < height; ++i) put<T>(w, i, plus(get<T>(w, i), times(get<T>(b, i), uj)));
        }
        for (std::int64_t j = 0; j < rest; ++j) {
            const Lanes<T> uj = times(p, conjugated(get<T>(u, j)));
            R* const b = B + j * m * entry<T>;
            for (std::int64_t i = 0; i < height; ++i) put<T>(b, i, minus(get<T>(b, i), times(get<T>(w, i), uj)));
        }
    }
    set_identity<T>(m, n, U, n, 1);
    for (std::int64_t k = n - 1; k >= 0; --k)
        reflect_rows<T>(m - k, A + (k * m + k) * entry<T>, get<T>(tau_q, k), n - k, U + (k * n + k) * entry<T>, n, along);
    set_identity<T>(n, n, V, n, 1);
    for (std::int64_t k = n - 2; k >= 0; --k)
        reflect_rows<T>(n - k - 1, rows + k * n * entry<T>, get<T>(tau_p, k), n - k - 1,
                        V + ((k + 1) * n + k + 1) * entry<T>, n, along);
    bidiagonal_qr<T>(m, n, U, V, s, e, turns_v, turns_u, doubt);
    Register<R> unsure = read<R>(doubt);
    for (std::int64_t k = 0; k < n; ++k) {
        const Register<R> value = read<R>(s + k * width<R>) * back;
        unsure += value - value;
        write<R>(s + k * width<R>, value);
    }
    write<R>(doubt, unsure);
}

}  // namespace batch

template <class T>
constexpr BatchSpectralKernels<T> batch_spectral_kernels = {&batch::qr<T>, &batch::eigh<T>, &batch::svd<T>};
