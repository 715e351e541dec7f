#include "iterative/graph/deflation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/select.hpp>

#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class I>
NullSpaceOfLaplacian::NullSpaceOfLaplacian(const std::vector<I>& labels, std::int64_t count, Array<double> size)
    : entries_(std::move(size)),
      norms_(count) {
    const std::int64_t n = entries_.size();
    const auto label = [&](std::int64_t i) { return static_cast<std::int64_t>(labels[static_cast<std::size_t>(i)]); };
    for (std::int64_t i = 0; i < n; ++i) norms_[label(i)] += entries_[i] * entries_[i];
    for (double& x : norms_) x = std::sqrt(x);
    for (std::int64_t i = 0; i < n; ++i) entries_[i] /= norms_[label(i)];
    if (count <= 1) return;
    labels_ = Array<std::int64_t>(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) labels_[i] = label(i);
}
template NullSpaceOfLaplacian::NullSpaceOfLaplacian(const std::vector<std::int32_t>&, std::int64_t, Array<double>);
template NullSpaceOfLaplacian::NullSpaceOfLaplacian(const std::vector<std::int64_t>&, std::int64_t, Array<double>);

void NullSpaceOfLaplacian::add_projection(double a, VectorView<const double> x, VectorView<double> y) const {
    const std::int64_t n = entries_.size();
    if (labels_.empty()) {
        if (x.stride() == 1 && y.stride() == 1)
            return vec::axpy(n, a * vec::dot(n, entries_.data(), x.data()), entries_.data(), y.data());
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += entries_[i] * x[i];
        for (std::int64_t i = 0; i < n; ++i) y[i] += a * sum * entries_[i];
        return;
    }
    Array<double> sums(norms_.size());
    for (std::int64_t i = 0; i < n; ++i) sums[labels_[i]] += entries_[i] * x[i];
    for (std::int64_t i = 0; i < n; ++i) y[i] += a * sums[labels_[i]] * entries_[i];
}

template <class I>
void DeflatedLaplacian<I>::apply(MatrixView<const double> X, MatrixView<double> Y) const {
    multiply<double, I>(L_, Operation::none, X, Y, 1.0, 0.0, "apply");
    for (std::int64_t j = 0; j < X.cols(); ++j) N_.add_projection(alpha_, X.col(j), Y.col(j));
}
template class DeflatedLaplacian<std::int32_t>;
template class DeflatedLaplacian<std::int64_t>;

void DeflatedInverse::apply(MatrixView<const double> X, MatrixView<double> Y) const {
    const std::int64_t n = X.rows(), m = X.cols();
    ScratchPool<double>::Lease lease(scratch_, n * m);
    const MatrixView<double> Z(lease.data(), n, m);
    const auto scale = [&](VectorView<double> x) {
        for (std::int64_t i = 0; i < S_.size(); ++i) x[i] *= S_[i];
    };
    for (std::int64_t j = 0; j < m; ++j) {
        const VectorView<double> z = Z.col(j);
        vec::copy(X.col(j), z.data());
        N_.add_projection(-1, X.col(j), z);
        scale(z);
    }
    M_.ref().apply(MatrixView<const double>(Z), Y);
    for (std::int64_t j = 0; j < m; ++j) {
        const VectorView<double> y = Y.col(j);
        scale(y);
        N_.add_projection(-1, VectorView<const double>(y), y);
        N_.add_projection(1 / alpha_, X.col(j), y);
    }
}

namespace {

template <class I>
class GroundedFactor {
  public:
    using scalar_type = double;
    GroundedFactor(SparseCholesky<double, I> factor, std::vector<std::int64_t> unknowns, std::int64_t n)
        : factor_(std::move(factor)),
          unknowns_(std::move(unknowns)),
          n_(n) {}
    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    void apply(VectorView<const double> b, VectorView<double> x) const {
        apply(MatrixView<const double>(b), MatrixView<double>(x));
    }
    void apply(MatrixView<const double> B, MatrixView<double> X) const {
        const std::int64_t m = std::ssize(unknowns_);
        ScratchPool<double>::Lease lease(scratch_, m * B.cols());
        const MatrixView<double> Z(lease.data(), m, B.cols());
        for (std::int64_t j = 0; j < B.cols(); ++j)
            for (std::int64_t i = 0; i < m; ++i) Z(i, j) = B(unknowns_[static_cast<std::size_t>(i)], j);
        factor_.solve_into(Z, Z);
        for (std::int64_t j = 0; j < B.cols(); ++j) {
            for (std::int64_t i = 0; i < n_; ++i) X(i, j) = 0;
            for (std::int64_t i = 0; i < m; ++i) X(unknowns_[static_cast<std::size_t>(i)], j) = Z(i, j);
        }
    }

  private:
    SparseCholesky<double, I> factor_;
    std::vector<std::int64_t> unknowns_;
    std::int64_t n_;
    mutable ScratchPool<double> scratch_;
};

}  // namespace

template <class I>
Operator<double> grounded_inverse(CsrView<double, I> L, const std::vector<I>& labels, std::int64_t count,
                                  std::span<const double> degrees) {
    // Grounded at the vertex of the largest degree, the factor is smallest and the solution most accurate.
    std::vector<std::int64_t> ground(static_cast<std::size_t>(count), -1), unknowns;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        auto& g = ground[static_cast<std::size_t>(labels[i])];
        if (g < 0 || degrees[i] > degrees[static_cast<std::size_t>(g)]) g = static_cast<std::int64_t>(i);
    }
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (ground[static_cast<std::size_t>(labels[i])] != static_cast<std::int64_t>(i))
            unknowns.push_back(static_cast<std::int64_t>(i));
    const Csr<double, I> G = extract(L, unknowns, unknowns, "rows", "cols");
    return Operator<double>(
        std::make_shared<const GroundedFactor<I>>(SparseCholesky<double, I>(G), std::move(unknowns), L.rows()));
}
template Operator<double> grounded_inverse(CsrView<double, std::int32_t>, const std::vector<std::int32_t>&, std::int64_t,
                                           std::span<const double>);
template Operator<double> grounded_inverse(CsrView<double, std::int64_t>, const std::vector<std::int64_t>&, std::int64_t,
                                           std::span<const double>);

}  // namespace tamis::detail
