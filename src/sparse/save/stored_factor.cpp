// LU and LDLᴴ factors as compressed columns, solved by columns: right-hand sides lie side by side, so that each entry of a
// factor is read once for all of them.
#include <cmath>

#include "sparse/product.hpp"
#include "sparse/save/stored.hpp"

namespace tamis::detail {

namespace {

using Long = std::int64_t;

std::size_t at(Long i) noexcept {
    return static_cast<std::size_t>(i);
}

template <class E>
const E& plain(const E& v) noexcept {
    return v;
}

// y ← L⁻¹ y for a unit lower triangle whose columns begin with the diagonal.
template <class E>
void solve_unit_lower(const Csc<E, Long>& L, E* y, Long k) {
    const auto* p = L.col_offsets().data();
    const auto* rows = L.row_indices().data();
    const auto* l = L.values().data();
    for (Long j = 0; j < L.cols(); ++j) {
        const E* const yj = y + j * k;
        for (auto q = p[j] + 1; q < p[j + 1]; ++q) {
            E* const yi = y + rows[q] * k;
            for (Long c = 0; c < k; ++c) yi[c] -= times(l[q], yj[c]);
        }
    }
}

// y ← L⁻ᵀ y, or with conj(L) by op.
template <class E, class Op>
void solve_unit_lower_transposed(const Csc<E, Long>& L, E* y, Long k, const Op& op) {
    const auto* p = L.col_offsets().data();
    const auto* rows = L.row_indices().data();
    const auto* l = L.values().data();
    for (Long j = L.cols() - 1; j >= 0; --j) {
        E* const yj = y + j * k;
        for (auto q = p[j] + 1; q < p[j + 1]; ++q) {
            const E* const yi = y + rows[q] * k;
            for (Long c = 0; c < k; ++c) yj[c] -= times(op(l[q]), yi[c]);
        }
    }
}

// y ← U⁻¹ y for an upper triangle whose columns end with the diagonal.
template <class E>
void solve_upper(const Csc<E, Long>& U, E* y, Long k) {
    const auto* p = U.col_offsets().data();
    const auto* rows = U.row_indices().data();
    const auto* u = U.values().data();
    for (Long j = U.cols() - 1; j >= 0; --j) {
        E* const yj = y + j * k;
        const auto last = p[j + 1] - 1;
        for (Long c = 0; c < k; ++c) yj[c] /= u[last];
        for (auto q = p[j]; q < last; ++q) {
            E* const yi = y + rows[q] * k;
            for (Long c = 0; c < k; ++c) yi[c] -= times(u[q], yj[c]);
        }
    }
}

template <class E, class Op>
void solve_upper_transposed(const Csc<E, Long>& U, E* y, Long k, const Op& op) {
    const auto* p = U.col_offsets().data();
    const auto* rows = U.row_indices().data();
    const auto* u = U.values().data();
    for (Long j = 0; j < U.cols(); ++j) {
        E* const yj = y + j * k;
        const auto last = p[j + 1] - 1;
        for (auto q = p[j]; q < last; ++q) {
            const E* const yi = y + rows[q] * k;
            for (Long c = 0; c < k; ++c) yj[c] -= times(op(u[q]), yi[c]);
        }
        const E pivot = op(u[last]);
        for (Long c = 0; c < k; ++c) yj[c] /= pivot;
    }
}

template <class E>
double bytes_of(const Csc<E, Long>& A) noexcept {
    return static_cast<double>(A.nnz()) * (sizeof(E) + sizeof(Long)) + static_cast<double>(A.cols() + 1) * sizeof(Long);
}

template <class E>
class StoredLu final : public LuFactor<E> {
  public:
    explicit StoredLu(StoredLuParts<E>&& parts) : F_(std::move(parts)) {}

    void solve(Transpose form, const E* b, E* x, Long k) const override {
        const auto n = F_.parts.l.cols();
        const auto& p = F_.p;
        const auto& q = F_.q;
        const auto& r = F_.r;
        Array<E> y(n * k, uninitialized);
        if (form == Transpose::none) {
            for (Long j = 0; j < n; ++j)
                for (Long c = 0; c < k; ++c) y[j * k + c] = r[at(p[at(j)])] * b[c * n + p[at(j)]];
            solve_unit_lower(F_.parts.l, y.data(), k);
            solve_upper(F_.parts.u, y.data(), k);
            for (Long j = 0; j < n; ++j)
                for (Long c = 0; c < k; ++c) x[c * n + q[at(j)]] = y[j * k + c];
            return;
        }
        const auto back = [&](const auto& op) {
            for (Long j = 0; j < n; ++j)
                for (Long c = 0; c < k; ++c) y[j * k + c] = b[c * n + q[at(j)]];
            solve_upper_transposed(F_.parts.u, y.data(), k, op);
            solve_unit_lower_transposed(F_.parts.l, y.data(), k, op);
            for (Long j = 0; j < n; ++j)
                for (Long c = 0; c < k; ++c) x[c * n + p[at(j)]] = r[at(p[at(j)])] * y[j * k + c];
        };
        if (form == Transpose::adjoint) back([](const E& v) { return conjugate(v); });
        else back(plain<E>);
    }
    // The class makes a new factor by its analysis instead.
    void refactor(std::span<const E>) override { throw Error("lu refactor: a loaded factor takes no new values"); }
    LuParts<E> parts() const override { return F_.parts; }
    std::vector<Long> row_permutation() const override { return F_.p; }
    std::vector<Long> col_permutation() const override { return F_.q; }
    std::vector<double> row_scaling() const override { return F_.r; }
    std::vector<E> diagonal_u() const override {
        const auto& U = F_.parts.u;
        std::vector<E> d(at(U.cols()));
        for (std::size_t j = 0; j < d.size(); ++j) d[j] = U.values()[at(U.col_offsets()[j + 1] - 1)];
        return d;
    }
    FactorSize size() const override {
        const auto n = static_cast<double>(F_.p.size());
        const auto& F = F_.parts;
        return {static_cast<double>(F.l.nnz() + F.u.nnz()), F_.flops, bytes_of(F.l) + bytes_of(F.u) + 3 * n * sizeof(Long)};
    }

  private:
    StoredLuParts<E> F_;
};

template <class E>
class StoredLdlt final : public LdltFactor<E> {
  public:
    explicit StoredLdlt(StoredLdltParts<E>&& parts) : F_(std::move(parts)) {}

    void solve(const E* b, E* x, Long k) const override {
        const auto& L = F_.parts.l;
        const auto n = L.cols();
        Array<E> y(n * k, uninitialized);
        for (Long j = 0; j < n; ++j)
            for (Long c = 0; c < k; ++c) y[j * k + c] = b[c * n + F_.p[at(j)]];
        solve_unit_lower(L, y.data(), k);
        for (Long j = 0; j < n; ++j)
            for (Long c = 0; c < k; ++c) y[j * k + c] /= F_.parts.d[at(j)];
        solve_unit_lower_transposed(L, y.data(), k, [](const E& v) { return conjugate(v); });
        for (Long j = 0; j < n; ++j)
            for (Long c = 0; c < k; ++c) x[c * n + F_.p[at(j)]] = y[j * k + c];
    }
    bool chooses_pivots() const override { return false; }
    // As above.
    void refactor(const HermitianValues<E>&) override { throw Error("ldlt refactor: a loaded factor takes no new values"); }
    Inertia inertia() const override { return F_.inertia; }
    Long null_row() const override { return F_.null_row; }
    double logabs() const override {
        double sum = 0;
        for (const double d : F_.parts.d) sum += std::log(std::abs(d));
        return sum;
    }
    LdltParts<E> parts() const override { return F_.parts; }
    std::vector<Long> permutation() const override { return F_.p; }
    FactorSize size() const override {
        // The unit diagonal is the place of D.
        return {static_cast<double>(F_.parts.l.nnz()), F_.flops,
                bytes_of(F_.parts.l) + 2 * static_cast<double>(F_.p.size()) * sizeof(Long)};
    }

  private:
    StoredLdltParts<E> F_;
};

}  // namespace

template <class E>
std::unique_ptr<LuFactor<E>> stored_lu_factor(StoredLuParts<E>&& parts) {
    return std::make_unique<StoredLu<E>>(std::move(parts));
}
template <class E>
std::unique_ptr<LdltFactor<E>> stored_ldlt_factor(StoredLdltParts<E>&& parts) {
    return std::make_unique<StoredLdlt<E>>(std::move(parts));
}

#define TAMIS_INSTANTIATE(E)                                                    \
    template std::unique_ptr<LuFactor<E>> stored_lu_factor(StoredLuParts<E>&&); \
    template std::unique_ptr<LdltFactor<E>> stored_ldlt_factor(StoredLdltParts<E>&&);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
