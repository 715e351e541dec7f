// Rows of a CSR matrix times a vector, once a target (dispatch.hpp).
//
// A row of five entries is over before a loop over it has been predicted, so rows of up to 16 entries run without a loop: as
// long as the next row has the same length, one compare a row is all the control there is. Stencils come in such runs.
// What limits then is how many cache lines are on their way: the streams of values and indices are asked for some KiB before
// they are needed, which the hardware's prefetcher, bound to a page, does not do. No gather instructions: on common
// processors a gather costs more than the scalar loads that it replaces.
//
// The order of a sum depends on the row's length alone, so that all targets and all cuts among threads agree: from left to
// right below `four_sums` entries; from there on four interleaved sums, (s0 + s1) + (s2 + s3), then what is left; rows of
// `long_row` entries chunk by chunk (row_cuts.hpp).

template <bool Conjugate, class T, class I>
TAMIS_INLINE auto term(const I* indices, const T* values, const T* x, std::int64_t k) {
    return times<Conjugate>(load(values + k), load(x + static_cast<std::int64_t>(indices[k])));
}

/// The rows from i on that have L entries each, their sums one after the other; returns the first that has not.
template <int L, bool Conjugate, class T, class I>
TAMIS_INLINE std::int64_t run(const I* offsets, const I* indices, const T* values, const T* x, std::int64_t i,
                              std::int64_t end, T* sums) {
    std::int64_t k = static_cast<std::int64_t>(offsets[i]);
    do {
        prefetch(indices, values, k);
        decltype(load(x)) sum = {};
#pragma GCC unroll 16
        for (int u = 0; u < L; ++u) sum = plus(sum, term<Conjugate>(indices, values, x, k + u));
        store(sums++, sum);
        k += L;
        ++i;
    } while (i < end && static_cast<std::int64_t>(offsets[i + 1]) - k == L);
    return i;
}

template <bool Conjugate, class T, class I>
TAMIS_INLINE auto sum_of(const I* indices, const T* values, const T* x, std::int64_t k, std::int64_t stop) {
    prefetch(indices, values, k);
    if (stop - k < four_sums) {
        decltype(load(x)) sum = {};
        for (; k < stop; ++k) sum = plus(sum, term<Conjugate>(indices, values, x, k));
        return sum;
    }
    auto s0 = term<Conjugate>(indices, values, x, k);
    auto s1 = term<Conjugate>(indices, values, x, k + 1);
    auto s2 = term<Conjugate>(indices, values, x, k + 2);
    auto s3 = term<Conjugate>(indices, values, x, k + 3);
    k += 4;
    for (; k + 8 <= stop; k += 8) {
        prefetch(indices, values, k);
        s0 = plus(s0, term<Conjugate>(indices, values, x, k));
        s1 = plus(s1, term<Conjugate>(indices, values, x, k + 1));
        s2 = plus(s2, term<Conjugate>(indices, values, x, k + 2));
        s3 = plus(s3, term<Conjugate>(indices, values, x, k + 3));
        s0 = plus(s0, term<Conjugate>(indices, values, x, k + 4));
        s1 = plus(s1, term<Conjugate>(indices, values, x, k + 5));
        s2 = plus(s2, term<Conjugate>(indices, values, x, k + 6));
        s3 = plus(s3, term<Conjugate>(indices, values, x, k + 7));
    }
    auto sum = plus(plus(s0, s1), plus(s2, s3));
    for (; k < stop; ++k) sum = plus(sum, term<Conjugate>(indices, values, x, k));
    return sum;
}

/// The sum of a row in `row_chunks` chunks.
template <bool Conjugate, class T, class I>
void long_row_sum(const I* indices, const T* values, const T* x, std::int64_t begin, std::int64_t end, T* result) {
    const std::int64_t length = end - begin;
    decltype(load(x)) sum = {};
    for (int c = 0; c < row_chunks; ++c) {
        const std::int64_t k = begin + length / row_chunks * c + length % row_chunks * c / row_chunks;
        const std::int64_t stop = begin + length / row_chunks * (c + 1) + length % row_chunks * (c + 1) / row_chunks;
        sum = plus(sum, sum_of<Conjugate>(indices, values, x, k, stop));
    }
    store(result, sum);
}

template <bool Conjugate, class T, class I>
void row_sums(const I* offsets, const I* indices, const T* values, const T* x, std::int64_t begin, std::int64_t end,
              T* sums) {
    for (std::int64_t i = begin; i < end;) {
        const std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        const std::int64_t length = stop - k;
        // Rows of changing lengths would mispredict the switch; a plain loop does less harm.
        const bool again = i + 2 <= end && static_cast<std::int64_t>(offsets[i + 2]) - stop == length;
        switch (again ? length : -1) {
            case 0: store(sums + (i++ - begin), decltype(load(x)){}); break;
            case 1: i = run<1, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 2: i = run<2, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 3: i = run<3, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 4: i = run<4, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 5: i = run<5, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 6: i = run<6, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 7: i = run<7, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 8: i = run<8, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 9: i = run<9, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 10: i = run<10, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 11: i = run<11, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 12: i = run<12, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 13: i = run<13, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 14: i = run<14, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 15: i = run<15, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            case 16: i = run<16, Conjugate>(offsets, indices, values, x, i, end, sums + (i - begin)); break;
            default:
                if (length < long_row) store(sums + (i - begin), sum_of<Conjugate>(indices, values, x, k, stop));
                else long_row_sum<Conjugate>(indices, values, x, k, stop, sums + (i - begin));
                ++i;
        }
    }
}

template <bool Conjugate, class T, class I>
void range_sum(const I* indices, const T* values, const T* x, std::int64_t begin, std::int64_t end, T* sum) {
    store(sum, sum_of<Conjugate>(indices, values, x, begin, end));
}

template <class T, class I>
constexpr CsrKernels<T, I> csr_kernels = {
    {&row_sums<false, T, I>, &row_sums<is_complex_v<T>, T, I>},
    {&range_sum<false, T, I>, &range_sum<is_complex_v<T>, T, I>},
};
