// How SPQR keeps a front of m rows and n columns, p of them pivotal: column after column, the entries of R and then those of
// the Householder vector below its unit entry. Column k < p has k + 1 rows of R, less the dead columns before it, and the
// later ones as many as the last of those. The vector of column k ends at row Stair[k]; a dead column has Stair[k] = 0 and
// no vector. Davis: Algorithm 915, section 3, and the description of spqr_numeric in SuiteSparseQR.hpp.
#include "sparse/suitesparse/backend.hpp"
#include "tamis_backends.hpp"

#if TAMIS_WITH_GPL

#include "sparse/suitesparse/spqr_factor.hpp"

#include <algorithm>

#include "sparse/product.hpp"
#include "sparse/suitesparse/compressed_parts.hpp"

namespace tamis::detail {

namespace {

using Long = std::int64_t;

// Σ conj(a_i) b_i, in four sums that do not wait for each other.
template <class E>
E conjugated_dot(const E* a, const E* b, Long n) {
    E s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    Long i = 0;
    for (; i + 4 <= n; i += 4) {
        s0 += times(conjugate(a[i]), b[i]);
        s1 += times(conjugate(a[i + 1]), b[i + 1]);
        s2 += times(conjugate(a[i + 2]), b[i + 2]);
        s3 += times(conjugate(a[i + 3]), b[i + 3]);
    }
    for (; i < n; ++i) s0 += times(conjugate(a[i]), b[i]);
    return (s0 + s1) + (s2 + s3);
}

// y −= s·a.
template <class E>
void subtract(const E& s, const E* a, E* y, Long n) {
    for (Long i = 0; i < n; ++i) y[i] -= times(s, a[i]);
}

}  // namespace

/// The columns of a front, and workspace for its rows.
template <class E>
struct SpqrFactor<E>::Front {
    explicit Front(const SuiteSparseQR_factorization<E>& qr) : rows(static_cast<std::size_t>(qr.QRnum->maxfm)) {
        columns.reserve(static_cast<std::size_t>(qr.QRsym->maxfn));
    }
    std::vector<Column> columns;
    std::vector<E> rows;
};

template <class E>
template <class Visit>
void SpqrFactor<E>::for_each_column(Long f, const Visit& visit) const {
    const auto& symbolic = *qr_->QRsym;
    const auto& numeric = *qr_->QRnum;
    const Long first = symbolic.Rp[f];
    const Long columns = symbolic.Rp[f + 1] - first;
    const Long pivotal = symbolic.Super[f + 1] - symbolic.Super[f];
    const Long rows = numeric.Hm[f];
    const Long* const stair = numeric.HStair + first;
    const E* at = numeric.Rblock[f];
    Long r_rows = 0;
    Long eliminated = 0;  // rows of the front above the vector's tail
    for (Long k = 0; k < columns; ++k) {
        Long end = stair[k];
        if (k < pivotal) {
            if (end == 0) end = r_rows;
            else if (r_rows < rows) ++r_rows;
            eliminated = r_rows;
        } else {
            eliminated = std::min(eliminated + 1, rows);
        }
        const Long tail = std::max(end - eliminated, Long{0});
        const E tau = stair[k] == 0 ? E(0) : numeric.HTau[first + k];
        visit(Column{symbolic.Rj[first + k], at, r_rows, tau, at + r_rows, eliminated - 1, tail});
        at += r_rows + tail;
    }
}

template <class E>
void SpqrFactor<E>::load(Long f, Front& front) const {
    front.columns.clear();
    for_each_column(f, [&](const Column& column) { front.columns.push_back(column); });
}

template <class E>
SpqrFactor<E>::SpqrFactor(std::shared_ptr<SpqrObject<E>> object, std::vector<Long>&& columns, double flops)
    : object_(std::move(object)),
      qr_(object_->get()),
      flops_(flops),
      position_(columns.size()),
      permutation_(columns.size()),
      first_row_(static_cast<std::size_t>(qr_->QRsym->nf)) {
    const auto& symbolic = *qr_->QRsym;
    const auto& numeric = *qr_->QRnum;
    Long live = 0;
    Long dead = rank();
    for (std::size_t j = 0; j < columns.size(); ++j) {
        position_[j] = numeric.Rdead != nullptr && numeric.Rdead[j] != 0 ? dead++ : live++;
        permutation_[static_cast<std::size_t>(position_[j])] = columns[j];
    }
    Long row = 0;
    double nonzeros = 0;
    for (Long f = 0; f < symbolic.nf; ++f) {
        first_row_[static_cast<std::size_t>(f)] = row;
        row += numeric.Hr[f];
        for_each_column(f, [&](const Column& column) {
            nonzeros += static_cast<double>(column.r_rows + (column.tau == E(0) ? 0 : column.v_rows + 1));
        });
    }
    const auto integers = static_cast<double>(10 + 5 * rows() + symbolic.anz + 5 * cols() + 9 * symbolic.nf +
                                              2 * symbolic.rjsize + numeric.hisize);
    size_ = {nonzeros, flops, nonzeros * sizeof(E) + integers * sizeof(Long)};
}

template <class E>
void SpqrFactor<E>::apply_q_adjoint(const E* x, E* y) const {
    const auto& numeric = *qr_->QRnum;
    for (Long i = 0; i < rows(); ++i) y[numeric.HPinv[i]] = x[i];
    Front front(*qr_);
    E* const w = front.rows.data();
    for (Long f = 0; f < qr_->QRsym->nf; ++f) {
        const Long* const rows_of = numeric.Hii + qr_->QRsym->Hip[f];
        for (Long i = 0; i < numeric.Hm[f]; ++i) w[i] = y[rows_of[i]];
        for_each_column(f, [&](const Column& column) {
            if (column.tau == E(0)) return;
            E* const head = w + column.head;
            const E s = times(conjugate(column.tau), *head + conjugated_dot(column.v, head + 1, column.v_rows));
            *head -= s;
            subtract(s, column.v, head + 1, column.v_rows);
        });
        for (Long i = 0; i < numeric.Hm[f]; ++i) y[rows_of[i]] = w[i];
    }
}

template <class E>
void SpqrFactor<E>::apply_q(E* y, E* x) const {
    const auto& numeric = *qr_->QRnum;
    Front front(*qr_);
    E* const w = front.rows.data();
    for (Long f = qr_->QRsym->nf - 1; f >= 0; --f) {
        const Long* const rows_of = numeric.Hii + qr_->QRsym->Hip[f];
        for (Long i = 0; i < numeric.Hm[f]; ++i) w[i] = y[rows_of[i]];
        load(f, front);
        for (auto column = front.columns.rbegin(); column != front.columns.rend(); ++column) {
            if (column->tau == E(0)) continue;
            E* const head = w + column->head;
            const E s = times(column->tau, *head + conjugated_dot(column->v, head + 1, column->v_rows));
            *head -= s;
            subtract(s, column->v, head + 1, column->v_rows);
        }
        for (Long i = 0; i < numeric.Hm[f]; ++i) y[rows_of[i]] = w[i];
    }
    for (Long i = 0; i < rows(); ++i) x[i] = y[numeric.HPinv[i]];
}

// No column is dead: the pivotal columns of a front are the rows of R that it holds.
template <class E>
void SpqrFactor<E>::solve_r(E* c) const {
    Front front(*qr_);
    for (Long f = qr_->QRsym->nf - 1; f >= 0; --f) {
        E* const own = c + qr_->QRsym->Super[f];
        load(f, front);
        for (std::size_t k = front.columns.size(); k-- > 0;) {
            const auto& column = front.columns[k];
            const Long local = column.index - qr_->QRsym->Super[f];
            if (local < column.r_rows) {
                own[local] /= column.r[local];
                subtract(own[local], column.r, own, local);
            } else {
                subtract(c[column.index], column.r, own, column.r_rows);
            }
        }
    }
}

template <class E>
void SpqrFactor<E>::solve_r_adjoint(E* c) const {
    for (Long f = 0; f < qr_->QRsym->nf; ++f) {
        const E* const own = c + qr_->QRsym->Super[f];
        for_each_column(f, [&](const Column& column) {
            const Long local = column.index - qr_->QRsym->Super[f];
            E& z = c[column.index];
            if (local < column.r_rows) z = (z - conjugated_dot(column.r, own, local)) / conjugate(column.r[local]);
            else z -= conjugated_dot(column.r, own, column.r_rows);
        });
    }
}

template <class E>
Csc<E, Long> SpqrFactor<E>::matrix_r() const {
    const auto fronts = qr_->QRsym->nf;
    Array<Long> offsets(cols() + 1);
    const auto for_each_entry = [&](const auto& visit) {
        for (Long f = 0; f < fronts; ++f) {
            for_each_column(f, [&](const Column& column) {
                const Long j = position_[static_cast<std::size_t>(column.index)];
                for (Long i = 0; i < column.r_rows; ++i)
                    if (column.r[i] != E(0)) visit(first_row_[static_cast<std::size_t>(f)] + i, j, column.r[i]);
            });
        }
    };
    for_each_entry([&](Long, Long j, const E&) { ++offsets[j + 1]; });
    for (Long j = 0; j < cols(); ++j) offsets[j + 1] += offsets[j];
    auto indices = never_null<Long>(offsets[cols()]);
    auto values = never_null<E>(offsets[cols()]);
    Array<Long> next(std::span<const Long>(offsets.data(), static_cast<std::size_t>(cols())));
    // Rows ascend from front to front.
    for_each_entry([&](Long i, Long j, const E& value) {
        const Long q = next[j]++;
        indices[q] = i;
        values[q] = value;
    });
    return {unchecked, rank(), cols(), std::move(offsets), std::move(indices), std::move(values)};
}

template <class E>
HouseholderParts<E> SpqrFactor<E>::parts() const {
    const auto& symbolic = *qr_->QRsym;
    const auto& numeric = *qr_->QRnum;
    Long reflections = 0;
    Long entries = 0;
    for (Long f = 0; f < symbolic.nf; ++f) {
        for_each_column(f, [&](const Column& column) {
            if (column.tau == E(0)) return;
            ++reflections;
            entries += column.v_rows + 1;
        });
    }
    Array<Long> offsets(reflections + 1);
    auto indices = never_null<Long>(entries);
    auto values = never_null<E>(entries);
    auto tau = never_null<E>(reflections);
    Long h = 0;
    Long q = 0;
    for (Long f = 0; f < symbolic.nf; ++f) {
        const Long* const rows_of = numeric.Hii + symbolic.Hip[f];
        for_each_column(f, [&](const Column& column) {
            if (column.tau == E(0)) return;
            tau[h] = column.tau;
            indices[q] = rows_of[column.head];
            values[q++] = E(1);
            for (Long i = 0; i < column.v_rows; ++i) {
                if (column.v[i] == E(0)) continue;
                indices[q] = rows_of[column.head + 1 + i];
                values[q++] = column.v[i];
            }
            offsets[++h] = q;
        });
    }
    indices.shrink(q);
    values.shrink(q);
    HouseholderParts<E> parts;
    parts.rank = rank();
    parts.tolerance = qr_->tol;
    parts.r = matrix_r();
    // A front's rows come in no order; transposing twice sorts.
    parts.h = transposed_columns(transposed_columns<E, Long>(reflections, rows(), offsets, indices, values));
    parts.tau = std::move(tau);
    parts.row_position.assign(numeric.HPinv, numeric.HPinv + rows());
    parts.permutation = permutation_;
    parts.flops = flops_;
    return parts;
}

template class SpqrFactor<double>;
template class SpqrFactor<std::complex<double>>;

}  // namespace tamis::detail

#endif
