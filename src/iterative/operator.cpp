#include <tamis/iterative/operator.hpp>

#include <string>

#include "instantiate.hpp"
#include "iterative/scratch_pool.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

void throw_no_adjoint() {
    throw Unsupported(
        "apply_adjoint: this operator has no adjoint; give make_operator a second function, or the class an apply_adjoint");
}

void throw_no_operator() {
    throw InvalidArgument("apply: the operator is empty");
}

void check_operator_sizes(std::int64_t rows, std::int64_t cols) {
    if (rows < 0 || cols < 0)
        throw InvalidArgument("make_operator: sizes must be at least 0, got " + std::to_string(rows) + "×" +
                              std::to_string(cols));
}

void check_apply(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t x_rows, std::int64_t x_cols,
                 std::int64_t y_rows, std::int64_t y_cols) {
    const auto fail = [name](const char* what, std::int64_t expected, std::int64_t got) {
        throw DimensionMismatch(
            std::string(name) + ": " + what + " " + std::to_string(expected) + " is needed, got " + std::to_string(got),
            expected, got);
    };
    if (x_rows != cols) fail("x does not fit the operator; a length of", cols, x_rows);
    if (y_rows != rows) fail("y does not fit the operator; a length of", rows, y_rows);
    if (y_cols != x_cols) fail("y must have as many columns as x;", x_cols, y_cols);
}

namespace {

template <class T>
MatrixView<T> block(T* data, std::int64_t rows, std::int64_t cols) {
    return {data, rows, cols};
}

template <class T>
class ProductOperator {
  public:
    using scalar_type = T;
    ProductOperator(Operator<T> a, Operator<T> b) : a_(std::move(a)), b_(std::move(b)) {}
    [[nodiscard]] std::int64_t rows() const { return a_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return b_.cols(); }
    [[nodiscard]] bool has_adjoint() const { return a_.has_adjoint() && b_.has_adjoint(); }
    void apply(VectorView<const T> x, VectorView<T> y) const { apply(MatrixView<const T>(x), MatrixView<T>(y)); }
    void apply(MatrixView<const T> X, MatrixView<T> Y) const {
        typename ScratchPool<T>::Lease scratch(pool_, b_.rows() * X.cols());
        const auto S = block(scratch.data(), b_.rows(), X.cols());
        b_.ref().apply(X, S);
        a_.ref().apply(MatrixView<const T>(S), Y);
    }
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const {
        apply_adjoint(MatrixView<const T>(x), MatrixView<T>(y));
    }
    void apply_adjoint(MatrixView<const T> X, MatrixView<T> Y) const {
        typename ScratchPool<T>::Lease scratch(pool_, b_.rows() * X.cols());
        const auto S = block(scratch.data(), b_.rows(), X.cols());
        a_.ref().apply_adjoint(X, S);
        b_.ref().apply_adjoint(MatrixView<const T>(S), Y);
    }

  private:
    Operator<T> a_;
    Operator<T> b_;
    mutable ScratchPool<T> pool_;
};

/// alpha a + beta b, or alpha a where there is no b.
template <class T>
class SumOperator {
  public:
    using scalar_type = T;
    SumOperator(Operator<T> a, Operator<T> b, T alpha, T beta)
        : a_(std::move(a)),
          b_(std::move(b)),
          alpha_(alpha),
          beta_(beta) {}
    [[nodiscard]] std::int64_t rows() const { return a_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return a_.cols(); }
    [[nodiscard]] bool has_adjoint() const { return a_.has_adjoint() && (!b_ || b_.has_adjoint()); }
    void apply(VectorView<const T> x, VectorView<T> y) const { apply(MatrixView<const T>(x), MatrixView<T>(y)); }
    void apply(MatrixView<const T> X, MatrixView<T> Y) const {
        a_.ref().apply(X, Y);
        combine(Y, alpha_, beta_, [&](MatrixView<T> S) { b_.ref().apply(X, S); });
    }
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const {
        apply_adjoint(MatrixView<const T>(x), MatrixView<T>(y));
    }
    void apply_adjoint(MatrixView<const T> X, MatrixView<T> Y) const {
        a_.ref().apply_adjoint(X, Y);
        combine(Y, conjugate(alpha_), conjugate(beta_), [&](MatrixView<T> S) { b_.ref().apply_adjoint(X, S); });
    }

  private:
    /// Y ← alpha Y + beta S.
    template <class Product>
    void combine(MatrixView<T> Y, T alpha, T beta, const Product& product) const {
        if (!b_) {
            for (std::int64_t j = 0; j < Y.cols(); ++j)
                for (std::int64_t i = 0; i < Y.rows(); ++i) Y(i, j) = times(alpha, Y(i, j));
            return;
        }
        typename ScratchPool<T>::Lease scratch(pool_, Y.rows() * Y.cols());
        const auto S = block(scratch.data(), Y.rows(), Y.cols());
        product(S);
        for (std::int64_t j = 0; j < Y.cols(); ++j)
            for (std::int64_t i = 0; i < Y.rows(); ++i)
                Y(i, j) =
                    (alpha == T(1) ? Y(i, j) : times(alpha, Y(i, j))) + (beta == T(1) ? S(i, j) : times(beta, S(i, j)));
    }

    Operator<T> a_;
    Operator<T> b_;
    T alpha_;
    T beta_;
    mutable ScratchPool<T> pool_;
};

template <class T>
class AdjointOperator {
  public:
    using scalar_type = T;
    explicit AdjointOperator(Operator<T> a) : a_(std::move(a)) {}
    [[nodiscard]] std::int64_t rows() const { return a_.cols(); }
    [[nodiscard]] std::int64_t cols() const { return a_.rows(); }
    void apply(VectorView<const T> x, VectorView<T> y) const { a_.ref().apply_adjoint(x, y); }
    void apply(MatrixView<const T> X, MatrixView<T> Y) const { a_.ref().apply_adjoint(X, Y); }
    void apply_adjoint(VectorView<const T> x, VectorView<T> y) const { a_.ref().apply(x, y); }
    void apply_adjoint(MatrixView<const T> X, MatrixView<T> Y) const { a_.ref().apply(X, Y); }

  private:
    Operator<T> a_;
};

void check_equal(const char* what, std::int64_t a, std::int64_t b) {
    if (a == b) return;
    throw DimensionMismatch(
        std::string(what) + ": the operators do not fit, " + std::to_string(a) + " against " + std::to_string(b), a, b);
}

template <class T>
void check_operand(const Operator<T>& a) {
    if (!a) throw InvalidArgument("operator arithmetic: an operand is empty");
}

}  // namespace

template <class T>
Operator<T> operator_product(Operator<T> a, Operator<T> b) {
    check_operand(a);
    check_operand(b);
    check_equal("a * b", a.cols(), b.rows());
    return Operator<T>(std::make_shared<const ProductOperator<T>>(std::move(a), std::move(b)));
}

template <class T>
Operator<T> operator_sum(Operator<T> a, Operator<T> b, T alpha, T beta) {
    check_operand(a);
    if (beta != T(0)) check_operand(b);
    if (b) {
        check_equal("a ± b, rows", a.rows(), b.rows());
        check_equal("a ± b, columns", a.cols(), b.cols());
    }
    return Operator<T>(std::make_shared<const SumOperator<T>>(std::move(a), std::move(b), alpha, beta));
}

template <class T>
Operator<T> operator_adjoint(Operator<T> a) {
    check_operand(a);
    if (!a.has_adjoint()) throw_no_adjoint();
    return Operator<T>(std::make_shared<const AdjointOperator<T>>(std::move(a)));
}

#define TAMIS_INSTANTIATE(T)                                              \
    template Operator<T> operator_product<T>(Operator<T>, Operator<T>);   \
    template Operator<T> operator_sum<T>(Operator<T>, Operator<T>, T, T); \
    template Operator<T> operator_adjoint<T>(Operator<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
