// Transposed products, y += Aᵀ x row by row, once a target (dispatch.hpp). Runs of short rows as in csr.inl. The columns of a row
// differ, so all entries of y that a row touches are loaded before the first is stored: a store would otherwise hold up the
// loads behind it until its address is known to be another one.

template <class T>
TAMIS_INLINE auto scaled(const T* x, T alpha, bool plain) {
    return plain ? load(x) : times<false>(load(&alpha), load(x));
}

/// L entries from k on.
template <int L, bool Conjugate, class T, class I, class N>
TAMIS_INLINE void scatter_entries(const I* indices, const T* values, N xi, std::int64_t k, T* y) {
    N sums[L];
#pragma GCC unroll 16
    for (int u = 0; u < L; ++u)
        sums[u] = plus(load(y + static_cast<std::int64_t>(indices[k + u])), times<Conjugate>(load(values + k + u), xi));
#pragma GCC unroll 16
    for (int u = 0; u < L; ++u) store(y + static_cast<std::int64_t>(indices[k + u]), sums[u]);
}

template <bool Conjugate, class T, class I, class N>
TAMIS_INLINE void scatter_range(const I* indices, const T* values, N xi, std::int64_t k, std::int64_t stop, T* y) {
    prefetch(indices, values, k);
    for (; k + 8 <= stop; k += 8) {
        prefetch(indices, values, k);
        scatter_entries<4, Conjugate>(indices, values, xi, k, y);
        scatter_entries<4, Conjugate>(indices, values, xi, k + 4, y);
    }
    for (; k < stop; ++k) scatter_entries<1, Conjugate>(indices, values, xi, k, y);
}

/// Whether the entries [k, stop), not none, lie in the columns [low, high).
template <class I>
TAMIS_INLINE bool within(const I* indices, std::int64_t k, std::int64_t stop, std::int64_t low, std::int64_t high) {
    return static_cast<std::int64_t>(indices[k]) >= low && static_cast<std::int64_t>(indices[stop - 1]) < high;
}

/// The rows from i on that have L entries each, all within the columns; returns the first that is different.
template <int L, bool Conjugate, class T, class I>
TAMIS_INLINE std::int64_t scatter_run(const I* offsets, const I* indices, const T* values, const T* x, T alpha, bool plain,
                                      std::int64_t i, std::int64_t end, std::int64_t low, std::int64_t high, T* y) {
    std::int64_t k = static_cast<std::int64_t>(offsets[i]);
    do {
        prefetch(indices, values, k);
        scatter_entries<L, Conjugate>(indices, values, scaled(x + i, alpha, plain), k, y);
        k += L;
        ++i;
    } while (i < end && static_cast<std::int64_t>(offsets[i + 1]) - k == L && within(indices, k, k + L, low, high));
    return i;
}

/// The first of the entries [k, stop) whose column is not below `column`.
template <class I>
TAMIS_INLINE std::int64_t first_from(const I* indices, std::int64_t k, std::int64_t stop, std::int64_t column) {
    while (stop - k > 16) {
        const std::int64_t middle = k + (stop - k) / 2;
        if (static_cast<std::int64_t>(indices[middle]) < column) k = middle + 1;
        else stop = middle;
    }
    while (k < stop && static_cast<std::int64_t>(indices[k]) < column) ++k;
    return k;
}

/// Those of the entries [k, stop) that lie in the columns [low, high), without a branch on which: the others are added to
/// numbers that nobody reads. Where a short row falls is not to be predicted in a pattern without a band.
template <bool Conjugate, class T, class I, class N>
TAMIS_INLINE void scatter_masked(const I* indices, const T* values, N xi, std::int64_t k, std::int64_t stop, std::int64_t low,
                                 std::int64_t high, T* y) {
    N ignored[8] = {};
    const std::uint64_t width = static_cast<std::uint64_t>(high - low);
    prefetch(indices, values, k);
    for (; k < stop; ++k) {
        const std::int64_t j = static_cast<std::int64_t>(indices[k]);
        const std::uintptr_t mask = std::uintptr_t{0} - static_cast<std::uintptr_t>(static_cast<std::uint64_t>(j - low) < width);
        const std::uintptr_t inside = reinterpret_cast<std::uintptr_t>(y + j);
        const std::uintptr_t outside = reinterpret_cast<std::uintptr_t>(ignored + (k & 7));
        T* target = reinterpret_cast<T*>(outside ^ ((outside ^ inside) & mask));
        store(target, plus(load(target), times<Conjugate>(load(values + k), xi)));
    }
}

TAMIS_INLINE void extend(RowSpan* span, std::int64_t i) {
    if (span->last < span->first) span->first = i;
    span->last = i;
}

template <bool Conjugate, class T, class I>
void scatter(const I* offsets, const I* indices, const T* values, const T* x, T alpha, std::int64_t begin, std::int64_t end,
             std::int64_t low, std::int64_t high, T* y, RowSpan* left, RowSpan* right) {
    const auto a = load(&alpha);
    const bool plain = is_one(a);
    for (std::int64_t i = begin; i < end;) {
        std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        if (k == stop) {
            ++i;
            continue;
        }
        if (within(indices, k, stop, low, high)) {
            const bool again = i + 2 <= end && static_cast<std::int64_t>(offsets[i + 2]) - stop == stop - k;
            switch (again ? stop - k : 0) {
                case 1: i = scatter_run<1, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 2: i = scatter_run<2, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 3: i = scatter_run<3, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 4: i = scatter_run<4, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 5: i = scatter_run<5, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 6: i = scatter_run<6, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 7: i = scatter_run<7, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 8: i = scatter_run<8, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
                case 9: i = scatter_run<9, Conjugate>(offsets, indices, values, x, alpha, plain, i, end, low, high, y); continue;
            }
        } else {
            if (static_cast<std::int64_t>(indices[k]) < low) extend(left, i);
            if (static_cast<std::int64_t>(indices[stop - 1]) >= high) extend(right, i);
            if (stop - k <= 32) {
                scatter_masked<Conjugate>(indices, values, scaled(x + i, alpha, plain), k, stop, low, high, y);
                ++i;
                continue;
            }
            k = first_from(indices, k, stop, low);
            stop = first_from(indices, k, stop, high);
        }
        scatter_range<Conjugate>(indices, values, scaled(x + i, alpha, plain), k, stop, y);
        ++i;
    }
}

template <class T, class I>
constexpr CsrScatterKernels<T, I> csr_scatter_kernels = {{&scatter<false, T, I>, &scatter<is_complex_v<T>, T, I>}};
