// LU by UMFPACK. Davis: Algorithm 832: UMFPACK V4.3, an unsymmetric-pattern multifrontal method, ACM TOMS 30 (2004).
#include "sparse/suitesparse/backend.hpp"

#include "tamis_backends.hpp"

#include <tamis/core/error.hpp>

#if TAMIS_WITH_GPL

#include <umfpack.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "sparse/suitesparse/compressed_parts.hpp"
#include "sparse/suitesparse/dissection.hpp"
#include "sparse/suitesparse/status.hpp"

namespace tamis::detail {

namespace {

// Every output of get_symbolic is optional; UMFPACK 6 has one more than UMFPACK 5.
template <class J, class... Parameters>
J columns_of_symbolic(J (*get_symbolic)(Parameters...), J* q, void* symbolic) {
    J rows = 0, cols = 0, singletons = 0, entries = 0, fronts = 0, chains = 0;
    J* const none = nullptr;
    if constexpr (sizeof...(Parameters) == 16)
        return get_symbolic(&rows, &cols, &singletons, &entries, &fronts, &chains, none, q, none, none, none, none, none,
                            none, none, symbolic);
    else
        return get_symbolic(&rows, &cols, &singletons, &entries, &fronts, &chains, none, q, none, none, none, none, none,
                            none, none, none, symbolic);
}

/// The functions umfpack_{di,dl,zi,zl}_…, one signature for real and complex (complex numbers are interleaved).
template <class E, class J>
struct UmfpackCalls;

// clang-format off
#define TAMIS_UMFPACK_REAL(PREFIX, J)                                                                                           \
    template <>                                                                                                                 \
    struct UmfpackCalls<double, J> {                                                                                            \
        static void defaults(double* control) { PREFIX##_defaults(control); }                                                  \
        static J symbolic(J n, const J* p, const J* i, const double* x, const J* q, void** S, const double* c, double* info) {  \
            return q == nullptr ? PREFIX##_symbolic(n, n, p, i, x, S, c, info)                                                  \
                                : PREFIX##_qsymbolic(n, n, p, i, x, q, S, c, info);                                             \
        }                                                                                                                       \
        static J numeric(const J* p, const J* i, const double* x, void* S, void** N, const double* c, double* info) {           \
            return PREFIX##_numeric(p, i, x, S, N, c, info);                                                                    \
        }                                                                                                                       \
        static J solve(J sys, const J* p, const J* i, double* x, const double* b, void* N, const double* c, double* info,       \
                       J* wi, double* w) {                                                                                      \
            return PREFIX##_wsolve(sys, p, i, nullptr, x, b, N, c, info, wi, w);                                                \
        }                                                                                                                       \
        static J lunz(J* lnz, J* unz, void* N) {                                                                                \
            J rows = 0, cols = 0, nz_udiag = 0;                                                                                 \
            return PREFIX##_get_lunz(lnz, unz, &rows, &cols, &nz_udiag, N);                                                     \
        }                                                                                                                       \
        static J get(J* lp, J* lj, double* lx, J* up, J* ui, double* ux, J* p, J* q, double* d, J* recip, double* r, void* N) { \
            return PREFIX##_get_numeric(lp, lj, lx, up, ui, ux, p, q, d, recip, r, N);                                          \
        }                                                                                                                       \
        static J columns(J* q, void* S) { return columns_of_symbolic(PREFIX##_get_symbolic, q, S); }                           \
        static void free_symbolic(void** S) { PREFIX##_free_symbolic(S); }                                                     \
        static void free_numeric(void** N) { PREFIX##_free_numeric(N); }                                                       \
    };
#define TAMIS_UMFPACK_COMPLEX(PREFIX, J)                                                                                        \
    template <>                                                                                                                 \
    struct UmfpackCalls<std::complex<double>, J> {                                                                              \
        using E = std::complex<double>;                                                                                         \
        static const double* raw(const E* x) { return reinterpret_cast<const double*>(x); }                                     \
        static double* raw(E* x) { return reinterpret_cast<double*>(x); }                                                       \
        static void defaults(double* control) { PREFIX##_defaults(control); }                                                  \
        static J symbolic(J n, const J* p, const J* i, const E* x, const J* q, void** S, const double* c, double* info) {       \
            return q == nullptr ? PREFIX##_symbolic(n, n, p, i, raw(x), nullptr, S, c, info)                                    \
                                : PREFIX##_qsymbolic(n, n, p, i, raw(x), nullptr, q, S, c, info);                               \
        }                                                                                                                       \
        static J numeric(const J* p, const J* i, const E* x, void* S, void** N, const double* c, double* info) {                \
            return PREFIX##_numeric(p, i, raw(x), nullptr, S, N, c, info);                                                      \
        }                                                                                                                       \
        static J solve(J sys, const J* p, const J* i, E* x, const E* b, void* N, const double* c, double* info, J* wi,          \
                       double* w) {                                                                                             \
            return PREFIX##_wsolve(sys, p, i, nullptr, nullptr, raw(x), nullptr, raw(b), nullptr, N, c, info, wi, w);           \
        }                                                                                                                       \
        static J lunz(J* lnz, J* unz, void* N) {                                                                                \
            J rows = 0, cols = 0, nz_udiag = 0;                                                                                 \
            return PREFIX##_get_lunz(lnz, unz, &rows, &cols, &nz_udiag, N);                                                     \
        }                                                                                                                       \
        static J get(J* lp, J* lj, E* lx, J* up, J* ui, E* ux, J* p, J* q, E* d, J* recip, double* r, void* N) {                \
            return PREFIX##_get_numeric(lp, lj, raw(lx), nullptr, up, ui, raw(ux), nullptr, p, q, raw(d), nullptr, recip, r,    \
                                        N);                                                                                     \
        }                                                                                                                       \
        static J columns(J* q, void* S) { return columns_of_symbolic(PREFIX##_get_symbolic, q, S); }                           \
        static void free_symbolic(void** S) { PREFIX##_free_symbolic(S); }                                                     \
        static void free_numeric(void** N) { PREFIX##_free_numeric(N); }                                                       \
    };
// clang-format on
TAMIS_UMFPACK_REAL(umfpack_di, std::int32_t)
TAMIS_UMFPACK_REAL(umfpack_dl, std::int64_t)
TAMIS_UMFPACK_COMPLEX(umfpack_zi, std::int32_t)
TAMIS_UMFPACK_COMPLEX(umfpack_zl, std::int64_t)
#undef TAMIS_UMFPACK_REAL
#undef TAMIS_UMFPACK_COMPLEX

/// Owns a Symbolic or a Numeric object of UMFPACK.
template <void (*Free)(void**)>
class UmfpackHandle {
  public:
    UmfpackHandle() noexcept = default;
    UmfpackHandle(const UmfpackHandle&) = delete;
    UmfpackHandle& operator=(const UmfpackHandle&) = delete;
    ~UmfpackHandle() { reset(); }
    void reset() noexcept {
        if (object_ != nullptr) Free(&object_);
        object_ = nullptr;
    }
    [[nodiscard]] void* get() const noexcept { return object_; }
    void** address() noexcept { return &object_; }

  private:
    void* object_ = nullptr;
};

/// Predicted bytes up to which the 32-bit interface is used: half of what its arrays hold.
constexpr double narrow_bytes = 1 << 30;

using Control = std::array<double, UMFPACK_CONTROL>;
using Info = std::array<double, UMFPACK_INFO>;

// What a call of get_numeric can give in O(n).
template <class E>
struct Diagonal {
    std::vector<std::int64_t> p;
    std::vector<std::int64_t> q;
    std::vector<E> d;
    std::vector<double> r;  // R as a factor, not a divisor
};

template <class E, class J>
class UmfpackSymbolic;

template <class E, class J>
class UmfpackFactor final : public LuFactor<E> {
    using Calls = UmfpackCalls<E, J>;

  public:
    UmfpackFactor(std::shared_ptr<const UmfpackSymbolic<E, J>> symbolic, std::span<const E> values, double pivot_tolerance)
        : symbolic_(std::move(symbolic)),
          n_(symbolic_->pattern_.cols),
          control_(symbolic_->control_) {
        if (pivot_tolerance > 0) {
            control_[UMFPACK_PIVOT_TOLERANCE] = pivot_tolerance;
            control_[UMFPACK_SYM_PIVOT_TOLERANCE] = pivot_tolerance;  // of the diagonal, 0.001 if not asked for
        }
        compute(values);
    }

    void refactor(std::span<const E> values) override { compute(values); }

    void solve(Transpose form, const E* b, E* x, std::int64_t k) const override {
        Control control = control_;
        control[UMFPACK_IRSTEP] = 0;  // refinement would need A, which the factor does not keep
        Info info{};
        Array<J> wi(n_, uninitialized);
        Array<double> w(n_ * (is_complex_v<E> ? 4 : 1), uninitialized);
        const J system = form == Transpose::none ? UMFPACK_A : form == Transpose::adjoint ? UMFPACK_At : UMFPACK_Aat;
        const auto& pattern = symbolic_->pattern_;
        for (std::int64_t c = 0; c < k; ++c) {
            const auto status = Calls::solve(system, pattern.offsets.data(), pattern.indices.data(), x + c * n_, b + c * n_,
                                             numeric_.get(), control.data(), info.data(), wi.data(), w.data());
            check_umfpack("lu solve", status);
        }
    }

    LuParts<E> parts() const override {
        J lnz = 0;
        J unz = 0;
        check_umfpack("lu", Calls::lunz(&lnz, &unz, numeric_.get()));
        Array<J> lp(n_ + 1, uninitialized), lj(lnz, uninitialized), up(n_ + 1, uninitialized), ui(unz, uninitialized);
        Array<E> lx(lnz, uninitialized), ux(unz, uninitialized);
        J recip = 0;
        check_umfpack("lu", Calls::get(lp.data(), lj.data(), lx.data(), up.data(), ui.data(), ux.data(), nullptr, nullptr,
                                       nullptr, &recip, nullptr, numeric_.get()));
        // L comes by rows, U by columns; transposing sorts.
        return {transposed_columns<E, J>(n_, n_, lp, lj, lx),
                transposed_columns(transposed_columns<E, J>(n_, n_, up, ui, ux))};
    }

    std::vector<std::int64_t> row_permutation() const override { return diagonal().p; }
    std::vector<std::int64_t> col_permutation() const override { return diagonal().q; }
    std::vector<double> row_scaling() const override { return diagonal().r; }
    std::vector<E> diagonal_u() const override { return diagonal().d; }
    FactorSize size() const override { return size_; }

  private:
    Diagonal<E> diagonal() const {
        const auto n = static_cast<std::size_t>(n_);
        std::vector<J> p(n), q(n);
        Diagonal<E> result{{}, {}, std::vector<E>(n), std::vector<double>(n)};
        J recip = 0;
        check_umfpack("lu", Calls::get(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, p.data(), q.data(),
                                       result.d.data(), &recip, result.r.data(), numeric_.get()));
        result.p.assign(p.begin(), p.end());
        result.q.assign(q.begin(), q.end());
        if (recip == 0)
            for (double& r : result.r) r = 1 / r;
        return result;
    }

    void compute(std::span<const E> values) {
        numeric_.reset();  // the old factor makes room first
        Info info{};
        const auto& pattern = symbolic_->pattern_;
        const auto status = Calls::numeric(pattern.offsets.data(), pattern.indices.data(), values.data(),
                                           symbolic_->symbolic_.get(), numeric_.address(), control_.data(), info.data());
        check_umfpack("lu", status);
        const double unit = info[UMFPACK_SIZE_OF_UNIT];
        size_ = {info[UMFPACK_LNZ] + info[UMFPACK_UNZ], info[UMFPACK_FLOPS], info[UMFPACK_NUMERIC_SIZE] * unit};
        // A pivot that overflowed is as useless as a zero.
        if (status == UMFPACK_WARNING_singular_matrix || !(info[UMFPACK_UMIN] > 0) || !is_finite(info[UMFPACK_UMAX])) {
            const auto found = diagonal();
            for (std::size_t j = 0; j < found.d.size(); ++j)
                if (!(std::abs(found.d[j]) > 0) || !is_finite(found.d[j])) throw PivotZero{found.p[j]};
            throw PivotZero{-1};
        }
    }

    std::shared_ptr<const UmfpackSymbolic<E, J>> symbolic_;
    std::int64_t n_;
    Control control_;
    UmfpackHandle<Calls::free_numeric> numeric_;
    FactorSize size_;
};

template <class E, class J>
class UmfpackSymbolic final : public LuSymbolic<E> {
    using Calls = UmfpackCalls<E, J>;

  public:
    UmfpackSymbolic(ColumnPattern<J>&& pattern, std::span<const E> values, const AnalysisRequest& request)
        : pattern_(std::move(pattern)),
          request_(request),
          given_(request.permutation.begin(), request.permutation.end()) {
        request_.permutation = given_;
        Calls::defaults(control_.data());
        control_[UMFPACK_PRL] = 0;
        switch (request.ordering) {
            case Ordering::amd: control_[UMFPACK_ORDERING] = UMFPACK_ORDERING_AMD; break;
            case Ordering::colamd: control_[UMFPACK_STRATEGY] = UMFPACK_STRATEGY_UNSYMMETRIC; break;
            case Ordering::nested_dissection: control_[UMFPACK_ORDERING] = UMFPACK_ORDERING_METIS; break;
            case Ordering::natural: control_[UMFPACK_ORDERING] = UMFPACK_ORDERING_NONE; break;
            case Ordering::given:
                control_[UMFPACK_ORDERING] = UMFPACK_ORDERING_GIVEN;
                control_[UMFPACK_FIXQ] = 1;
                control_[UMFPACK_SINGLETONS] = 0;
                break;
            case Ordering::automatic: break;
        }
        Info info = analyze(values, request.permutation);
        Ordering used = request.ordering;
        if (request.ordering == Ordering::automatic) {
            used = info[UMFPACK_STRATEGY_USED] == UMFPACK_STRATEGY_SYMMETRIC ? Ordering::amd : Ordering::colamd;
            if (symmetric_flops(info) > 0 &&
                dissection_may_pay(pattern_.cols, info[UMFPACK_SYMMETRIC_LUNZ], symmetric_flops(info), 22e9) &&
                !request.stop.stop_requested() && try_dissection(values, info))
                used = Ordering::nested_dissection;
        }
        predict(info, used);
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
    // The order that the numeric phase starts from.
    std::vector<std::int64_t> permutation() const override {
        std::vector<J> q(static_cast<std::size_t>(pattern_.cols));
        check_umfpack("lu", Calls::columns(q.data(), symbolic_.get()));
        return {q.begin(), q.end()};
    }
    std::unique_ptr<LuFactor<E>> factor(std::span<const E> values, double pivot_tolerance) const override {
        try {
            return std::make_unique<UmfpackFactor<E, J>>(
                std::static_pointer_cast<const UmfpackSymbolic<E, J>>(this->shared_from_this()), values, pivot_tolerance);
        } catch (const std::bad_alloc&) {
            if (std::is_same_v<J, std::int64_t> || this->prediction_.bytes < narrow_bytes / 4) throw;
        }
        // Pivoting filled more than predicted, and the arrays of the 32-bit interface ended.
        const auto wide = std::make_shared<UmfpackSymbolic<E, std::int64_t>>(
            pattern_as<std::int64_t>(ColumnPattern<J>(pattern_)), values, request_);
        return wide->factor(values, pivot_tolerance);
    }
    // Only before the object is shared.
    ColumnPattern<J> release_pattern() { return std::move(pattern_); }

  private:
    friend class UmfpackFactor<E, J>;

    Info analyze(std::span<const E> values, std::span<const std::int64_t> given) {
        Info info{};
        const std::vector<J> q(given.begin(), given.end());
        symbolic_.reset();
        const auto status =
            Calls::symbolic(static_cast<J>(pattern_.cols), pattern_.offsets.data(), pattern_.indices.data(), values.data(),
                            given.empty() ? nullptr : q.data(), symbolic_.address(), control_.data(), info.data());
        if (status == UMFPACK_ERROR_ordering_failed && control_[UMFPACK_ORDERING] == UMFPACK_ORDERING_METIS)
            throw Unsupported("lu: nested dissection failed; this UMFPACK may have been built without METIS");
        check_umfpack("lu", status);
        return info;
    }

    static double symmetric_flops(const Info& info) {
        return info[UMFPACK_STRATEGY_USED] == UMFPACK_STRATEGY_SYMMETRIC ? info[UMFPACK_SYMMETRIC_FLOPS] : 0;
    }
    bool try_dissection(std::span<const E> values, Info& info) {
        const double by_amd = symmetric_flops(info);
        control_[UMFPACK_ORDERING] = UMFPACK_ORDERING_METIS;
        try {
            const Info dissected = analyze(values, {});
            if (symmetric_flops(dissected) < by_amd) {
                info = dissected;
                return true;
            }
        } catch (const Error&) {
            // METIS is left out of some builds: AMD's order stands.
        }
        control_[UMFPACK_ORDERING] = UMFPACK_ORDERING_AMD;
        info = analyze(values, {});
        return false;
    }

    void predict(const Info& info, Ordering used) {
        auto& prediction = this->prediction_;
        prediction.backend = "UMFPACK " + std::to_string(UMFPACK_MAIN_VERSION) + "." + std::to_string(UMFPACK_SUB_VERSION) +
                             "." + std::to_string(UMFPACK_SUBSUB_VERSION);
        prediction.ordering = used;
        const double unit = info[UMFPACK_SIZE_OF_UNIT];
        const double bound = info[UMFPACK_PEAK_MEMORY_ESTIMATE] * unit;
        prediction.factor_nonzeros = info[UMFPACK_LNZ_ESTIMATE] + info[UMFPACK_UNZ_ESTIMATE];
        prediction.flops = info[UMFPACK_FLOPS_ESTIMATE];
        prediction.bytes = bound;
        const bool fill_reducing = used != Ordering::natural && used != Ordering::given;
        if (fill_reducing && info[UMFPACK_STRATEGY_USED] == UMFPACK_STRATEGY_SYMMETRIC && info[UMFPACK_SYMMETRIC_LUNZ] > 0) {
            // With pivots on the diagonal AMD's counts come true; UMFPACK's own bounds are ten times above. Beside L and U
            // UMFPACK holds up to three frontal matrices of the largest order (its own and those that wait), at first A
            // instead, and thirty vectors.
            prediction.factor_nonzeros = std::min(prediction.factor_nonzeros, info[UMFPACK_SYMMETRIC_LUNZ]);
            prediction.flops = std::min(prediction.flops, info[UMFPACK_SYMMETRIC_FLOPS]);  // real ones
            const double order = info[UMFPACK_SYMMETRIC_DMAX];
            const double factors = (1.1 * info[UMFPACK_SYMMETRIC_LUNZ] + 3 * order * order) * sizeof(E);
            prediction.bytes = std::min(bound, std::max(factors, info[UMFPACK_VARIABLE_INIT_ESTIMATE] * unit) +
                                                   static_cast<double>(pattern_.cols) * (28 * sizeof(J) + 2 * sizeof(E)));
        }
    }

    ColumnPattern<J> pattern_;
    AnalysisRequest request_;
    std::vector<std::int64_t> given_;
    UmfpackHandle<Calls::free_symbolic> symbolic_;
    Control control_{};
};

}  // namespace

template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_umfpack(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                     const AnalysisRequest& request) {
    // The 32-bit interface takes a fifth less time and memory on small factors. It fails as out of memory once an array
    // outgrows 2³¹ bytes, so large matrices go to the 64-bit one at once, without a first analysis in vain.
    if constexpr (std::is_same_v<I, std::int32_t>) {
        constexpr std::int64_t most_entries = 1'500'000;
        if (pattern.nnz() <= most_entries) {  // beyond, nearly every factor is large
            auto narrow = std::make_shared<UmfpackSymbolic<E, std::int32_t>>(std::move(pattern), values, request);
            if (narrow->prediction().bytes < narrow_bytes) return narrow;
            pattern = narrow->release_pattern();
        }
    }
    return std::make_shared<UmfpackSymbolic<E, std::int64_t>>(pattern_as<std::int64_t>(std::move(pattern)), values, request);
}

template std::shared_ptr<const LuSymbolic<double>> analyze_umfpack(ColumnPattern<std::int32_t>&&, std::span<const double>,
                                                                   const AnalysisRequest&);
template std::shared_ptr<const LuSymbolic<double>> analyze_umfpack(ColumnPattern<std::int64_t>&&, std::span<const double>,
                                                                   const AnalysisRequest&);
template std::shared_ptr<const LuSymbolic<std::complex<double>>> analyze_umfpack(ColumnPattern<std::int32_t>&&,
                                                                                 std::span<const std::complex<double>>,
                                                                                 const AnalysisRequest&);
template std::shared_ptr<const LuSymbolic<std::complex<double>>> analyze_umfpack(ColumnPattern<std::int64_t>&&,
                                                                                 std::span<const std::complex<double>>,
                                                                                 const AnalysisRequest&);

}  // namespace tamis::detail

#endif
