#include <tamis/iterative/precond/schwarz.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/transpose.hpp>

#include "instantiate.hpp"
#include "iterative/precond/dropping.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/ldu.hpp"
#include "iterative/precond/subdomains.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
class SchwarzState final : public PreconditionerState<T> {
  public:
    using Solvers = std::vector<std::unique_ptr<LduSolver<T, I>>>;

    SchwarzState(std::int64_t n, const std::vector<Subdomain<I>>& subdomains, Solvers solvers, bool restricted)
        : PreconditionerState<T>("Schwarz", n),
          solvers_(std::move(solvers)),
          restricted_(restricted),
          starts_{0},
          offsets_(static_cast<std::size_t>(n) + 1, 0),
          own_(static_cast<std::size_t>(n)) {
        for (const auto& d : subdomains) {
            for (std::size_t k = 0; k < d.vertices.size(); ++k) {
                if (d.own[k]) own_[static_cast<std::size_t>(d.vertices[k])] = std::ssize(vertices_);
                vertices_.push_back(d.vertices[k]);
                ++offsets_[static_cast<std::size_t>(d.vertices[k]) + 1];
            }
            starts_.push_back(std::ssize(vertices_));
        }
        for (std::size_t i = 0; i + 1 < offsets_.size(); ++i) offsets_[i + 1] += offsets_[i];
        places_.resize(vertices_.size());
        std::vector<std::int64_t> next(offsets_.begin(), offsets_.end() - 1);
        for (std::size_t k = 0; k < vertices_.size(); ++k)
            places_[static_cast<std::size_t>(next[static_cast<std::size_t>(vertices_[k])]++)] = static_cast<std::int64_t>(k);
    }
    [[nodiscard]] std::int64_t nonzeros() const noexcept override {
        std::int64_t sum = 0;
        for (const auto& solver : solvers_) sum += solver->nonzeros();
        return sum;
    }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        std::int64_t sum = static_cast<std::int64_t>(vertices_.size() * sizeof(I) +
                                                     (starts_.size() + offsets_.size() + places_.size() + own_.size()) *
                                                         sizeof(std::int64_t));
        for (const auto& solver : solvers_) sum += solver->bytes();
        return sum;
    }
    void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const override {
        if (adjoint)
            for (const auto& solver : solvers_) solver->prepare_adjoint();  // which may throw, and so not below
        const std::int64_t total = starts_.back();
        typename ScratchPool<T>::Lease scratch(pool_, 2 * total);
        T* const local = scratch.data();
        T* const w = local + total;
        const int threads = threads_for(nonzeros());
        for (std::int64_t j = 0; j < X.cols(); ++j) {
            for_each_chunk(std::ssize(solvers_), 1, threads, [&](std::int64_t begin, std::int64_t, int) {
                const auto d = static_cast<std::size_t>(begin);
                for (std::int64_t k = starts_[d]; k < starts_[d + 1]; ++k) local[k] = value(adjoint, X, j, k);
                if (adjoint) solvers_[d]->apply_adjoint_here(local + starts_[d], local + starts_[d], w + starts_[d]);
                else solvers_[d]->apply_here(local + starts_[d], local + starts_[d], w + starts_[d]);
            });
            for_each_row(this->rows(), total, [&](std::int64_t i) { Y(i, j) = sum(adjoint, local, i); });
        }
    }

  private:
    /// What a subdomain sees of x: all of it, or for the adjoint of the restricted method what it owns.
    T value(bool adjoint, MatrixView<const T> X, std::int64_t j, std::int64_t k) const noexcept {
        const auto i = static_cast<std::int64_t>(vertices_[static_cast<std::size_t>(k)]);
        return restricted_ && adjoint && own_[static_cast<std::size_t>(i)] != k ? T(0) : X(i, j);
    }
    /// What becomes of the local solutions: their sum, or the owner's.
    T sum(bool adjoint, const T* local, std::int64_t i) const noexcept {
        const auto at = static_cast<std::size_t>(i);
        if (restricted_ && !adjoint) return local[own_[at]];
        T s(0);
        for (auto q = offsets_[at]; q < offsets_[at + 1]; ++q) s += local[places_[static_cast<std::size_t>(q)]];
        return s;
    }

    Solvers solvers_;
    bool restricted_;
    std::vector<I> vertices_;            // of the subdomains, one after another
    std::vector<std::int64_t> starts_;   // of a subdomain among them
    std::vector<std::int64_t> offsets_;  // of an unknown among the places
    std::vector<std::int64_t> places_;   // where it stands among the vertices
    std::vector<std::int64_t> own_;      // where it stands in the subdomain that owns it
    mutable ScratchPool<T> pool_;
};

/// A(J, J) for ascending J; `local` is −1 everywhere, before and after.
template <class T, class I>
Csr<T, I> principal_submatrix(const CsrView<T, I>& A, const std::vector<I>& J, std::vector<I>& local) {
    for (std::size_t k = 0; k < J.size(); ++k) local[static_cast<std::size_t>(J[k])] = static_cast<I>(k);
    std::vector<I> offsets{0};
    std::vector<I> indices;
    std::vector<T> values;
    for (const I i : J) {
        for (auto q = A.row_offsets()[static_cast<std::size_t>(i)]; q < A.row_offsets()[static_cast<std::size_t>(i) + 1];
             ++q) {
            const I j = local[static_cast<std::size_t>(A.col_indices()[static_cast<std::size_t>(q)])];
            if (j < 0) continue;
            indices.push_back(j);
            values.push_back(A.values()[static_cast<std::size_t>(q)]);
        }
        offsets.push_back(static_cast<I>(indices.size()));
    }
    for (const I i : J) local[static_cast<std::size_t>(i)] = -1;
    return {unchecked, std::ssize(J), std::ssize(J), to_array(offsets), to_array(indices), to_array(values)};
}

/// The strictly lower rows of L, each followed by a strictly upper one of U where there is a U, as f(k, j, value) says.
template <class E, class T, class I, class LowerValue, class UpperValue>
LduRows<E, I> combined(const Csr<T, I>& L, const Csr<T, I>* U, const LowerValue& lower, const UpperValue& upper) {
    const std::int64_t n = L.rows();
    LduRows<E, I> f;
    f.n = n;
    f.hermitian = U == nullptr;
    f.offsets = Array<I>(n + 1);
    f.lower_end = Array<I>(n, uninitialized);
    f.upper_begin = Array<I>(n, uninitialized);
    f.pivots = Array<E>(n, uninitialized);
    std::vector<I> indices;
    std::vector<E> values;
    for (std::int64_t k = 0; k < n; ++k) {
        for (const auto [j, v] : L.row(k)) {
            if (static_cast<std::int64_t>(j) >= k) continue;
            indices.push_back(j);
            values.push_back(lower(k, static_cast<std::int64_t>(j), E(v)));
        }
        f.lower_end[k] = f.upper_begin[k] = static_cast<I>(indices.size());
        if (U != nullptr) {
            for (const auto [j, v] : U->row(k)) {
                if (static_cast<std::int64_t>(j) == k) f.pivots[k] = upper(k, E(v));
                if (static_cast<std::int64_t>(j) <= k) continue;
                indices.push_back(j);
                values.push_back(upper(k, E(v)));
            }
        }
        f.offsets[k + 1] = static_cast<I>(indices.size());
    }
    f.indices = to_array(indices);
    f.values = to_array(values);
    return f;
}

// AMD orders small subdomains well; for LU it keeps the factors in the hands of UMFPACK and KLU, which give them away.
const FactorOptions local_options{.ordering = Ordering::amd};

template <class T, class I>
std::optional<LduRows<compute_t<T>, I>> cholesky_rows(const Csr<T, I>& A) {
    using E = compute_t<T>;
    try {
        const SparseCholesky<T, I> F(A, local_options);
        const auto L = F.matrix_l();
        Array<double> d(L.rows(), uninitialized);
        for (std::int64_t k = 0; k < L.rows(); ++k)
            for (const auto [j, v] : L.row(k))
                if (static_cast<std::int64_t>(j) == k) d[k] = static_cast<double>(real_part(v));
        const auto nothing = [](std::int64_t, const E& v) { return v; };
        auto f = combined<E>(
            L, static_cast<const Csr<T, I>*>(nullptr), [&](std::int64_t, std::int64_t j, const E& v) { return v / d[j]; },
            nothing);
        for (std::int64_t k = 0; k < f.n; ++k) f.pivots[k] = d[k] * d[k];
        f.row_of = to_array(F.permutation());
        return f;
    } catch (const NotPositiveDefinite&) {
        return std::nullopt;
    }
}

template <class T, class I>
LduRows<compute_t<T>, I> lu_rows(const Csr<T, I>& A) {
    using E = compute_t<T>;
    // (R A)(p, q) = L U, so A(p, q) = (S⁻¹ L S) (S⁻¹ U) with S = R(p, p).
    const SparseLu<T, I> F(A, local_options);
    const auto L = F.matrix_l();
    const auto U = F.matrix_u();
    const auto p = F.row_permutation();
    const auto R = F.row_scaling();
    const auto s = [&](std::int64_t k) {
        return static_cast<double>(R[static_cast<std::size_t>(p[static_cast<std::size_t>(k)])]);
    };
    auto f = combined<E>(
        L, &U, [&](std::int64_t k, std::int64_t j, const E& v) { return v * (s(j) / s(k)); },
        [&](std::int64_t k, const E& v) { return v / s(k); });
    f.row_of = to_array(p);
    f.col_of = to_array(F.col_permutation());
    return f;
}

}  // namespace

template <class T, class I>
WithSubdomains<T> make_schwarz(CsrView<T, I> major, bool row_major, const SchwarzOptions& options) {
    if (options.overlap < 0)
        throw InvalidArgument("Schwarz: .overlap is " + std::to_string(options.overlap) + "; it must be at least 0");
    if (options.subdomain_size < 1)
        throw InvalidArgument("Schwarz: .subdomain_size is " + std::to_string(options.subdomain_size) +
                              "; it must be at least 1");
    check_preconditioned("Schwarz", major, row_major, Diagonal::nonzero);
    const Csr<T, I> turned = transpose(major);
    const auto A = row_major ? major : turned.view();
    const auto B = row_major ? turned.view() : major;
    const auto subdomains = overlapping_subdomains<I>({A.row_offsets(), A.col_indices()}, {B.row_offsets(), B.col_indices()},
                                                      options.subdomain_size, options.overlap);
    const bool hermitian = !first_asymmetry(A, Agreement::rounded);
    typename SchwarzState<T, I>::Solvers solvers;
    std::vector<I> local(static_cast<std::size_t>(A.rows()), -1);
    for (const auto& d : subdomains) {
        try {
            const auto sub = principal_submatrix(A, d.vertices, local);
            std::optional<LduRows<compute_t<T>, I>> rows;
            if (hermitian) rows = cholesky_rows(sub);
            if (!rows) rows = lu_rows(sub);
            solvers.push_back(std::make_unique<LduSolver<T, I>>("Schwarz", *rows, "use other subdomains"));
        } catch (const SingularMatrix& e) {
            const std::int64_t row =
                e.index() < 0 ? -1 : static_cast<std::int64_t>(d.vertices[static_cast<std::size_t>(e.index())]);
            throw SingularMatrix("Schwarz: subdomain " + std::to_string(solvers.size()) + " is singular at row " +
                                     std::to_string(row) + "; use another .subdomain_size or .overlap",
                                 row, e.structural());
        }
    }
    return {std::make_shared<SchwarzState<T, I>>(A.rows(), subdomains, std::move(solvers), options.restricted),
            std::ssize(subdomains)};
}

#define TAMIS_INSTANTIATE(T, I) template WithSubdomains<T> make_schwarz(CsrView<T, I>, bool, const SchwarzOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
