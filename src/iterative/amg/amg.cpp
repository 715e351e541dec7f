#include <tamis/iterative/amg/amg.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/measure.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/amg/levels.hpp"
#include "iterative/amg/product.hpp"
#include "iterative/precond/state.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/parts.hpp"

namespace tamis {

namespace detail {

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw InvalidArgument("Amg: " + what);
}

void check_parameters(const AmgParameters& p) {
    if (!(p.strength >= 0 && p.strength < 1)) refuse("strength must be in [0, 1), got " + std::to_string(p.strength));
    const auto natural = [](const char* name, std::int64_t value) {
        if (value < 0) refuse(std::string(name) + " must be at least 0, got " + std::to_string(value));
    };
    natural("max_levels", p.max_levels);
    natural("coarse_size", p.coarse_size);
    natural("block_size", p.block_size);
    natural("sweeps", p.sweeps);
    const AmgClassicalOptions& c = p.classical;
    natural("classical.aggressive_levels", c.aggressive_levels);
    if (c.max_entries < 1) refuse("classical.max_entries must be at least 1, got " + std::to_string(c.max_entries));
    if (!(c.truncation >= 0 && c.truncation < 1))
        refuse("classical.truncation must be in [0, 1), got " + std::to_string(c.truncation));
    if (!(c.max_row_sum >= 0)) refuse("classical.max_row_sum must be at least 0, got " + std::to_string(c.max_row_sum));
    if (p.coarsening == AmgCoarsening::classical && p.block_size > 1)
        refuse("classical coarsening takes each unknown by itself; block_size must be 1, or aggregation chosen, got " +
               std::to_string(p.block_size));
}

/// Square, finite, without a zero on the diagonal.
template <class T, class I>
void check_matrix(CsrView<T, I> A) {
    if (A.rows() != A.cols())
        throw DimensionMismatch(
            "Amg: the matrix must be square, got " + std::to_string(A.rows()) + "×" + std::to_string(A.cols()), A.rows(),
            A.cols());
    check_finite("Amg", A, true);
    Array<T> diagonal(A.rows(), uninitialized);
    detail::diagonal(A, VectorView<T>(diagonal.data(), diagonal.size()));
    for (std::int64_t i = 0; i < diagonal.size(); ++i)
        if (diagonal[i] == T(0))
            throw SingularMatrix("Amg: the diagonal entry " + std::to_string(i) +
                                     " is 0 or not stored; multigrid smooths by division by the diagonal",
                                 i, false);
}

/// Whether the pattern consists of full b×b blocks.
template <class T, class I>
bool has_node_blocks(CsrView<T, I> A, std::int64_t b) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    if (A.rows() % b != 0) return false;
    for (std::int64_t i = 0; i < A.rows(); i += b) {
        const std::int64_t length = offsets[i + 1] - offsets[i];
        if (length % b != 0) return false;
        for (std::int64_t k = 0; k < length; ++k)
            if (k % b == 0 ? indices[offsets[i] + k] % b != 0 : indices[offsets[i] + k] != indices[offsets[i] + k - 1] + 1)
                return false;
        for (std::int64_t r = 1; r < b; ++r)
            if (offsets[i + r + 1] - offsets[i + r] != length ||
                !std::equal(indices + offsets[i], indices + offsets[i + 1], indices + offsets[i + r]))
                return false;
    }
    return true;
}

template <class T, class I>
int block_size(CsrView<T, I> A, std::int64_t candidates) {
    if (candidates > 1)
        for (const int b : {6, 3, 2})
            if (has_node_blocks(A, b)) return b;
    return 1;
}

/// The given columns, or constants: one for each unknown of a node.
template <class T>
Array<T> candidates_of(MatrixView<const T> given, std::int64_t n, std::int64_t block_size) {
    if (given.cols() == 0) {
        Array<T> constants(n * block_size);
        for (std::int64_t i = 0; i < n; ++i) constants[i + n * (i % block_size)] = T(1);
        return constants;
    }
    Array<T> columns(n * given.cols(), uninitialized);
    for (std::int64_t j = 0; j < given.cols(); ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            columns[i + j * n] = given(i, j);
            if (!std::isfinite(std::abs(given(i, j))))
                refuse("near_null_space(" + std::to_string(i) + ", " + std::to_string(j) + ") is not finite");
        }
    return columns;
}

}  // namespace

/// The levels, in one of two precisions, and how they are scaled.
template <class T, class I>
class AmgState final : public PreconditionerState<T> {
    using Single = std::conditional_t<is_complex_v<T>, std::complex<float>, float>;

  public:
    AmgState(CsrView<T, I> A, const Array<T>& candidates, const AmgParameters& parameters, const AmgState* earlier)
        : PreconditionerState<T>("Amg", A.rows()),
          hermitian_(!first_asymmetry(A, Agreement::rounded).has_value()) {
        if constexpr (!std::same_as<T, Single>) {
            const bool direct = parameters.max_levels == 1 || is_coarsest(parameters, A.rows(), A.nnz());
            if (parameters.precision == Precision::mixed && !direct && narrow(A)) {
                single_ =
                    std::make_shared<const AmgLevels<Single, I>>(scaled(A), hermitian_, cast(candidates), parameters,
                                                                 earlier != nullptr ? earlier->single_.get() : nullptr);
                if (single_->levels().size() > 1) return;
                single_.reset();
            }
        }
        working_ = std::make_shared<const AmgLevels<T, I>>(Csr<T, I>(A), hermitian_, Array<T>(candidates), parameters,
                                                           earlier != nullptr ? earlier->working_.get() : nullptr);
    }

    [[nodiscard]] bool hermitian() const noexcept { return hermitian_; }
    /// f of the levels.
    template <class F>
    decltype(auto) with_levels(F&& f) const {
        if constexpr (!std::same_as<T, Single>)
            if (single_) return f(*single_);
        return f(*working_);
    }

    [[nodiscard]] bool has_adjoint() const noexcept {
        return hermitian_ && with_levels([](const auto& levels) { return levels.parameters().cycle != AmgCycle::k; });
    }
    [[nodiscard]] std::int64_t nonzeros() const noexcept override {
        return with_levels([](const auto& levels) {
            std::int64_t total = 0;
            for (const auto& level : levels.levels()) total += level.A.nnz();
            return total;
        });
    }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return with_levels([](const auto& levels) { return levels.bytes(); });
    }
    void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const override {
        if (adjoint && !has_adjoint())
            throw Unsupported(
                "Amg::apply_adjoint: the cycle is its own adjoint only for a Hermitian matrix and cycles v and w; take a "
                "method without adjoint products, such as gmres or bicgstab");
        for (std::int64_t j = 0; j < X.cols(); ++j) cycle(X.col(j), Y.col(j));
    }

  private:
    /// y ← M x.
    void cycle(VectorView<const T> x, VectorView<T> y) const {
        const std::int64_t n = x.size();
        with_levels([&]<class U>(const AmgLevels<U, I>& levels) {
            typename AmgLevels<U, I>::Application application(levels);
            if constexpr (std::same_as<T, U>) {
                vec::copy(x, application.b());
                application.run();
                vec::copy(static_cast<const T*>(application.x()), y);
            } else {
                // x / ‖x‖ is within float whatever x is.
                const double norm = vec::norm(x);
                const double down = norm > 0 ? 1 / norm : 1;
                const double up = norm > 0 ? norm / scale_ : 1 / scale_;
                U* b = application.b();
                for_each_row(n, n, [&](std::int64_t i) { b[i] = static_cast<U>(x[i] * static_cast<Real<T>>(down)); });
                application.run();
                const U* result = application.x();
                for_each_row(n, n, [&](std::int64_t i) { y[i] = static_cast<T>(result[i]) * static_cast<Real<T>>(up); });
            }
        });
    }

    /// Sets the scale, a power of 2; whether the diagonal spans so little that what float's rounding does to the sums of a
    /// coarse matrix is small beside its smallest eigenvalues.
    bool narrow(CsrView<T, I> A) {
        using R = Real<T>;
        const R largest = norm(A, Norm::max);
        if (!(largest > 0)) return false;
        int exponent = 0;
        std::frexp(static_cast<double>(largest), &exponent);
        scale_ = std::ldexp(1.0, exponent);
        if (!std::isfinite(scale_) || !std::isfinite(1 / scale_)) return false;
        Array<T> diagonal(A.rows(), uninitialized);
        detail::diagonal(A, VectorView<T>(diagonal.data(), diagonal.size()));
        const auto smaller = [](const T& a, const T& b) { return std::abs(a) < std::abs(b); };
        const auto [least, most] = std::minmax_element(diagonal.begin(), diagonal.end(), smaller);
        return std::abs(*most) <= R(100000) * std::abs(*least);
    }
    [[nodiscard]] Csr<Single, I> scaled(CsrView<T, I> A) const {
        Array<Single> values(A.nnz(), uninitialized);
        const auto down = static_cast<Real<T>>(1 / scale_);
        const T* from = A.values().data();
        for_each_row(A.nnz(), A.nnz(), [&](std::int64_t k) { values[k] = static_cast<Single>(from[k] * down); });
        return {unchecked, A.rows(), A.cols(), Array<I>(A.row_offsets()), Array<I>(A.col_indices()), std::move(values)};
    }
    static Array<Single> cast(const Array<T>& v) {
        Array<Single> narrow(v.size(), uninitialized);
        for_each_row(v.size(), v.size(), [&](std::int64_t i) { narrow[i] = static_cast<Single>(v[i]); });
        return narrow;
    }

    bool hermitian_;
    double scale_ = 1;  // single_ is built from A / scale_
    std::shared_ptr<const AmgLevels<T, I>> working_;
    std::shared_ptr<const AmgLevels<Single, I>> single_;
};

namespace {

/// The residual of A x = 0 under x ← x − M A x, scaled to 1 in each step: the geometric mean over the last steps.
template <class T, class I>
double convergence_factor(const AmgLevels<T, I>& levels) {
    constexpr int steps = 12;
    constexpr int last = 5;
    const CsrView<T, I> A = levels.levels().front().A.view();
    const std::int64_t n = A.rows();
    Array<T> x(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) x[i] = uniform<T>(1, static_cast<std::uint64_t>(i));
    typename AmgLevels<T, I>::Application application(levels);
    T* r = application.b();
    product<T, I>(A, x.data(), r);
    double before = vec::norm(n, static_cast<const T*>(r));
    double logarithm = 0;
    for (int step = 0; step < steps && before > 0; ++step) {
        vec::scale<T>(n, 1 / before, x.data());
        vec::scale<T>(n, 1 / before, r);
        application.run();
        vec::axpy<T>(n, -1, application.x(), x.data());
        product<T, I>(A, x.data(), r);
        const double after = vec::norm(n, static_cast<const T*>(r));
        if (step >= steps - last) logarithm += std::log(after) / last;
        before = after;
        if (!std::isfinite(after)) break;
    }
    return before > 0 ? std::exp(logarithm) : 0;
}

}  // namespace

template <class T, class I>
AmgStates<T, I> build_amg(CsrView<T, I> A, MatrixView<const T> near_null_space, const AmgParameters& parameters) {
    check_parameters(parameters);
    check_matrix(A);
    AmgParameters used = parameters;
    if (near_null_space.cols() > 0 && near_null_space.rows() != A.rows())
        throw DimensionMismatch("Amg: near_null_space needs " + std::to_string(A.rows()) +
                                    " rows, one for each of the matrix, got " + std::to_string(near_null_space.rows()),
                                A.rows(), near_null_space.rows());
    const bool classical = used.coarsening == AmgCoarsening::classical;
    if (classical && near_null_space.cols() > 0)
        refuse("classical coarsening knows constants only; near_null_space is for aggregation");
    if (used.block_size == 0) used.block_size = block_size(A, near_null_space.cols());
    if (A.rows() % used.block_size != 0)
        refuse("block_size " + std::to_string(used.block_size) + " does not divide the " + std::to_string(A.rows()) +
               " rows of the matrix");
    if (used.sweeps == 0) used.sweeps = 1;
    Array<T> candidates;
    if (!classical) candidates = candidates_of(near_null_space, A.rows(), used.block_size);
    const auto state = std::make_shared<const AmgState<T, I>>(A, candidates, used, nullptr);
    return {state, state};
}

template <class T, class I>
AmgStates<T, I> rebuild_amg(const AmgState<T, I>* earlier, CsrView<T, I> A) {
    const auto same = [](const auto& a, const auto& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); };
    if (earlier == nullptr) refuse("refactor: the object was moved from");
    return earlier->with_levels([&](const auto& levels) -> AmgStates<T, I> {
        const auto& before = levels.levels().front().A;
        if (A.rows() != before.rows() || A.cols() != before.cols() || !same(A.row_offsets(), before.row_offsets()) ||
            !same(A.col_indices(), before.col_indices()))
            throw PatternMismatch(
                "Amg::refactor: the matrix stores other positions than the one that the levels were built from");
        check_matrix(A);
        Array<T> candidates(levels.candidates().size(), uninitialized);
        for (std::int64_t i = 0; i < candidates.size(); ++i) candidates[i] = static_cast<T>(levels.candidates()[i]);
        if (candidates.size() == 0 && levels.parameters().coarsening != AmgCoarsening::classical)
            candidates = candidates_of(MatrixView<const T>(nullptr, A.rows(), 0), A.rows(), levels.parameters().block_size);
        const auto state = std::make_shared<const AmgState<T, I>>(A, candidates, levels.parameters(), earlier);
        return {state, state};
    });
}

template <class T, class I>
bool amg_has_adjoint(const AmgState<T, I>* state) noexcept {
    return state != nullptr && state->has_adjoint();
}

template <class T, class I>
AmgHierarchy amg_hierarchy(const AmgState<T, I>* state) {
    if (state == nullptr) return {};
    return state->with_levels([](const auto& levels) {
        AmgHierarchy h;
        double rows = 0;
        double nnz = 0;
        for (const auto& level : levels.levels()) {
            h.levels.push_back({level.A.rows(), level.A.nnz()});
            rows += static_cast<double>(level.A.rows());
            nnz += static_cast<double>(level.A.nnz());
        }
        if (levels.rows() == 0) return h;
        h.grid_complexity = rows / static_cast<double>(levels.rows());
        h.operator_complexity = nnz / static_cast<double>(levels.levels().front().A.nnz());
        h.convergence_factor = convergence_factor(levels);
        return h;
    });
}

#define TAMIS_INSTANTIATE(T, I)                                                                         \
    template AmgStates<T, I> build_amg<T, I>(CsrView<T, I>, MatrixView<const T>, const AmgParameters&); \
    template AmgStates<T, I> rebuild_amg<T, I>(const AmgState<T, I>*, CsrView<T, I>);                   \
    template bool amg_has_adjoint<T, I>(const AmgState<T, I>*) noexcept;                                \
    template AmgHierarchy amg_hierarchy<T, I>(const AmgState<T, I>*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

}  // namespace tamis
