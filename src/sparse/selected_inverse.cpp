// The recurrence of Takahashi, Fagan and Chen (Proc. 8th PICA, 1973; Erisman and Tinney, CACM 18, 1975) by supernodes, as in
// Lin, Yang, Meza, Lu, Ying, E: SelInv, ACM TOMS 37 (2011). With a supernode's columns J and the rows S below them,
//
//     Y    = L_SJ L_JJ⁻¹
//     Z_SJ = −Z_SS Y
//     Z_JJ = L_JJ⁻ᴴ L_JJ⁻¹ − Yᴴ Z_SJ,
//
// from the last supernode to the first. Z_SS lies inside the pattern because S is a clique of the filled graph.
#include "sparse/selected_inverse.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "core/backend_threads.hpp"
#include "core/blas.hpp"
#include "instantiate.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

// The first place from q on whose row is not less than `row`, by steps that double: short where the next row is near, and
// logarithmic where it is far.
std::int64_t gallop(const std::int64_t* rows, std::int64_t q, std::int64_t end, std::int64_t row) {
    std::int64_t step = 1;
    while (q + step < end && rows[q + step] <= row) {
        q += step;
        step *= 2;
    }
    if (rows[q] >= row) return q;
    return std::lower_bound(rows + q, rows + std::min(end, q + step), row) - rows;
}

template <class E>
double flops_of(double columns, double below) {
    return (is_complex_v<E> ? 4 : 1) * columns * (2 * below * below + 3 * below * columns + 1.5 * columns * columns);
}

template <class E>
class Inversion {
  public:
    explicit Inversion(Supernodes<E>& L) : L_(L), owner_(L.n, uninitialized) {
        std::int64_t tallest = 0;
        std::int64_t most = 0;
        std::int64_t widest = 0;
        for (std::int64_t k = 0; k < L.count(); ++k) {
            const auto columns = L.first[k + 1] - L.first[k];
            const auto below = L.row_starts[k + 1] - L.row_starts[k] - columns;
            std::fill(owner_.begin() + L.first[k], owner_.begin() + L.first[k + 1], k);
            tallest = std::max(tallest, below);
            widest = std::max(widest, columns);
            most = std::max(most, below * columns);
        }
        places_ = Array<std::int64_t>(tallest, uninitialized);
        w_ = Array<E>(tallest * tallest, uninitialized);
        t_ = Array<E>(most, uninitialized);
        d_ = Array<E>(widest * widest, uninitialized);
    }

    void run() {
        for (std::int64_t k = L_.count() - 1; k >= 0; --k) {
            const auto columns = L_.first[k + 1] - L_.first[k];
            const auto below = L_.row_starts[k + 1] - L_.row_starts[k] - columns;
            E* const X = L_.values.data() + L_.value_starts[k];
            // Small blocks are not worth BLAS's barriers, however many they are: threads from 20 MFLOP a block on.
            on_backend_threads(100 * flops_of<E>(static_cast<double>(columns), static_cast<double>(below)), [&] {
                if (below > 0) gather(L_.rows.data() + L_.row_starts[k] + columns, below);
                if (columns == 1) invert_column(X, below);
                else invert_block(X, columns, below);
            });
        }
    }

  private:
    // W = the lower triangle of Z_SS.
    void gather(const std::int64_t* S, std::int64_t below) {
        std::int64_t* const place = places_.data();
        E* const W = w_.data();
        for (std::int64_t a = 0; a < below;) {
            const auto k = owner_[S[a]];
            const auto first = L_.first[k];
            const auto last = L_.first[k + 1];
            const auto* rows = L_.rows.data() + L_.row_starts[k];
            const auto height = L_.row_starts[k + 1] - L_.row_starts[k];
            auto inside = a;
            for (; inside < below && S[inside] < last; ++inside) place[inside] = S[inside] - first;
            auto q = last - first;
            for (auto b = inside; b < below; ++b) {
                q = gallop(rows, q, height, S[b]);
                place[b] = q++;
            }
            for (; a < inside; ++a) {
                const E* const z = L_.values.data() + L_.value_starts[k] + (S[a] - first) * height;
                E* const w = W + a * below;
                for (auto b = a; b < below; ++b) w[b] = z[place[b]];
            }
        }
    }

    // A supernode of one column, without the overhead of BLAS.
    void invert_column(E* X, std::int64_t below) {
        const double pivot = real_part(X[0]);
        E* const y = X + 1;
        E* const t = t_.data();
        const E* const W = w_.data();
        for (std::int64_t a = 0; a < below; ++a) {
            y[a] /= pivot;
            t[a] = E(0);
        }
        for (std::int64_t a = 0; a < below; ++a) {
            const E* const w = W + a * below;
            const E ya = y[a];
            E sum = real_part(w[a]) * ya;
            for (auto b = a + 1; b < below; ++b) {
                t[b] -= times(w[b], ya);
                sum += times(conjugate(w[b]), y[b]);
            }
            t[a] -= sum;
        }
        double z = 1 / pivot / pivot;
        for (std::int64_t a = 0; a < below; ++a) {
            z -= real_part(times(conjugate(y[a]), t[a]));
            y[a] = t[a];
        }
        X[0] = E(z);
    }

    void invert_block(E* X, std::int64_t columns, std::int64_t below) {
        const auto height = columns + below;
        E* const Y = X + columns;
        E* const T = t_.data();
        E* const D = d_.data();
        if (below > 0) {
            blas::trsm_lower('R', below, columns, X, height, Y, height);
            blas::hemm_lower(below, columns, E(-1), w_.data(), below, Y, height, E(0), T, below);
        }
        // D = L_JJ⁻¹.
        std::fill_n(D, columns * columns, E(0));
        for (std::int64_t c = 0; c < columns; ++c) D[c * columns + c] = E(1);
        blas::trsm_lower('L', columns, columns, X, height, D, columns);
        blas::herk_lower(columns, columns, 1.0, D, columns, 0.0, X, height);
        if (below > 0) {
            blas::gemm('C', 'N', columns, columns, below, E(-1), Y, height, T, below, E(1), X, height);
            for (std::int64_t c = 0; c < columns; ++c) std::copy_n(T + c * below, below, Y + c * height);
        }
        for (std::int64_t c = 0; c < columns; ++c) X[c * height + c] = E(real_part(X[c * height + c]));
    }

    Supernodes<E>& L_;
    Array<std::int64_t> owner_;   // the supernode of each column
    Array<std::int64_t> places_;  // of S in an ancestor's rows
    Array<E> w_;
    Array<E> t_;
    Array<E> d_;
};

// visit(row, value) for every entry of column j of the Hermitian matrix, in no particular order: below the diagonal from the
// column's own supernode, above it from the supernodes that row j lies in.
template <class E>
class HermitianColumns {
  public:
    explicit HermitianColumns(const Supernodes<E>& Z) : Z_(Z), owner_(Z.n, uninitialized), starts_(Z.n + 1) {
        for (std::int64_t k = 0; k < Z.count(); ++k) {
            std::fill(owner_.begin() + Z.first[k], owner_.begin() + Z.first[k + 1], k);
            for (auto q = Z.row_starts[k] + Z.first[k + 1] - Z.first[k]; q < Z.row_starts[k + 1]; ++q)
                ++starts_[Z.rows[q] + 1];
        }
        for (std::int64_t j = 0; j < Z.n; ++j) starts_[j + 1] += starts_[j];
        Array<std::int64_t> next(std::span<const std::int64_t>(starts_.data(), static_cast<std::size_t>(Z.n)));
        uses_ = Array<Use>(Z.n > 0 ? starts_[Z.n] : 0, uninitialized);
        for (std::int64_t k = 0; k < Z.count(); ++k) {
            for (auto q = Z.row_starts[k] + Z.first[k + 1] - Z.first[k]; q < Z.row_starts[k + 1]; ++q)
                uses_[next[Z.rows[q]]++] = {k, q - Z.row_starts[k]};
        }
    }

    [[nodiscard]] std::int64_t degree(std::int64_t j) const {
        const auto k = owner_[j];
        std::int64_t entries = Z_.row_starts[k + 1] - Z_.row_starts[k];
        for (auto u = starts_[j]; u < starts_[j + 1]; ++u)
            entries += Z_.first[uses_[u].supernode + 1] - Z_.first[uses_[u].supernode];
        return entries;
    }

    template <class Visit>
    void visit(std::int64_t j, const Visit& f) const {
        const auto k = owner_[j];
        const auto height = Z_.row_starts[k + 1] - Z_.row_starts[k];
        const auto* rows = Z_.rows.data() + Z_.row_starts[k];
        const E* X = Z_.values.data() + Z_.value_starts[k];
        const auto c = j - Z_.first[k];
        for (std::int64_t r = 0; r < c; ++r) f(rows[r], conjugate(X[r * height + c]));
        for (std::int64_t r = c; r < height; ++r) f(rows[r], X[c * height + r]);
        for (auto u = starts_[j]; u < starts_[j + 1]; ++u) {
            const auto s = uses_[u].supernode;
            const auto tall = Z_.row_starts[s + 1] - Z_.row_starts[s];
            const E* x = Z_.values.data() + Z_.value_starts[s] + uses_[u].place;
            for (auto i = Z_.first[s]; i < Z_.first[s + 1]; ++i, x += tall) f(i, conjugate(*x));
        }
    }

  private:
    struct Use {
        std::int64_t supernode;
        std::int64_t place;  // of the row in the supernode
    };
    const Supernodes<E>& Z_;
    Array<std::int64_t> owner_;
    Array<std::int64_t> starts_;
    Array<Use> uses_;
};

// A set of numbers below n that lists its members in order: a bit for each, and above it a bit for each word that is not
// zero, and so on. A member costs a few operations, whatever n is, where sorting would cost a logarithm of comparisons.
class OrderedSet {
  public:
    explicit OrderedSet(std::int64_t n) {
        do {
            n = (n + 63) / 64;
            levels_.emplace_back(n);
        } while (n > 1);
    }

    void insert(std::int64_t i) noexcept {
        for (auto& level : levels_) {
            std::uint64_t& word = level[i / 64];
            const bool known = word != 0;
            word |= std::uint64_t{1} << (i % 64);
            if (known) return;
            i /= 64;
        }
    }

    /// f(i) for the members in ascending order; the set is empty afterwards.
    template <class F>
    void drain(const F& f) noexcept {
        drain(levels_.size() - 1, 0, f);
    }

  private:
    template <class F>
    void drain(std::size_t level, std::int64_t at, const F& f) noexcept {
        std::uint64_t& word = levels_[level][at];
        for (; word != 0; word &= word - 1) {
            const auto i = at * 64 + std::countr_zero(word);
            if (level == 0) f(i);
            else drain(level - 1, i, f);
        }
    }

    std::vector<Array<std::uint64_t>> levels_;
};

}  // namespace

template <class E>
void invert_selected(Supernodes<E>& L) {
    Inversion<E>(L).run();
}

template <class E>
double inversion_bytes(const Supernodes<E>& L) {
    double tallest = 0;
    double most = 0;
    double widest = 0;
    for (std::int64_t k = 0; k < L.count(); ++k) {
        const auto columns = static_cast<double>(L.first[k + 1] - L.first[k]);
        const auto below = static_cast<double>(L.row_starts[k + 1] - L.row_starts[k]) - columns;
        tallest = std::max(tallest, below);
        widest = std::max(widest, columns);
        most = std::max(most, below * columns);
    }
    return (tallest * tallest + most + widest * widest) * sizeof(E) + 2.0 * static_cast<double>(L.n) * sizeof(std::int64_t);
}

template <class T, class I, class E>
Csr<T, I> full_hermitian(const char* what, const Supernodes<E>& Z, const std::vector<std::int64_t>& p) {
    const auto n = Z.n;
    const HermitianColumns<E> columns(Z);
    std::vector<std::int64_t> position(p.size());
    for (std::int64_t j = 0; j < n; ++j) position[static_cast<std::size_t>(p[static_cast<std::size_t>(j)])] = j;

    constexpr auto most = static_cast<std::int64_t>(std::numeric_limits<I>::max());
    Array<I> offsets(n + 1);
    std::int64_t entries = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        entries += columns.degree(position[static_cast<std::size_t>(i)]);
        if (entries > most)
            throw IndexOverflow(std::string(what) + ": the result has more than " + std::to_string(most) +
                                " entries, too many for 32-bit indices; use a matrix with int64 indices");
        offsets[i + 1] = static_cast<I>(entries);
    }

    // Row i is the conjugate of column i, which comes in no useful order: a set that lists its members in order sorts it.
    // Parts have equal numbers of entries.
    Array<I> indices(entries, uninitialized);
    Array<T> values(entries, uninitialized);
    const int parts = threads_for(entries);
    std::vector<OrderedSet> sets;
    std::vector<Array<T>> rows;
    sets.reserve(static_cast<std::size_t>(parts));
    for (int part = 0; part < parts; ++part) {
        sets.emplace_back(n);
        rows.emplace_back(n, uninitialized);
    }
    const auto begin = [&](int part) {
        const auto target = entries / parts * part;
        return part == parts ? n : std::lower_bound(offsets.begin(), offsets.end(), target) - offsets.begin();
    };
    for_each_part(parts, [&](int part) {
        auto& set = sets[static_cast<std::size_t>(part)];
        T* const row = rows[static_cast<std::size_t>(part)].data();
        const auto last = begin(part + 1);
        for (auto i = begin(part); i < last; ++i) {
            columns.visit(position[static_cast<std::size_t>(i)], [&](std::int64_t k, const E& z) {
                const auto j = p[static_cast<std::size_t>(k)];
                set.insert(j);
                row[j] = static_cast<T>(conjugate(z));
            });
            auto q = static_cast<std::int64_t>(offsets[i]);
            set.drain([&](std::int64_t j) {
                indices[q] = static_cast<I>(j);
                values[q++] = row[j];
            });
        }
    });
    return {unchecked, n, n, std::move(offsets), std::move(indices), std::move(values)};
}

template <class E>
Array<double> diagonal_of(const Supernodes<E>& Z, const std::vector<std::int64_t>& p) {
    Array<double> diagonal(Z.n, uninitialized);
    for (std::int64_t k = 0; k < Z.count(); ++k) {
        const auto height = Z.row_starts[k + 1] - Z.row_starts[k];
        for (std::int64_t c = 0; c < Z.first[k + 1] - Z.first[k]; ++c)
            diagonal[p[static_cast<std::size_t>(Z.first[k] + c)]] =
                real_part(Z.values[Z.value_starts[k] + c * (height + 1)]);
    }
    return diagonal;
}

#define TAMIS_INSTANTIATE_COMPUTE(E)                       \
    template void invert_selected(Supernodes<E>&);         \
    template double inversion_bytes(const Supernodes<E>&); \
    template Array<double> diagonal_of(const Supernodes<E>&, const std::vector<std::int64_t>&);
TAMIS_INSTANTIATE_COMPUTE(double)
TAMIS_INSTANTIATE_COMPUTE(std::complex<double>)
#undef TAMIS_INSTANTIATE_COMPUTE

#define TAMIS_INSTANTIATE_PUBLIC(T, I)                                                                                      \
    template Csr<T, I> full_hermitian(const char*,                                                                          \
                                      const Supernodes<std::conditional_t<is_complex_v<T>, std::complex<double>, double>>&, \
                                      const std::vector<std::int64_t>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE_PUBLIC)
#undef TAMIS_INSTANTIATE_PUBLIC

}  // namespace tamis::detail
