// OperatorRef<T> and Operator<T>: linear operators whose class is forgotten, and their sums, products, scalings, adjoints
// and inverses. Iterative methods are compiled once a scalar against OperatorRef.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <tamis/iterative/operator_access.hpp>

namespace tamis {

template <class T>
class Operator;

namespace detail {

/// Throws DimensionMismatch unless Y = A X is possible for a rows×cols operator.
void check_apply(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t x_rows, std::int64_t x_cols,
                 std::int64_t y_rows, std::int64_t y_cols);
/// Throws InvalidArgument: an empty Operator or OperatorRef was applied.
[[noreturn]] void throw_no_operator();
/// Throws InvalidArgument unless both are at least 0.
void check_operator_sizes(std::int64_t rows, std::int64_t cols);

}  // namespace detail

/// A linear operator that belongs to somebody else: what functions take as a parameter. Built implicitly from every
/// OperatorArgument: matrices, factorizations (as inverses), preconditioners, Operator. It refers to an object that owns its
/// memory, which must outlive it (a temporary does not compile), and keeps views by value. Cheap to copy. A call costs one
/// call through a pointer. Const use from several threads is as safe as with the object behind it.
template <class T>
class OperatorRef {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// None: tests as false, has no rows, and cannot be applied.
    OperatorRef() noexcept = default;

    template <class A>
        requires(!std::same_as<std::remove_cvref_t<A>, OperatorRef> && !std::same_as<std::remove_cvref_t<A>, Operator<T>> &&
                 detail::ActsAsOperator<std::remove_cvref_t<A>, T>)
    OperatorRef(A&& a)
    noexcept {
        using D = std::remove_cvref_t<A>;
        static_assert(std::is_lvalue_reference_v<A> || detail::is_operator_view_v<D>,
                      "tamis: an OperatorRef of a temporary would dangle; keep the object in a variable, or in an Operator");
        if constexpr (!detail::is_operator_view_v<D>) {
            object_ = std::addressof(a);
            table_ = &detail::OperatorAccess<D, T>::table;
        } else if constexpr (SparseMatrix<D>) {
            keep(a);
        } else {
            keep(MatrixView<const T>(a));
        }
    }
    OperatorRef(const Operator<T>& a) noexcept : OperatorRef(a.ref()) {}
    OperatorRef(const Operator<T>&&) = delete;  // would dangle: keep the Operator in a variable

    explicit operator bool() const noexcept { return table_ != nullptr; }
    [[nodiscard]] std::int64_t rows() const { return table_ != nullptr ? table_->rows(object()) : 0; }
    [[nodiscard]] std::int64_t cols() const { return table_ != nullptr ? table_->cols(object()) : 0; }
    /// Whether apply_adjoint works.
    [[nodiscard]] bool has_adjoint() const { return table_ != nullptr && table_->has_adjoint(object()); }

    /// y = A x. x has cols() entries, y rows(); what y held does not matter. The two must not share memory. Throws
    /// DimensionMismatch, and what the operator itself throws.
    void apply(VectorView<const T> x, VectorView<T> y) const { apply(MatrixView<const T>(x), MatrixView<T>(y)); }
    /// y = Aᴴ x. Unsupported if there is no adjoint.
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const {
        apply_adjoint(MatrixView<const T>(x), MatrixView<T>(y));
    }
    /// Y = A X of a block, at once where the operator can do that, otherwise column by column.
    void apply(MatrixView<const T> X, MatrixView<T> Y) const {
        check("apply", rows(), cols(), X, Y);
        table_->apply(object(), X, Y);
    }
    /// Y = Aᴴ X of a block.
    void apply_adjoint(MatrixView<const T> X, MatrixView<T> Y) const {
        check("apply_adjoint", cols(), rows(), X, Y);
        table_->apply_adjoint(object(), X, Y);
    }
    /// The same for what converts to views: Eigen vectors and expressions, std::vector…
    template <DenseArgument X, class Y>
    void apply(const X& x, Y&& y) const {
        const detail::DenseInput<T, X> in(x);
        apply(in.matrix(), detail::dense_output<T>(y));
    }
    template <DenseArgument X, class Y>
    void apply_adjoint(const X& x, Y&& y) const {
        const detail::DenseInput<T, X> in(x);
        apply_adjoint(in.matrix(), detail::dense_output<T>(y));
    }

    /// For the library's own use: see OperatorTable.
    [[nodiscard]] const T* scaling() const { return table_->scaling(object()); }

  private:
    static constexpr std::size_t view_size = sizeof(CsrView<T, std::int64_t>);

    template <class V>
    void keep(const V& view) noexcept {
        static_assert(sizeof(V) <= view_size && alignof(V) <= alignof(void*) && std::is_trivially_copyable_v<V>);
        ::new (static_cast<void*>(view_)) V(view);
        table_ = &detail::OperatorAccess<V, T>::table;
    }
    [[nodiscard]] const void* object() const noexcept { return object_ != nullptr ? object_ : view_; }
    void check(const char* name, std::int64_t rows, std::int64_t cols, MatrixView<const T> X, MatrixView<T> Y) const {
        if (table_ == nullptr) detail::throw_no_operator();
        detail::check_apply(name, rows, cols, X.rows(), X.cols(), Y.rows(), Y.cols());
    }

    const detail::OperatorTable<T>* table_ = nullptr;
    const void* object_ = nullptr;  // null where the view is kept below
    alignas(void*) std::byte view_[view_size]{};
};

/// A linear operator to keep, in an option such as `.preconditioner` or as the result of operator arithmetic: built from an
/// lvalue it refers to it (which must outlive it), built from a temporary it owns it, so that
/// `CgOptions<double> o{.preconditioner = Amg(A)};` is safe. That is the rule of std::views::all. Copies share what is
/// owned.
template <class T>
class Operator {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// None: tests as false.
    Operator() noexcept = default;
    Operator(const OperatorRef<T>& a) noexcept : ref_(a) {}
    template <class A>
        requires(!std::same_as<std::remove_cvref_t<A>, Operator> && !std::same_as<std::remove_cvref_t<A>, OperatorRef<T>> &&
                 detail::ActsAsOperator<std::remove_cvref_t<A>, T>)
    Operator(A&& a) {
        using D = std::remove_cvref_t<A>;
        if constexpr (std::is_lvalue_reference_v<A> || detail::is_operator_view_v<D>) {
            ref_ = OperatorRef<T>(a);
        } else {
            *this = Operator(std::make_shared<const D>(std::forward<A>(a)));
        }
    }
    /// Shares the ownership of *a.
    template <class A>
        requires detail::ActsAsOperator<A, T>
    explicit Operator(std::shared_ptr<const A> a) : ref_(*a), owned_(std::move(a)) {}

    explicit operator bool() const noexcept { return static_cast<bool>(ref_); }
    [[nodiscard]] std::int64_t rows() const { return ref_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return ref_.cols(); }
    [[nodiscard]] bool has_adjoint() const { return ref_.has_adjoint(); }
    /// y = A x, for vectors and blocks: see OperatorRef.
    template <DenseArgument X, class Y>
    void apply(const X& x, Y&& y) const {
        ref_.apply(x, y);
    }
    /// y = Aᴴ x; Unsupported if there is no adjoint.
    template <DenseArgument X, class Y>
    void apply_adjoint(const X& x, Y&& y) const {
        ref_.apply_adjoint(x, y);
    }
    /// The same operator without a share in what is owned.
    [[nodiscard]] const OperatorRef<T>& ref() const noexcept { return ref_; }

  private:
    OperatorRef<T> ref_;
    std::shared_ptr<const void> owned_;
};

namespace detail {

/// An object that is an operator and nothing else (a matrix has arithmetic of its own, which computes).
template <class A>
concept OperatorObject = requires {
    typename std::remove_cvref_t<A>::scalar_type;
}
&&!SparseMatrix<A> && !DenseArgument<A> &&
    AppliesVectors<std::remove_cvref_t<A>, typename std::remove_cvref_t<A>::scalar_type>;

template <class A, class B>
concept OperatorOperands = (OperatorObject<A> || OperatorObject<B>)&&OperatorArgument<A>&& OperatorArgument<
    B>&& std::same_as<operator_scalar_t<A>, operator_scalar_t<B>>;

// Compiled once a scalar; they check the sizes.
template <class T>
Operator<T> operator_product(Operator<T> a, Operator<T> b);
template <class T>
Operator<T> operator_sum(Operator<T> a, Operator<T> b, T alpha, T beta);
template <class T>
Operator<T> operator_adjoint(Operator<T> a);

struct NoAdjoint {};

/// What make_operator keeps.
template <class T, class Apply, class Adjoint>
class CallableOperator {
  public:
    using scalar_type = T;
    CallableOperator(std::int64_t rows, std::int64_t cols, Apply apply, Adjoint adjoint)
        : rows_(rows),
          cols_(cols),
          apply_(std::move(apply)),
          adjoint_(std::move(adjoint)) {}
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    void apply(VectorView<const T> x, VectorView<T> y) const { apply_(x, y); }
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const requires(!std::same_as<Adjoint, NoAdjoint>) {
        adjoint_(x, y);
    }

  private:
    std::int64_t rows_;
    std::int64_t cols_;
    mutable Apply apply_;
    mutable Adjoint adjoint_;
};

}  // namespace detail

/// The rows×cols operator whose product is a function of yours: apply(x, y) writes A x to y, apply_adjoint(x, y) Aᴴ x; x is
/// a VectorView<const T>, y a VectorView<T> (`size() operator[] data() stride() eigen()`), contiguous within tamis's own
/// methods. y may hold anything beforehand and has to be written in full. The functions are copied (moved) into the
/// operator; what they refer to has to live as long. Exceptions that they throw pass through every method. They may be
/// called from several threads at once if the operator is. For products with blocks write a class, see OperatorArgument.
/// InvalidArgument for negative sizes.
template <class T, class Apply>
    requires std::invocable<Apply&, VectorView<const T>, VectorView<T>>
[[nodiscard]] Operator<T> make_operator(std::int64_t rows, std::int64_t cols, Apply apply) {
    detail::check_operator_sizes(rows, cols);
    return detail::CallableOperator<T, Apply, detail::NoAdjoint>(rows, cols, std::move(apply), {});
}
template <class T, class Apply, class Adjoint>
    requires std::invocable<Apply&, VectorView<const T>, VectorView<T>> &&
        std::invocable<Adjoint&, VectorView<const T>, VectorView<T>>
[[nodiscard]] Operator<T> make_operator(std::int64_t rows, std::int64_t cols, Apply apply, Adjoint apply_adjoint) {
    detail::check_operator_sizes(rows, cols);
    return detail::CallableOperator<T, Apply, Adjoint>(rows, cols, std::move(apply), std::move(apply_adjoint));
}

/// The inverse of what F factored, as an operator: an lvalue is referred to, a temporary owned.
template <class F>
    requires Factorization<std::remove_cvref_t<F>>
[[nodiscard]] auto inverse_operator(F&& f) {
    return Operator<typename std::remove_cvref_t<F>::scalar_type>(std::forward<F>(f));
}

// Arithmetic of operators: at least one operand is an operator object (Operator, OperatorRef, TunedMatrix, a
// preconditioner); the other may be any OperatorArgument, a matrix too. (Two matrices multiply to a matrix.) The result
// computes nothing until it is applied, refers to lvalues and owns temporaries, as Operator does. It has an adjoint if both
// operands have one. Products and sums hold a vector of intermediate results for each thread that applies them at one time.

/// x ↦ a (b x). DimensionMismatch unless a.cols() = b.rows().
template <class A, class B>
    requires detail::OperatorOperands<A, B> &&(!DenseArgument<B>) [[nodiscard]] auto operator*(A&& a, B&& b) {
        using T = operator_scalar_t<A>;
        return detail::operator_product<T>(Operator<T>(std::forward<A>(a)), Operator<T>(std::forward<B>(b)));
    }
    /// x ↦ a x + b x. DimensionMismatch unless both have one shape.
    template <class A, class B>
        requires detail::OperatorOperands<A, B>
    [[nodiscard]] auto operator+(A&& a, B&& b) {
        using T = operator_scalar_t<A>;
        return detail::operator_sum<T>(Operator<T>(std::forward<A>(a)), Operator<T>(std::forward<B>(b)), T(1), T(1));
    }
    /// x ↦ a x − b x.
    template <class A, class B>
        requires detail::OperatorOperands<A, B>
    [[nodiscard]] auto operator-(A&& a, B&& b) {
        using T = operator_scalar_t<A>;
        return detail::operator_sum<T>(Operator<T>(std::forward<A>(a)), Operator<T>(std::forward<B>(b)), T(1), T(-1));
    }
    /// x ↦ alpha (a x).
    template <class A>
        requires detail::OperatorObject<A>
    [[nodiscard]] auto operator*(const std::type_identity_t<operator_scalar_t<A>>& alpha, A&& a) {
        using T = operator_scalar_t<A>;
        return detail::operator_sum<T>(Operator<T>(std::forward<A>(a)), Operator<T>(), alpha, T(0));
    }
    /// x ↦ aᴴ x. Unsupported if a has no adjoint.
    template <class A>
        requires detail::OperatorObject<A>
    [[nodiscard]] auto adjoint(A&& a) {
        using T = operator_scalar_t<A>;
        return detail::operator_adjoint<T>(Operator<T>(std::forward<A>(a)));
    }

    /// a x as a Vector<T>, a X as a Matrix<T>.
    template <class T, DenseArgument X>
    [[nodiscard]] DenseResult<T, X> operator*(const OperatorRef<T>& a, const X& x) {
        const detail::DenseInput<T, X> in(x);
        DenseResult<T, X> y(a.rows(), in.matrix().cols());
        a.apply(in.matrix(), MatrixView<T>(y));
        return y;
    }
    template <class T, DenseArgument X>
    [[nodiscard]] DenseResult<T, X> operator*(const Operator<T>& a, const X& x) {
        return a.ref() * x;
    }

}  // namespace tamis
