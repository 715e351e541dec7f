// LU by KLU. Davis, Palamadai Natarajan: Algorithm 907: KLU, a direct sparse solver for circuit simulation problems, ACM
// TOMS 37 (2010).
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "sparse/suitesparse/backend.hpp"
#include "sparse/suitesparse/compressed_parts.hpp"
#include "sparse/suitesparse/klu.hpp"
#include "sparse/suitesparse/status.hpp"

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {

template <class E, class J>
class KluSymbolic;

template <class E, class J>
class KluFactor final : public LuFactor<E> {
    using Types = KluTypes<J>;
    using Calls = KluCalls<E, J>;

  public:
    KluFactor(std::shared_ptr<const KluSymbolic<E, J>> symbolic, std::span<const E> values, double pivot_tolerance)
        : symbolic_(std::move(symbolic)),
          n_(symbolic_->pattern_.cols),
          common_(symbolic_->common_) {
        // KLU's own default of 0.001 saves little fill and loses three digits.
        common_.tol = pivot_tolerance > 0 ? pivot_tolerance : 0.1;
        factor_afresh(values);
    }

    void refactor(std::span<const E> values) override {
        auto common = common_;
        const auto& pattern = symbolic_->pattern_;
        auto* symbolic = symbolic_->symbolic_.get();
        const bool done = Calls::refactor(unconst(pattern.offsets), unconst(pattern.indices), unconst(values.data()),
                                          symbolic, numeric_.get(), &common) != 0 &&
                          common.status == KLU_OK;
        // The old pivots stand while the entries of U grow little more than they did when pivots were chosen.
        if (done && pivots_are_finite() && growth(values) >= 0.01 * fresh_growth_) return;
        factor_afresh(values);
    }

    void solve(Transpose form, const E* b, E* x, std::int64_t k) const override {
        auto common = common_;
        // KLU writes to the workspace inside its numeric object: this call gets a shallow copy with a workspace of its own.
        auto numeric = *numeric_.get();
        Array<E> work(4 * n_, uninitialized);
        numeric.Work = work.data();
        numeric.Xwork = work.data();
        numeric.Iwork = nullptr;
        std::copy_n(b, n_ * k, x);
        auto* symbolic = symbolic_->symbolic_.get();
        const auto n = static_cast<J>(n_);
        const auto columns = static_cast<J>(k);
        if (form == Transpose::none) Calls::solve(symbolic, &numeric, n, columns, unconst(x), &common);
        else if constexpr (is_complex_v<E>)
            Calls::tsolve(symbolic, &numeric, n, columns, unconst(x), form == Transpose::adjoint ? 1 : 0, &common);
        else Calls::tsolve(symbolic, &numeric, n, columns, unconst(x), &common);
        check_klu("lu solve", common.status);
    }

    // KLU has one factorization a diagonal block and leaves the blocks F above them: (R A)(p, q) = L U + F with block
    // diagonal L, U. One L and one U of the whole: U gets L⁻¹F above its blocks.
    LuParts<E> parts() const override {
        auto [l, u, f] = extract();
        const auto& L = l;
        const auto& U = u;
        const auto& F = f;
        Array<std::int64_t> offsets(n_ + 1);
        std::vector<std::int64_t> rows;
        std::vector<E> values;
        std::vector<E> work(static_cast<std::size_t>(n_), E(0));
        const auto* R = symbolic_->symbolic_->R;
        const std::int64_t blocks = symbolic_->symbolic_->nblocks;
        std::vector<char> touched(static_cast<std::size_t>(blocks), 0);
        std::vector<std::int64_t> block_of(static_cast<std::size_t>(n_));
        for (std::int64_t b = 0; b < blocks; ++b)
            for (std::int64_t i = R[b]; i < R[b + 1]; ++i) block_of[static_cast<std::size_t>(i)] = b;
        std::vector<std::int64_t> list;
        for (std::int64_t j = 0; j < n_; ++j) {
            list.clear();
            for (const auto& [i, value] : F.col(j)) {
                const auto b = block_of[static_cast<std::size_t>(i)];
                if (std::exchange(touched[static_cast<std::size_t>(b)], 1) == 0) list.push_back(b);
                work[static_cast<std::size_t>(i)] = value;
            }
            std::sort(list.begin(), list.end());
            for (const auto b : list) {
                touched[static_cast<std::size_t>(b)] = 0;
                for (std::int64_t i = R[b]; i < R[b + 1]; ++i) {
                    const E x = std::exchange(work[static_cast<std::size_t>(i)], E(0));
                    if (x == E(0)) continue;
                    rows.push_back(i);
                    values.push_back(x);
                    for (const auto& [r, below] : L.col(i))
                        if (r > i) work[static_cast<std::size_t>(r)] -= below * x;
                }
            }
            for (const auto& [i, value] : U.col(j)) {
                rows.push_back(i);
                values.push_back(value);
            }
            offsets[j + 1] = std::ssize(rows);
        }
        Csc<E, std::int64_t> whole(unchecked, n_, n_, std::move(offsets), Array<std::int64_t>(std::move(rows)),
                                   Array<E>(std::move(values)));
        return {std::move(l), std::move(whole)};
    }

    std::vector<std::int64_t> row_permutation() const override { return {numeric_->Pnum, numeric_->Pnum + n_}; }
    std::vector<std::int64_t> col_permutation() const override {
        const auto* Q = symbolic_->symbolic_->Q;
        return {Q, Q + n_};
    }
    std::vector<double> row_scaling() const override {
        std::vector<double> r(static_cast<std::size_t>(n_), 1);
        if (numeric_->Rs != nullptr) {
            // KLU divides by Rs, which lies in pivot order.
            for (std::int64_t k = 0; k < n_; ++k) r[static_cast<std::size_t>(numeric_->Pnum[k])] = 1 / numeric_->Rs[k];
        }
        return r;
    }
    std::vector<E> diagonal_u() const override {
        const auto* d = static_cast<const E*>(numeric_->Udiag);
        return {d, d + n_};
    }
    FactorSize size() const override {
        const double entries =
            static_cast<double>(numeric_->lnz) + static_cast<double>(numeric_->unz) + static_cast<double>(numeric_->nzoff);
        double bytes = 0;
        // A block of one column has no storage but its pivot.
        const auto* R = symbolic_->symbolic_->R;
        for (std::int64_t b = 0; b < symbolic_->symbolic_->nblocks; ++b)
            if (R[b + 1] - R[b] > 1) bytes += static_cast<double>(numeric_->LUsize[b]) * sizeof(E);
        bytes += static_cast<double>(numeric_->nzoff) * (sizeof(E) + sizeof(J)) +
                 static_cast<double>(n_) * (7 * sizeof(J) + 6 * sizeof(E));
        return {entries, flops_, bytes};
    }

  private:
    struct Extracted {
        Csc<E, std::int64_t> l, u, f;
    };
    Extracted extract() const {
        const auto lnz = static_cast<std::int64_t>(numeric_->lnz);
        const auto unz = static_cast<std::int64_t>(numeric_->unz);
        const auto fnz = static_cast<std::int64_t>(numeric_->nzoff);
        Array<J> lp(n_ + 1), li(lnz), up(n_ + 1), ui(unz), fp(n_ + 1), fi(fnz);
        Array<E> lx(lnz), ux(unz), fx(fnz);
        auto common = common_;
        auto* symbolic = symbolic_->symbolic_.get();
        if constexpr (is_complex_v<E>) {
            // The complex interface hands real and imaginary parts out apart.
            const auto most = std::max({lnz, unz, fnz, std::int64_t{1}});
            Array<double> lr(most), lim(most), ur(most), uim(most), fr(most), fim(most);
            Calls::extract(numeric_.get(), symbolic, lp.data(), li.data(), lr.data(), lim.data(), up.data(), ui.data(),
                           ur.data(), uim.data(), fp.data(), fi.data(), fr.data(), fim.data(), nullptr, nullptr, nullptr,
                           nullptr, &common);
            for (std::int64_t q = 0; q < lnz; ++q) lx[q] = E(lr[q], lim[q]);
            for (std::int64_t q = 0; q < unz; ++q) ux[q] = E(ur[q], uim[q]);
            for (std::int64_t q = 0; q < fnz; ++q) fx[q] = E(fr[q], fim[q]);
        } else {
            Calls::extract(numeric_.get(), symbolic, lp.data(), li.data(), lx.data(), up.data(), ui.data(), ux.data(),
                           fp.data(), fi.data(), fx.data(), nullptr, nullptr, nullptr, nullptr, &common);
        }
        check_klu("lu", common.status);
        const auto sorted = [this](const Array<J>& p, const Array<J>& i, const Array<E>& x) {
            return transposed_columns(transposed_columns<E, J>(n_, n_, p, i, x));
        };
        return {sorted(lp, li, lx), sorted(up, ui, ux), sorted(fp, fi, fx)};
    }

    [[nodiscard]] bool pivots_are_finite() const {
        const auto* d = static_cast<const E*>(numeric_->Udiag);
        return std::all_of(d, d + n_, [](const E& x) { return std::abs(x) > 0 && is_finite(x); });
    }

    // min over columns of max|A| / max|U|.
    double growth(std::span<const E> values) const {
        auto common = common_;
        const auto& pattern = symbolic_->pattern_;
        const auto done = Calls::rgrowth(unconst(pattern.offsets), unconst(pattern.indices), unconst(values.data()),
                                         symbolic_->symbolic_.get(), numeric_.get(), &common);
        return done != 0 && common.status == KLU_OK ? common.rgrowth : 0;
    }

    void factor_afresh(std::span<const E> values) {
        numeric_.reset(nullptr);  // the old factor makes room first
        auto common = common_;
        common.halt_if_singular = 1;
        const auto& pattern = symbolic_->pattern_;
        auto* symbolic = symbolic_->symbolic_.get();
        const auto factor = [&] {
            numeric_.reset(Calls::factor(unconst(pattern.offsets), unconst(pattern.indices), unconst(values.data()),
                                         symbolic, &common));
        };
        factor();
        check_klu("lu", common.status);
        if (common.status == KLU_SINGULAR || numeric_.get() == nullptr || !pivots_are_finite()) {
            // Once more without a halt, to see which row was left without a pivot.
            common.halt_if_singular = 0;
            factor();
            check_klu("lu", common.status);
            if (numeric_.get() == nullptr) throw PivotZero{-1};
            const auto d = diagonal_u();
            for (std::int64_t j = 0; j < n_; ++j) {
                const E pivot = d[static_cast<std::size_t>(j)];
                if (!(std::abs(pivot) > 0) || !is_finite(pivot)) throw PivotZero{numeric_->Pnum[j]};
            }
            throw PivotZero{-1};
        }
        auto counted = common_;
        Calls::flops(symbolic, numeric_.get(), &counted);
        flops_ = counted.flops * (is_complex_v<E> ? 4 : 1);
        fresh_growth_ = growth(values);
    }

    std::shared_ptr<const KluSymbolic<E, J>> symbolic_;
    std::int64_t n_;
    typename Types::Common common_;  // of each call a copy, since KLU writes to it
    KluNumericHandle<E, J> numeric_;
    double flops_ = 0;
    double fresh_growth_ = 0;
};

template <class E, class J>
class KluSymbolic final : public LuSymbolic<E> {
    using Types = KluTypes<J>;

  public:
    explicit KluSymbolic(ColumnPattern<J>&& pattern) : pattern_(std::move(pattern)) { Types::defaults(&common_); }

    void run(const AnalysisRequest& request) {
        const auto n = static_cast<J>(pattern_.cols);
        auto* p = unconst(pattern_.offsets);
        auto* i = unconst(pattern_.indices);
        Ordering used = request.ordering;
        switch (request.ordering) {
            case Ordering::automatic:
            case Ordering::amd:
            case Ordering::colamd:
                if (used == Ordering::automatic) used = Ordering::amd;
                common_.ordering = used == Ordering::colamd ? 1 : 0;
                symbolic_ = KluSymbolicHandle<J>(Types::analyze(n, p, i, &common_));
                break;
            case Ordering::natural:
                common_.btf = 0;
                symbolic_ = KluSymbolicHandle<J>(Types::analyze_given(n, p, i, nullptr, nullptr, &common_));
                break;
            case Ordering::given: {
                common_.btf = 0;
                std::vector<J> order(request.permutation.begin(), request.permutation.end());
                symbolic_ = KluSymbolicHandle<J>(Types::analyze_given(n, p, i, order.data(), order.data(), &common_));
                break;
            }
            case Ordering::nested_dissection:
                throw Unsupported(
                    "lu: nested dissection goes with UMFPACK, which this build leaves out (TAMIS_WITH_GPL=OFF); "
                    "use amd, colamd, natural or given");
        }
        check_klu("lu", common_.status);
        auto& prediction = this->prediction_;
        prediction.backend = "KLU " + std::to_string(KLU_MAIN_VERSION) + "." + std::to_string(KLU_SUB_VERSION) + "." +
                             std::to_string(KLU_SUBSUB_VERSION);
        prediction.ordering = used;
        const auto nnz = static_cast<double>(pattern_.nnz());
        // KLU estimates for AMD's order alone; elsewhere the entries of A are all that is known.
        const double known = symbolic_->lnz + symbolic_->unz;
        prediction.factor_nonzeros = known > 0 ? known + static_cast<double>(symbolic_->nzoff) : 2 * nnz;
        prediction.flops = symbolic_->est_flops > 0 ? symbolic_->est_flops * (is_complex_v<E> ? 4 : 1) : 0;
        prediction.bytes = prediction.factor_nonzeros * (sizeof(E) + sizeof(J)) +
                           static_cast<double>(n) * (12 * sizeof(J) + 8 * sizeof(E)) + nnz * sizeof(J);
    }

    // Dense kernels pay where the same entries of a large block are updated often; where little is to be done at all, the
    // fixed costs of the others are more than they can save (orsreg_1, sherman5: 13 MFLOP, UMFPACK takes twice as long;
    // bayer10: 1.6 times).
    [[nodiscard]] bool suits() const {
        const double entries = symbolic_->lnz + symbolic_->unz;
        const auto n = static_cast<double>(pattern_.cols);
        if (symbolic_->est_flops < 0 || entries <= 0) return static_cast<double>(symbolic_->maxblock) < 0.25 * n;
        return symbolic_->est_flops < std::max(20 * entries, 5e7);
    }
    [[nodiscard]] bool fits_narrow() const {
        return this->prediction_.factor_nonzeros < 0.1 * static_cast<double>(std::numeric_limits<std::int32_t>::max());
    }

    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return same_pattern(pattern_, offsets, indices);
    }
    bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return same_pattern(pattern_, offsets, indices);
    }
    ColumnPattern<std::int64_t> pattern() const override { return pattern_as<std::int64_t>(ColumnPattern<J>(pattern_)); }
    void subtract_product(Transpose form, const E* values, const E* x, E* r) const override {
        detail::subtract_product(pattern_, form, values, x, r);
    }
    std::vector<std::int64_t> permutation() const override { return {symbolic_->Q, symbolic_->Q + pattern_.cols}; }
    std::unique_ptr<LuFactor<E>> factor(std::span<const E> values, double pivot_tolerance) const override {
        return std::make_unique<KluFactor<E, J>>(std::static_pointer_cast<const KluSymbolic<E, J>>(this->shared_from_this()),
                                                 values, pivot_tolerance);
    }
    // Only before the object is shared.
    ColumnPattern<J> release_pattern() { return std::move(pattern_); }

  private:
    friend class KluFactor<E, J>;

    ColumnPattern<J> pattern_;
    typename Types::Common common_{};
    KluSymbolicHandle<J> symbolic_;
};

}  // namespace

template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_klu(ColumnPattern<I>&& pattern, const AnalysisRequest& request,
                                                 bool only_if_suited) {
    auto symbolic = std::make_shared<KluSymbolic<E, I>>(std::move(pattern));
    symbolic->run(request);
    if (only_if_suited && !symbolic->suits()) {
        pattern = symbolic->release_pattern();
        return nullptr;
    }
    if constexpr (std::is_same_v<I, std::int32_t>) {
        if (!symbolic->fits_narrow()) {
            auto wide =
                std::make_shared<KluSymbolic<E, std::int64_t>>(pattern_as<std::int64_t>(symbolic->release_pattern()));
            wide->run(request);
            return wide;
        }
    }
    return symbolic;
}

#define TAMIS_INSTANTIATE(E, I) \
    template std::shared_ptr<const LuSymbolic<E>> analyze_klu(ColumnPattern<I>&&, const AnalysisRequest&, bool);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
