// L·D·Lᴴ with 1×1 and 2×2 pivots by MUMPS (Duff, Pralet: Strategies for scaling and pivoting for sparse symmetric indefinite
// problems, SIAM J. Matrix Anal. Appl. 27, 2005).
//
// MUMPS' symmetric factorization of complex matrices is for AT = A, not for Aᴴ = A. A Hermitian A = X + iY of order n is
// taken as the real symmetric [X −Y; Y X] of order 2n, rows and columns interleaved: every eigenvalue of A is one twice, and
// (x, y) solves for x + iy. That costs twice the flops and the memory of a Hermitian factorization.
#include "sparse/suitesparse/ldlt_backend.hpp"
#include "tamis_backends.hpp"

#include <tamis/core/error.hpp>

#if TAMIS_WITH_MUMPS

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sparse/mumps/mumps.hpp"

namespace tamis::detail {

namespace {

const char* const verb_ldlt = "ldlt";

template <class E>
constexpr std::int64_t width = is_complex_v<E> ? 2 : 1;  // rows of MUMPS' matrix for a row of A

template <class E, class I>
class PivotedSymbolic;

template <class E, class I>
class PivotedFactor final : public LdltFactor<E> {
  public:
    PivotedFactor(std::shared_ptr<const PivotedSymbolic<E, I>> symbolic, std::unique_ptr<MumpsInstance<double>> instance,
                  const HermitianValues<E>& A)
        : symbolic_(std::move(symbolic)),
          instance_(std::move(instance)) {
        compute(A);
    }

    bool chooses_pivots() const override { return true; }
    void refactor(const HermitianValues<E>& A) override { compute(A); }

    void solve(const E* b, E* x, std::int64_t k) const override {
        // A complex column is the interleaved real one.
        const auto n = symbolic_->lower_.cols;
        std::copy_n(b, n * k, x);
        instance_->solve(reinterpret_cast<double*>(x), k, false);
    }

    Inertia inertia() const override { return inertia_; }
    std::int64_t null_row() const override {
        const auto row = instance_->null_row();
        return row < 0 ? row : row / width<E>;
    }
    double logabs() const override { return instance_->determinant().logabs / static_cast<double>(width<E>); }
    LdltParts<E> parts() const override {
        throw Unsupported(
            "ldlt: MUMPS, which factored this matrix with 2×2 pivots, keeps its factors to itself; lu gives parts of a "
            "factor");
    }
    std::vector<std::int64_t> permutation() const override { return symbolic_->order_of(*instance_); }
    FactorSize size() const override { return instance_->size(); }

  private:
    void compute(const HermitianValues<E>& A) {
        if (!instance_->factor(symbolic_->positions_, symbolic_->numbers(A).span(), A.pivot_tolerance))
            throw PivotUnstable{"MUMPS calls the matrix singular"};
        const auto n = symbolic_->lower_.cols;
        inertia_.negative = instance_->negative_pivots() / width<E>;
        inertia_.zero = instance_->null_pivots() / width<E>;
        inertia_.positive = n - inertia_.negative - inertia_.zero;
        if (instance_->null_pivots() == 0 && !is_finite(instance_->determinant().logabs))
            throw PivotUnstable{"a pivot is not finite"};
    }

    std::shared_ptr<const PivotedSymbolic<E, I>> symbolic_;
    std::unique_ptr<MumpsInstance<double>> instance_;
    Inertia inertia_;
};

template <class E, class I>
class PivotedSymbolic final : public LdltSymbolic<E> {
  public:
    PivotedSymbolic(ColumnPattern<I>&& lower, const AnalysisRequest& request) : lower_(std::move(lower)) {
        const auto n = lower_.cols;
        if (n > std::numeric_limits<MUMPS_INT>::max() / width<E>)
            throw IndexOverflow("ldlt: the matrix has " + std::to_string(n) +
                                " rows, too many for the 32-bit integers of MUMPS; use lu");
        place();
        order(request);
    }

    void run(const HermitianValues<E>& A) {
        const auto values = numbers(A);
        auto instance = start(values.span());
        auto& prediction = this->prediction_;
        prediction.backend = mumps_name(is_complex_v<E> ? "2×2 pivots, as a real matrix of twice the order" : "2×2 pivots");
        prediction.factor_nonzeros = instance->predicted_nonzeros();
        prediction.flops = instance->predicted_flops();
        prediction.bytes = instance->predicted_bytes() + static_cast<double>(values.size()) * sizeof(double);
        permutation_ = order_of(*instance);
        spare_ = std::move(instance);
    }

    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return same_pattern(lower_, offsets, indices);
    }
    bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return same_pattern(lower_, offsets, indices);
    }
    std::unique_ptr<LdltFactor<E>> factor(const HermitianValues<E>& A) const override {
        // An instance holds its analysis and one factor: the first factor takes the instance that was analysed, each further
        // one is analysed again, with its own numbers and the same settings.
        std::unique_ptr<MumpsInstance<double>> instance;
        {
            const std::lock_guard lock(spare_mutex_);
            instance = std::move(spare_);
        }
        if (!instance) {
            const auto values = numbers(A);
            instance = start(values.span());
        }
        return std::make_unique<PivotedFactor<E, I>>(
            std::static_pointer_cast<const PivotedSymbolic<E, I>>(this->shared_from_this()), std::move(instance), A);
    }
    std::shared_ptr<const LdltSymbolic<E>> with_chosen_pivots(const HermitianValues<E>&,
                                                              const AnalysisRequest&) const override {
        return nullptr;
    }
    std::vector<std::int64_t> permutation() const override { return permutation_; }
    void subtract_product(const HermitianValues<E>& A, const E* x, E* r) const override {
        subtract_hermitian_product(lower_, A, x, r);
    }

  private:
    friend class PivotedFactor<E, I>;

    [[nodiscard]] std::unique_ptr<MumpsInstance<double>> start(std::span<const double> values) const {
        auto instance = std::make_unique<MumpsInstance<double>>(verb_ldlt, MumpsSymmetry::symmetric);
        instance->analyze(positions_, values, given_);
        return instance;
    }

    // MUMPS' AMD pairs the rows of 2×2 pivots first, where there are zeros on the diagonal. Its nested dissections depend on
    // how it was built, and SCOTCH's on chance: METIS comes through CHOLMOD, which also tells what it would bring. Measured
    // on the 2-D Stokes problem of 256²: AMD 2.5 s in all and 2.8 GFLOP, METIS 1.5 s and 1.8 GFLOP; 3-D of 18³ 0.43 s and
    // 0.34 s.
    void order(const AnalysisRequest& request) {
        auto& used = this->prediction_.ordering;
        used = request.ordering;
        switch (request.ordering) {
            case Ordering::amd: break;
            case Ordering::given: take({request.permutation.begin(), request.permutation.end()}); break;
            case Ordering::natural: {
                std::vector<std::int64_t> p(static_cast<std::size_t>(lower_.cols));
                std::iota(p.begin(), p.end(), std::int64_t{0});
                take(std::move(p));
                break;
            }
            case Ordering::nested_dissection: take(by_cholmod(Ordering::nested_dissection)->permutation()); break;
            case Ordering::colamd:
                throw InvalidArgument(
                    "ldlt: colamd orders columns of an unsymmetric matrix; use amd, nested_dissection, natural, given or "
                    "automatic");
            case Ordering::automatic:
                used = Ordering::amd;
                if (!dissection_may_pay() || request.stop.stop_requested()) break;
                try {
                    take(by_cholmod(Ordering::nested_dissection)->permutation());
                    used = Ordering::nested_dissection;
                } catch (const Error&) {
                    // METIS is left out of some builds of CHOLMOD: AMD it is.
                }
                break;
        }
    }
    [[nodiscard]] std::shared_ptr<const LdltSymbolic<E>> by_cholmod(Ordering ordering) const {
        ColumnPattern<I> copy{lower_.rows, lower_.cols, Array<I>(lower_.offsets), Array<I>(lower_.indices)};
        AnalysisRequest request;
        request.ordering = ordering;
        return analyze_cholmod_ldlt<E>(std::move(copy), request);
    }
    // 2 µs an entry of A, against half of AMD's flops at 20 GFLOP/s.
    [[nodiscard]] bool dissection_may_pay() const {
        const double flops = by_cholmod(Ordering::amd)->prediction().flops;
        return 0.5 * flops / 20e9 > 2e-6 * 2 * static_cast<double>(lower_.nnz());
    }
    void take(std::vector<std::int64_t>&& p) {
        given_ = std::move(p);
        if constexpr (is_complex_v<E>) {
            std::vector<std::int64_t> twice;
            twice.reserve(2 * given_.size());
            for (const auto i : given_) twice.insert(twice.end(), {2 * i, 2 * i + 1});
            given_ = std::move(twice);
        }
    }

    // Calls put(i, j, part) for each entry of MUMPS' lower triangle: part ± 1 is ± the real part, ± 2 the imaginary part.
    template <class Put>
    static void expand(std::int64_t i, std::int64_t j, const Put& put) {
        if constexpr (is_complex_v<E>) {
            put(2 * i, 2 * j, 1);
            put(2 * i + 1, 2 * j + 1, 1);
            if (i == j) return;  // the diagonal is real
            put(2 * i + 1, 2 * j, 2);
            put(2 * i, 2 * j + 1, -2);
        } else {
            put(i, j, 1);
        }
    }
    static constexpr std::int64_t entries_of(std::int64_t nnz, std::int64_t diagonal) {
        return is_complex_v<E> ? 4 * nnz - 2 * diagonal : nnz;
    }

    // The positions of A's entries, then those of the shift: MUMPS sums what is given twice.
    void place() {
        const auto n = lower_.cols;
        std::int64_t diagonal = 0;
        for (std::int64_t j = 0; j < n; ++j)
            diagonal += lower_.offsets[j + 1] > lower_.offsets[j] &&
                        static_cast<std::int64_t>(lower_.indices[lower_.offsets[j]]) == j;
        const auto entries = entries_of(lower_.nnz(), diagonal);
        positions_.n = n * width<E>;
        positions_.rows = never_null<MUMPS_INT>(entries + positions_.n);
        positions_.cols = never_null<MUMPS_INT>(entries + positions_.n);
        std::int64_t q = 0;
        const auto put = [&](std::int64_t i, std::int64_t j, int) {
            positions_.rows[q] = static_cast<MUMPS_INT>(i + 1);
            positions_.cols[q++] = static_cast<MUMPS_INT>(j + 1);
        };
        for (std::int64_t j = 0; j < n; ++j)
            for (auto k = static_cast<std::int64_t>(lower_.offsets[j]); k < static_cast<std::int64_t>(lower_.offsets[j + 1]);
                 ++k)
                expand(static_cast<std::int64_t>(lower_.indices[k]), j, put);
        for (std::int64_t i = 0; i < positions_.n; ++i) put(i, i, 1);
    }

    [[nodiscard]] Array<double> numbers(const HermitianValues<E>& A) const {
        Array<double> x(positions_.rows.size(), uninitialized);
        std::int64_t q = 0;
        for (std::int64_t j = 0; j < lower_.cols; ++j)
            for (auto k = static_cast<std::int64_t>(lower_.offsets[j]); k < static_cast<std::int64_t>(lower_.offsets[j + 1]);
                 ++k) {
                const E v = A.values[static_cast<std::size_t>(k)];
                expand(static_cast<std::int64_t>(lower_.indices[k]), j, [&](std::int64_t, std::int64_t, int part) {
                    x[q++] = part == 1 ? real_part(v) : part == 2 ? imag_part(v) : -imag_part(v);
                });
            }
        std::fill(x.begin() + q, x.end(), A.shift);
        return x;
    }

    // The order of A's rows: of the pairs, by their first.
    [[nodiscard]] std::vector<std::int64_t> order_of(const MumpsInstance<double>& instance) const {
        auto p = instance.permutation();
        if constexpr (is_complex_v<E>) {
            std::vector<char> seen(p.size() / 2, 0);
            std::vector<std::int64_t> pairs;
            pairs.reserve(seen.size());
            for (const auto i : p)
                if (std::exchange(seen[static_cast<std::size_t>(i / 2)], 1) == 0) pairs.push_back(i / 2);
            return pairs;
        }
        return p;
    }

    ColumnPattern<I> lower_;
    std::vector<std::int64_t> given_;  // of MUMPS' rows; empty: its AMD
    MumpsPositions positions_;
    std::vector<std::int64_t> permutation_;
    mutable std::mutex spare_mutex_;
    mutable std::unique_ptr<MumpsInstance<double>> spare_;
};

}  // namespace

template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_mumps_ldlt(ColumnPattern<I>&& lower, const HermitianValues<E>& A,
                                                          const AnalysisRequest& request) {
    auto symbolic = std::make_shared<PivotedSymbolic<E, I>>(std::move(lower), request);
    symbolic->run(A);
    return symbolic;
}

#else

namespace tamis::detail {

template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_mumps_ldlt(ColumnPattern<I>&&, const HermitianValues<E>&,
                                                          const AnalysisRequest&) {
    return nullptr;
}

#endif

#define TAMIS_INSTANTIATE(E, I)                                                                                       \
    template std::shared_ptr<const LdltSymbolic<E>> analyze_mumps_ldlt(ColumnPattern<I>&&, const HermitianValues<E>&, \
                                                                       const AnalysisRequest&);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
