// Cholesky by CHOLMOD. Chen, Davis, Hager, Rajamanickam: Algorithm 887: CHOLMOD, ACM TOMS 35 (2008).
#include "sparse/suitesparse/cholmod.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sparse/suitesparse/dissection.hpp"
#include "sparse/suitesparse/status.hpp"
#include "tamis_backends.hpp"

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {

const char* const verb_cholesky = "cholesky";

// The numeric part of every entry of L in the analysed order, for either storage of a factor: visit(column, row, value).
template <class E, class J, class Visit>
void for_each_entry(const cholmod_factor& L, const Visit& visit) {
    const auto* x = static_cast<const E*>(L.x);
    if (L.is_super != 0) {
        const auto* super = static_cast<const J*>(L.super);
        const auto* pi = static_cast<const J*>(L.pi);
        const auto* px = static_cast<const J*>(L.px);
        const auto* s = static_cast<const J*>(L.s);
        for (std::size_t k = 0; k < L.nsuper; ++k) {
            const std::int64_t first = super[k];
            const std::int64_t columns = super[k + 1] - first;
            const std::int64_t rows = pi[k + 1] - pi[k];
            for (std::int64_t c = 0; c < columns; ++c)
                for (std::int64_t r = c; r < rows; ++r)
                    visit(first + c, std::int64_t{s[pi[k] + r]}, x[px[k] + c * rows + r]);
        }
    } else {
        const auto* p = static_cast<const J*>(L.p);
        const auto* i = static_cast<const J*>(L.i);
        const auto* nz = static_cast<const J*>(L.nz);
        for (std::int64_t j = 0; j < static_cast<std::int64_t>(L.n); ++j)
            for (std::int64_t q = p[j]; q < p[j] + nz[j]; ++q) visit(j, std::int64_t{i[q]}, x[q]);
    }
}

// The diagonal alone, in O(n).
template <class E, class J, class Visit>
void for_each_diagonal(const cholmod_factor& L, const Visit& visit) {
    const auto* x = static_cast<const E*>(L.x);
    if (L.is_super != 0) {
        const auto* super = static_cast<const J*>(L.super);
        const auto* pi = static_cast<const J*>(L.pi);
        const auto* px = static_cast<const J*>(L.px);
        for (std::size_t k = 0; k < L.nsuper; ++k) {
            const std::int64_t rows = pi[k + 1] - pi[k];
            for (std::int64_t c = 0; c < super[k + 1] - super[k]; ++c)
                visit(super[k] + c, real_part(x[px[k] + c * rows + c]));
        }
    } else {
        const auto* p = static_cast<const J*>(L.p);
        for (std::int64_t j = 0; j < static_cast<std::int64_t>(L.n); ++j) visit(j, real_part(x[p[j]]));
    }
}

// f(view) with L as it is stored.
template <class E, class J, class F>
auto with_storage(const cholmod_factor& L, const F& f) {
    const auto integers = [](const void* array) { return static_cast<const J*>(array); };
    const auto n = static_cast<std::int64_t>(L.n);
    const auto* x = static_cast<const E*>(L.x);
    if (L.is_super != 0)
        return f(SupernodesOfL<E, J>{n, static_cast<std::int64_t>(L.nsuper), integers(L.super), integers(L.pi),
                                     integers(L.px), integers(L.s), x});
    return f(ColumnsOfL<E, J>{n, integers(L.p), integers(L.nz), integers(L.i), x});
}

template <class J>
void configure(CholmodCommon<J>& common, [[maybe_unused]] const ColumnPattern<J>& lower) {
    common->final_ll = 1;  // LLᴴ, which notices a pivot that is not positive; LDLᴴ would not
    common->quick_return_if_not_posdef = 1;
#if TAMIS_WITH_GPL
    common->supernodal = CHOLMOD_AUTO;
    // Flops per entry of L from which supernodes pay. CHOLMOD's own 40 takes supernodes for 2-D Poisson 100² to 300² (58 to
    // 160), where they cost 1.1 to 1.6 times as much; at 3-D 16³ (210) both cost the same, at 20³ (370) they win 1.7 times.
    // Rows that are less short make wider supernodes.
    if (lower.nnz() <= 5 * lower.cols) common->supernodal_switch = 170;
#else
    common->supernodal = CHOLMOD_SIMPLICIAL;  // the supernodal part is GPL
#endif
}

template <class E, class J>
class Symbolic887;

template <class E, class J>
class Factor887 final : public CholeskyFactor<E> {
  public:
    using typename CholeskyFactor<E>::System;

    Factor887(std::shared_ptr<const Symbolic887<E, J>> symbolic, Array<E>&& values, double shift)
        : symbolic_(std::move(symbolic)) {
        CholmodCommon<J> common;
        L_ = CholmodFactor<J>(CholmodCalls<J>::copy_factor(symbolic_->factor_.get(), common.get()));
        check_cholmod(verb_cholesky, common->status);
        compute(std::move(values), shift);
    }

    bool refactor(Array<E>&& values, double shift) override {
        compute(std::move(values), shift);
        return true;
    }

    void solve(System system, const E* b, E* x, std::int64_t k) const override {
        const auto n = static_cast<std::int64_t>(L_->n);
        CholmodCommon<J> common;
        if (system == System::full) {
            solve_system(CHOLMOD_A, b, x, k, common);
            return;
        }
        // M = PᵀL: M⁻¹ = L⁻¹P, M⁻ᴴ = PᵀL⁻ᴴ. P gathers: (P b)_j = b_{p_j}.
        const auto* p = static_cast<const J*>(L_->Perm);
        Array<E> work(n * k, uninitialized);
        if (system == System::solve_l) {
            for (std::int64_t c = 0; c < k; ++c)
                for (std::int64_t j = 0; j < n; ++j) work[c * n + j] = b[c * n + p[j]];
            solve_system(CHOLMOD_L, work.data(), x, k, common);
        } else {
            solve_system(CHOLMOD_Lt, b, work.data(), k, common);
            for (std::int64_t c = 0; c < k; ++c)
                for (std::int64_t j = 0; j < n; ++j) x[c * n + p[j]] = work[c * n + j];
        }
    }

    void multiply(const E* z, E* y, std::int64_t k) const override {
        const auto* p = static_cast<const J*>(L_->Perm);
        with_storage<E, J>(*L_.get(), [&](const auto& L) { multiply_l(L, p, z, y, k); });
    }

    Supernodes<E> supernodes() const override {
        return with_storage<E, J>(*L_.get(), [](const auto& L) { return copy_supernodes(L); });
    }

    Csc<E, std::int64_t> matrix_l() const override {
        const auto n = static_cast<std::int64_t>(L_->n);
        Array<std::int64_t> offsets(n + 1);
        for_each_entry<E, J>(*L_.get(), [&](std::int64_t j, std::int64_t, const E&) { ++offsets[j + 1]; });
        for (std::int64_t j = 0; j < n; ++j) offsets[j + 1] += offsets[j];
        Array<std::int64_t> indices(offsets[n], uninitialized);
        Array<E> values(offsets[n], uninitialized);
        std::int64_t q = 0;
        for_each_entry<E, J>(*L_.get(), [&](std::int64_t, std::int64_t i, const E& value) {
            indices[q] = i;
            values[q++] = value;
        });
        return {unchecked, n, n, std::move(offsets), std::move(indices), std::move(values)};
    }

    Array<double> diagonal() const override {
        Array<double> d(static_cast<std::int64_t>(L_->n), uninitialized);
        for_each_diagonal<E, J>(*L_.get(), [&](std::int64_t j, double value) { d[j] = value; });
        return d;
    }

    double logdet() const override {
        double sum = 0;
        for_each_diagonal<E, J>(*L_.get(), [&](std::int64_t, double d) { sum += 2 * std::log(d); });
        return sum;
    }

    FactorSize size() const override {
        const auto& L = *L_.get();
        const auto n = static_cast<double>(L.n);
        double bytes = 2 * n * sizeof(J);
        if (L.is_super != 0) {
            bytes += static_cast<double>(L.xsize) * sizeof(E) + static_cast<double>(L.ssize + 3 * L.nsuper) * sizeof(J);
        } else {
            bytes += static_cast<double>(L.nzmax) * (sizeof(E) + sizeof(J)) + 4 * n * sizeof(J);
        }
        return {symbolic_->prediction().factor_nonzeros, symbolic_->prediction().flops, bytes};
    }

  private:
    void solve_system(int system, const E* b, E* x, std::int64_t k, CholmodCommon<J>& common) const {
        const auto n = static_cast<std::int64_t>(L_->n);
        cholmod_dense B = cholmod_view(n, k, b);
        CholmodDense<J> X;
        CholmodDense<J> Y;
        CholmodDense<J> W;
        CholmodCalls<J>::solve2(system, L_.get(), &B, nullptr, X.address(), nullptr, Y.address(), W.address(), common.get());
        check_cholmod("cholesky solve", common->status);
        std::copy_n(static_cast<const E*>(X.get()->x), n * k, x);
    }

    void compute(Array<E>&& values, double shift) {
        CholmodCommon<J> common;
        const auto& lower = symbolic_->lower_;
        configure(common, lower);
        cholmod_sparse A = cholmod_view<E>(lower.rows, lower.cols, lower.offsets, lower.indices, values.data(), -1);
        double beta[2] = {shift, 0};
#if TAMIS_WITH_GPL
        if (L_->is_super != 0) compute_supernodes(A, beta, values, common);
        else
#endif
            CholmodCalls<J>::factorize_p(&A, beta, nullptr, 0, L_.get(), common.get());
        check_cholmod(verb_cholesky, common->status);
        const auto n = static_cast<std::int64_t>(L_->n);
        const auto* p = static_cast<const J*>(L_->Perm);
        if (common->status == CHOLMOD_NOT_POSDEF || static_cast<std::int64_t>(L_->minor) < n)
            throw PivotNotPositive{static_cast<std::int64_t>(L_->minor) < n ? p[L_->minor] : -1};
        // Overflow inside makes pivots that are no numbers, which pass CHOLMOD's comparison.
        for_each_diagonal<E, J>(*L_.get(), [&](std::int64_t j, double d) {
            if (!(d > 0) || !is_finite(d)) throw PivotNotPositive{p[j]};
        });
    }

#if TAMIS_WITH_GPL
    // As cholmod_factorize_p does it, but the caller's numbers are freed before L is allocated.
    void compute_supernodes(cholmod_sparse& A, double* beta, Array<E>& values, CholmodCommon<J>& common) {
        constexpr int conjugated = 2;
        const CholmodSparse<J> ordered = [&] {
            const CholmodSparse<J> upper(
                CholmodCalls<J>::ptranspose(&A, conjugated, static_cast<J*>(L_->Perm), nullptr, 0, common.get()));
            check_cholmod(verb_cholesky, common->status);
            values = Array<E>();
            return CholmodSparse<J>(CholmodCalls<J>::ptranspose(upper.get(), conjugated, nullptr, nullptr, 0, common.get()));
        }();
        check_cholmod(verb_cholesky, common->status);
        if constexpr (std::is_same_v<J, std::int32_t>)
            cholmod_super_numeric(ordered.get(), nullptr, beta, L_.get(), common.get());
        else cholmod_l_super_numeric(ordered.get(), nullptr, beta, L_.get(), common.get());
    }
#endif

    std::shared_ptr<const Symbolic887<E, J>> symbolic_;
    CholmodFactor<J> L_;
};

template <class E, class J>
class Symbolic887 final : public CholeskySymbolic<E> {
  public:
    explicit Symbolic887(ColumnPattern<J>&& lower) : lower_(std::move(lower)) {}

    /// The analysis itself; IndexOverflow where integers of type J do not suffice.
    void run(const AnalysisRequest& request) {
        switch (request.ordering) {
            case Ordering::natural: analyze(Ordering::natural, {}); break;
            case Ordering::given: analyze(Ordering::given, request.permutation); break;
            case Ordering::amd:
            case Ordering::nested_dissection: analyze(request.ordering, {}); break;
            case Ordering::colamd:
                throw InvalidArgument(
                    "cholesky: colamd orders columns of an unsymmetric matrix; use amd, nested_dissection, "
                    "natural, given or automatic");
            case Ordering::automatic:
                analyze(Ordering::amd, {});
                if (dissection_may_pay(lower_.cols, this->prediction_.factor_nonzeros, this->prediction_.flops, 30e9) &&
                    !request.stop.stop_requested())
                    try_dissection();
                break;
        }
    }

    ColumnPattern<std::int64_t> pattern() const override { return pattern_as<std::int64_t>(ColumnPattern<J>(lower_)); }
    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return same_pattern(lower_, offsets, indices);
    }
    bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return same_pattern(lower_, offsets, indices);
    }
    std::unique_ptr<CholeskyFactor<E>> factor(Array<E>&& values, double shift) const override {
        return std::make_unique<Factor887<E, J>>(std::static_pointer_cast<const Symbolic887<E, J>>(this->shared_from_this()),
                                                 std::move(values), shift);
    }
    std::vector<std::int64_t> permutation() const override {
        const auto* p = static_cast<const J*>(factor_->Perm);
        return {p, p + factor_->n};
    }
    // Only before the object is shared.
    ColumnPattern<J> release_pattern() { return std::move(lower_); }
    void name_ordering(Ordering ordering) { this->prediction_.ordering = ordering; }

  private:
    friend class Factor887<E, J>;

    void analyze(Ordering ordering, std::span<const std::int64_t> given) {
        CholmodCommon<J> common;
        configure(common, lower_);
        common->nmethods = 1;
        common->method[0].ordering = ordering == Ordering::amd                 ? CHOLMOD_AMD
                                     : ordering == Ordering::nested_dissection ? CHOLMOD_METIS
                                     : ordering == Ordering::natural           ? CHOLMOD_NATURAL
                                                                               : CHOLMOD_GIVEN;
        // An order that was asked for by name or by value is taken to the letter.
        common->postorder = ordering == Ordering::amd || ordering == Ordering::nested_dissection;
        std::vector<J> p(given.begin(), given.end());
        cholmod_sparse A = cholmod_view<E>(lower_.rows, lower_.cols, lower_.offsets, lower_.indices, nullptr, -1);
        CholmodFactor<J> L(
            CholmodCalls<J>::analyze_p(&A, ordering == Ordering::given ? p.data() : nullptr, nullptr, 0, common.get()));
        check_cholmod(verb_cholesky, common->status);
        factor_ = std::move(L);
        auto& prediction = this->prediction_;
        prediction.backend = "CHOLMOD " + std::to_string(CHOLMOD_MAIN_VERSION) + "." + std::to_string(CHOLMOD_SUB_VERSION) +
                             "." + std::to_string(CHOLMOD_SUBSUB_VERSION) +
                             (factor_->is_super != 0 ? " (supernodal)" : " (simplicial)");
        prediction.ordering = ordering;
        prediction.factor_nonzeros = common->lnz;
        prediction.flops = common->fl * (is_complex_v<E> ? 4 : 1);
        prediction.bytes = predicted_bytes();
    }

    [[nodiscard]] double predicted_bytes() const {
        const auto n = static_cast<double>(lower_.cols);
        const auto nnz = static_cast<double>(lower_.nnz());
        // The permuted copy of A that each numeric factorization makes, and integer workspace.
        double bytes = nnz * (sizeof(E) + sizeof(J)) + 12 * n * sizeof(J) + n * sizeof(E);
        if (factor_->is_super != 0) {
            bytes += static_cast<double>(factor_->xsize + factor_->maxcsize) * sizeof(E) +
                     static_cast<double>(factor_->ssize) * sizeof(J);
        } else {
            bytes += this->prediction_.factor_nonzeros * (sizeof(E) + sizeof(J));
        }
        return bytes;
    }

    void try_dissection() {
        CholmodFactor<J> by_amd = std::move(factor_);
        factor_ = CholmodFactor<J>();
        const Prediction amd = this->prediction_;
        try {
            analyze(Ordering::nested_dissection, {});
            if (this->prediction_.flops < amd.flops) return;
        } catch (const Error&) {
            // METIS is left out of some builds of CHOLMOD: AMD's order stands.
        }
        factor_ = std::move(by_amd);
        this->prediction_ = amd;
    }

    ColumnPattern<J> lower_;
    CholmodFactor<J> factor_;
};

// Where 32-bit integers suffice: CHOLMOD's offsets into L have the integer type, and supernodes are padded.
bool fits_narrow(const Prediction& prediction) {
    return prediction.factor_nonzeros < 0.4 * static_cast<double>(std::numeric_limits<std::int32_t>::max());
}

}  // namespace

template <class E, class I>
std::shared_ptr<const CholeskySymbolic<E>> analyze_cholmod(ColumnPattern<I>&& lower, const AnalysisRequest& request) {
    if constexpr (std::is_same_v<I, std::int32_t>) {
        auto narrow = std::make_shared<Symbolic887<E, std::int32_t>>(std::move(lower));
        AnalysisRequest again = request;
        std::vector<std::int64_t> order;
        Ordering ordering = Ordering::automatic;
        try {
            narrow->run(request);
            if (fits_narrow(narrow->prediction())) return narrow;
            order = narrow->permutation();
            ordering = narrow->prediction().ordering;
            again.ordering = Ordering::given;
            again.permutation = order;
        } catch (const IndexOverflow&) {
            // Counts of 32 bits overflowed already in the analysis.
        }
        auto wide = std::make_shared<Symbolic887<E, std::int64_t>>(pattern_as<std::int64_t>(narrow->release_pattern()));
        narrow.reset();
        wide->run(again);
        if (ordering != Ordering::automatic) wide->name_ordering(ordering);
        return wide;
    } else {
        auto wide = std::make_shared<Symbolic887<E, std::int64_t>>(std::move(lower));
        wide->run(request);
        return wide;
    }
}

template std::shared_ptr<const CholeskySymbolic<double>> analyze_cholmod(ColumnPattern<std::int32_t>&&,
                                                                         const AnalysisRequest&);
template std::shared_ptr<const CholeskySymbolic<double>> analyze_cholmod(ColumnPattern<std::int64_t>&&,
                                                                         const AnalysisRequest&);
template std::shared_ptr<const CholeskySymbolic<std::complex<double>>> analyze_cholmod(ColumnPattern<std::int32_t>&&,
                                                                                       const AnalysisRequest&);
template std::shared_ptr<const CholeskySymbolic<std::complex<double>>> analyze_cholmod(ColumnPattern<std::int64_t>&&,
                                                                                       const AnalysisRequest&);

}  // namespace tamis::detail
