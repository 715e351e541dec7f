// L·D·Lᴴ with diagonal pivots, by CHOLMOD's simplicial part. Chen, Davis, Hager, Rajamanickam: Algorithm 887: CHOLMOD, ACM
// TOMS 35 (2008).
//
// The order of the pivots looks at the pattern alone. For quasidefinite matrices [H Bᴴ; B −G], H and G definite, every
// order exists (Vanderbei: Symmetric quasidefinite matrices, SIAM J. Optim. 5, 1995), and is stable unless H, G and B are of
// very different size (Gill, Saunders, Shinnerl: On the stability of Cholesky factorization for symmetric quasidefinite
// systems, SIAM J. Matrix Anal. Appl. 17, 1996). For any other matrix it may fail. Here it is measured: the computed factors
// are those of A + E with |E| ≤ c n ε |L||D||Lᴴ| (Higham: Accuracy and Stability of Numerical Algorithms, theorem 9.3 with
// U = D Lᴴ), so the growth ‖|L||D||Lᴴ|‖₁ / ‖A‖₁, summed exactly in O(|L|), bounds what was lost. A product with a probing
// vector, ‖(A − L D Lᴴ)v‖, holds the bound against what really happened (overflow included).
#include "sparse/suitesparse/ldlt_backend.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "sparse/suitesparse/cholmod.hpp"
#include "sparse/suitesparse/status.hpp"
#include "tamis_backends.hpp"

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {

const char* const cholmod_verb = "ldlt";

// Growth up to here leaves a dozen digits less four: iterative refinement gives them back, and the signs of all
// eigenvalues beyond 1e-12 ‖A‖ are right.
constexpr double most_growth = 1e4;

template <class J>
void configure(CholmodCommon<J>& common) {
    common->supernodal = CHOLMOD_SIMPLICIAL;
    common->final_ll = 0;
    common->quick_return_if_not_posdef = 0;
}

template <class E, class J>
class DiagonalPivotsSymbolic;

template <class E, class J>
class DiagonalPivotsFactor final : public LdltFactor<E> {
  public:
    DiagonalPivotsFactor(std::shared_ptr<const DiagonalPivotsSymbolic<E, J>> symbolic, const HermitianValues<E>& A)
        : symbolic_(std::move(symbolic)) {
        CholmodCommon<J> common;
        L_ = CholmodFactor<J>(CholmodCalls<J>::copy_factor(symbolic_->factor_.get(), common.get()));
        check_cholmod(cholmod_verb, common->status);
        compute(A);
    }

    bool chooses_pivots() const override { return false; }
    void refactor(const HermitianValues<E>& A) override { compute(A); }

    void solve(const E* b, E* x, std::int64_t k) const override {
        CholmodCommon<J> common;
        cholmod_dense B = cholmod_view(n(), k, b);
        CholmodDense<J> X;
        CholmodDense<J> Y;
        CholmodDense<J> W;
        CholmodCalls<J>::solve2(CHOLMOD_A, L_.get(), &B, nullptr, X.address(), nullptr, Y.address(), W.address(),
                                common.get());
        check_cholmod("ldlt solve", common->status);
        std::copy_n(static_cast<const E*>(X.get()->x), n() * k, x);
    }

    Inertia inertia() const override { return inertia_; }
    std::int64_t null_row() const override { return null_row_; }

    double logabs() const override {
        double sum = 0;
        for (std::int64_t j = 0; j < n(); ++j) sum += std::log(std::abs(pivot(j)));
        return sum;
    }

    LdltParts<E> parts() const override {
        Array<std::int64_t> offsets(n() + 1);
        for (std::int64_t j = 0; j < n(); ++j) offsets[j + 1] = offsets[j] + count(j);
        Array<std::int64_t> indices(offsets[n()], uninitialized);
        Array<E> values(offsets[n()], uninitialized);
        std::vector<double> d(static_cast<std::size_t>(n()));
        std::int64_t at = 0;
        for (std::int64_t j = 0; j < n(); ++j) {
            d[static_cast<std::size_t>(j)] = pivot(j);
            indices[at] = j;
            values[at++] = E(1);
            for_each_below(j, [&](std::int64_t i, const E& l) {
                indices[at] = i;
                values[at++] = l;
            });
        }
        return {{unchecked, n(), n(), std::move(offsets), std::move(indices), std::move(values)}, std::move(d)};
    }

    std::vector<std::int64_t> permutation() const override { return symbolic_->permutation(); }

    FactorSize size() const override {
        const auto order = static_cast<double>(n());
        return {symbolic_->prediction().factor_nonzeros, symbolic_->prediction().flops,
                static_cast<double>(L_->nzmax) * (sizeof(E) + sizeof(J)) + 6 * order * sizeof(J)};
    }

  private:
    [[nodiscard]] std::int64_t n() const { return static_cast<std::int64_t>(L_->n); }
    // The simplicial storage: column j holds d_j in the place of its diagonal, then the entries below.
    [[nodiscard]] std::int64_t start(std::int64_t j) const { return static_cast<const J*>(L_->p)[j]; }
    [[nodiscard]] std::int64_t count(std::int64_t j) const { return static_cast<const J*>(L_->nz)[j]; }
    [[nodiscard]] double pivot(std::int64_t j) const { return real_part(static_cast<const E*>(L_->x)[start(j)]); }
    template <class Visit>
    void for_each_below(std::int64_t j, const Visit& visit) const {
        const auto* const i = static_cast<const J*>(L_->i);
        const auto* const x = static_cast<const E*>(L_->x);
        const auto last = start(j) + count(j);
        for (auto q = start(j) + 1; q < last; ++q) visit(std::int64_t{i[q]}, x[q]);
    }

    void compute(const HermitianValues<E>& A) {
        CholmodCommon<J> common;
        configure(common);
        const auto& lower = symbolic_->lower_;
        cholmod_sparse M = cholmod_view(lower.rows, lower.cols, lower.offsets, lower.indices, A.values.data(), -1);
        double beta[2] = {A.shift, 0};
        CholmodCalls<J>::factorize_p(&M, beta, nullptr, 0, L_.get(), common.get());
        check_cholmod(cholmod_verb, common->status);
        const auto* const p = static_cast<const J*>(L_->Perm);
        // A zero in the last place is a null pivot; one before it stopped CHOLMOD.
        if (const auto minor = static_cast<std::int64_t>(L_->minor); minor + 1 < n())
            throw PivotUnstable{"the pivot of row " + std::to_string(p[minor]) + " is zero"};
        for (std::int64_t j = 0; j < n(); ++j)
            if (!is_finite(pivot(j)) || (pivot(j) == 0 && j + 1 < n()))
                throw PivotUnstable{"the pivot of row " + std::to_string(p[j]) + " is " +
                                    (pivot(j) == 0 ? "zero" : "not finite")};
        judge(A);
    }

    // Growth, null pivots, probe.
    void judge(const HermitianValues<E>& A) {
        const auto order = n();
        const double rounding =
            std::max(10.0, std::sqrt(static_cast<double>(order))) * std::numeric_limits<double>::epsilon();
        Array<double> sums(order);     // |L||D||Lᴴ| e
        Array<double> squares(order);  // diagonal of |L||D||Lᴴ|
        for (std::int64_t j = 0; j < order; ++j) {
            double t = 1;
            for_each_below(j, [&](std::int64_t, const E& l) { t += std::abs(l); });
            const double d = std::abs(pivot(j));
            sums[j] += d * t;
            squares[j] += d;
            for_each_below(j, [&](std::int64_t i, const E& l) {
                const double modulus = std::abs(l);
                sums[i] += modulus * d * t;
                squares[i] += modulus * modulus * d;
            });
        }
        const double growth = (order == 0 ? 0 : *std::max_element(sums.begin(), sums.end())) / A.one_norm;
        if (A.one_norm > 0 && !(growth <= most_growth))
            throw PivotUnstable{"entries of |L||D||Lᴴ| outgrow those of A " + std::to_string(growth) + " times"};
        // d_j = a_jj − Σ |l_jk|² d_k is known up to rounding in those terms.
        inertia_ = {};
        null_row_ = -1;
        const auto* const p = static_cast<const J*>(L_->Perm);
        for (std::int64_t j = 0; j < order; ++j) {
            const double d = pivot(j);
            if (!(std::abs(d) > rounding * squares[j])) {
                ++inertia_.zero;
                if (null_row_ < 0) null_row_ = p[j];
            } else if (d > 0) {
                ++inertia_.positive;
            } else {
                ++inertia_.negative;
            }
        }
        if (const double residual = probe(A); A.one_norm > 0 && !(residual <= most_growth * rounding * A.one_norm))
            throw PivotUnstable{"L·D·Lᴴ differs from A by " + std::to_string(residual / A.one_norm) + " of its norm"};
    }

    // max|(A − P ᵀL D LᴴP) v| for a v of entries ±1.
    [[nodiscard]] double probe(const HermitianValues<E>& A) const {
        const auto order = n();
        const auto* const p = static_cast<const J*>(L_->Perm);
        Array<E> v(order, uninitialized);
        std::uint64_t bits = 0x9e3779b97f4a7c15U;
        for (std::int64_t i = 0; i < order; ++i) {
            bits ^= bits << 13;  // xorshift64 (Marsaglia 2003)
            bits ^= bits >> 7;
            bits ^= bits << 17;
            v[i] = (bits >> 63) != 0 ? E(1) : E(-1);
        }
        Array<E> w(order);  // L D Lᴴ P v
        for (std::int64_t j = 0; j < order; ++j) {
            E t = v[p[j]];
            for_each_below(j, [&](std::int64_t i, const E& l) { t += conjugate(l) * v[p[i]]; });
            t *= pivot(j);
            w[j] += t;
            for_each_below(j, [&](std::int64_t i, const E& l) { w[i] += l * t; });
        }
        Array<E> r(order, uninitialized);
        for (std::int64_t j = 0; j < order; ++j) r[p[j]] = w[j];
        symbolic_->subtract_product(A, v.data(), r.data());
        double worst = 0;
        for (const E& x : r)
            if (!(std::abs(x) <= worst)) worst = std::abs(x);
        return worst;
    }

    std::shared_ptr<const DiagonalPivotsSymbolic<E, J>> symbolic_;
    CholmodFactor<J> L_;
    Inertia inertia_;
    std::int64_t null_row_ = -1;
};

template <class E, class J>
class DiagonalPivotsSymbolic final : public LdltSymbolic<E> {
  public:
    explicit DiagonalPivotsSymbolic(ColumnPattern<J>&& lower) : lower_(std::move(lower)) {}

    void run(const AnalysisRequest& request) {
        switch (request.ordering) {
            case Ordering::natural:
            case Ordering::amd:
            case Ordering::nested_dissection: analyze(request.ordering, {}); break;
            case Ordering::given: analyze(Ordering::given, request.permutation); break;
            case Ordering::colamd:
                throw InvalidArgument(
                    "ldlt: colamd orders columns of an unsymmetric matrix; use amd, nested_dissection, natural, given or "
                    "automatic");
            case Ordering::automatic:
                analyze(Ordering::amd, {});
                if (dissection_may_pay() && !request.stop.stop_requested()) try_dissection();
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
    std::unique_ptr<LdltFactor<E>> factor(const HermitianValues<E>& A) const override {
        return std::make_unique<DiagonalPivotsFactor<E, J>>(
            std::static_pointer_cast<const DiagonalPivotsSymbolic<E, J>>(this->shared_from_this()), A);
    }
    std::vector<std::int64_t> permutation() const override {
        const auto* p = static_cast<const J*>(factor_->Perm);
        return {p, p + factor_->n};
    }
    std::shared_ptr<const LdltSymbolic<E>> with_chosen_pivots(const HermitianValues<E>& A,
                                                              const AnalysisRequest& request) const override {
        return analyze_mumps_ldlt<E>(ColumnPattern<J>(lower_), A, request);
    }
    void subtract_product(const HermitianValues<E>& A, const E* x, E* r) const override {
        subtract_hermitian_product(lower_, A, x, r);
    }
    [[nodiscard]] bool fits_narrow() const {
        return this->prediction_.factor_nonzeros < 0.4 * static_cast<double>(std::numeric_limits<std::int32_t>::max());
    }
    // Only before the object is shared.
    ColumnPattern<J> release_pattern() { return std::move(lower_); }

  private:
    friend class DiagonalPivotsFactor<E, J>;

    void analyze(Ordering ordering, std::span<const std::int64_t> given) {
        CholmodCommon<J> common;
        configure(common);
        common->nmethods = 1;
        common->method[0].ordering = ordering == Ordering::amd                 ? CHOLMOD_AMD
                                     : ordering == Ordering::nested_dissection ? CHOLMOD_METIS
                                     : ordering == Ordering::natural           ? CHOLMOD_NATURAL
                                                                               : CHOLMOD_GIVEN;
        common->postorder = ordering == Ordering::amd || ordering == Ordering::nested_dissection;
        std::vector<J> p(given.begin(), given.end());
        cholmod_sparse A = cholmod_view<E>(lower_.rows, lower_.cols, lower_.offsets, lower_.indices, nullptr, -1);
        CholmodFactor<J> L(
            CholmodCalls<J>::analyze_p(&A, ordering == Ordering::given ? p.data() : nullptr, nullptr, 0, common.get()));
        check_cholmod(cholmod_verb, common->status);
        factor_ = std::move(L);
        auto& prediction = this->prediction_;
        prediction.backend = "CHOLMOD " + std::to_string(CHOLMOD_MAIN_VERSION) + "." + std::to_string(CHOLMOD_SUB_VERSION) +
                             "." + std::to_string(CHOLMOD_SUBSUB_VERSION) + " (simplicial, diagonal pivots)";
        prediction.ordering = ordering;
        prediction.factor_nonzeros = common->lnz;
        prediction.flops = common->fl * (is_complex_v<E> ? 4 : 1);
        const auto n = static_cast<double>(lower_.cols);
        // The permuted copy of A that each numeric factorization makes, integer workspace, the sums of judge().
        prediction.bytes = static_cast<double>(lower_.nnz()) * (sizeof(E) + sizeof(J)) + 12 * n * sizeof(J) +
                           n * (2 * sizeof(double) + 3 * sizeof(E)) + prediction.factor_nonzeros * (sizeof(E) + sizeof(J));
    }

    // Nested dissection costs about 2 µs an entry of A and may halve AMD's flops, at 2 GFLOP/s without dense kernels. With
    // MUMPS in the build, so much work is not done here.
    [[nodiscard]] bool dissection_may_pay() const {
        return !TAMIS_WITH_MUMPS && 0.5 * this->prediction_.flops / 2e9 > 2e-6 * 2 * static_cast<double>(lower_.nnz());
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

}  // namespace

template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_cholmod_ldlt(ColumnPattern<I>&& lower, const AnalysisRequest& request) {
    auto symbolic = std::make_shared<DiagonalPivotsSymbolic<E, I>>(std::move(lower));
    if constexpr (std::is_same_v<I, std::int32_t>) {
        bool fits = false;
        try {
            symbolic->run(request);
            fits = symbolic->fits_narrow();
        } catch (const IndexOverflow&) {
            // Counts of 32 bits overflowed already in the analysis.
        }
        if (fits) return symbolic;
        auto wide =
            std::make_shared<DiagonalPivotsSymbolic<E, std::int64_t>>(pattern_as<std::int64_t>(symbolic->release_pattern()));
        symbolic.reset();
        wide->run(request);
        return wide;
    } else {
        symbolic->run(request);
        return symbolic;
    }
}

namespace {

template <class E, class I>
bool has_zero_on_diagonal(const ColumnPattern<I>& lower, const HermitianValues<E>& A) {
    for (std::int64_t j = 0; j < lower.cols; ++j) {
        const auto first = static_cast<std::int64_t>(lower.offsets[j]);
        const bool stored =
            first < static_cast<std::int64_t>(lower.offsets[j + 1]) && static_cast<std::int64_t>(lower.indices[first]) == j;
        if ((stored ? A.values[static_cast<std::size_t>(first)] : E(0)) + A.shift == E(0)) return true;
    }
    return false;
}

// Half a second and more without dense kernels.
constexpr double worth_dense_kernels = 1e9;

}  // namespace

template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_ldlt(ColumnPattern<I>&& lower, const HermitianValues<E>& A,
                                                    const AnalysisRequest& request) {
    if (TAMIS_WITH_MUMPS && has_zero_on_diagonal(lower, A)) return analyze_mumps_ldlt<E>(std::move(lower), A, request);
    auto diagonal = analyze_cholmod_ldlt<E>(std::move(lower), request);
    if (TAMIS_WITH_MUMPS && diagonal->prediction().flops > worth_dense_kernels)
        return diagonal->with_chosen_pivots(A, request);
    return diagonal;
}

#define TAMIS_INSTANTIATE(E, I)                                                                                       \
    template std::shared_ptr<const LdltSymbolic<E>> analyze_cholmod_ldlt(ColumnPattern<I>&&, const AnalysisRequest&); \
    template std::shared_ptr<const LdltSymbolic<E>> analyze_ldlt(ColumnPattern<I>&&, const HermitianValues<E>&,       \
                                                                 const AnalysisRequest&);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
