// Complete orthogonal decompositions in files.
#include <string>
#include <utility>

#include "sparse/complete_orthogonal.hpp"
#include "sparse/householder.hpp"
#include "sparse/save/state_file.hpp"

namespace tamis::detail {

namespace {

using Long = std::int64_t;
constexpr Long most = std::numeric_limits<Long>::max() - 1;

template <class E>
void write_fields_of(FieldsWriter& fields, const HouseholderParts<E>& F) {
    fields.integer(F.rank);
    fields.real(F.tolerance);
    fields.integer(F.r.rows());
    fields.integer(F.h.cols());
    fields.real(F.flops);
}

// Empty matrices stand for the sizes until the parts are read.
template <class E>
HouseholderParts<E> read_fields_of(FieldsReader& fields) {
    HouseholderParts<E> F;
    F.rank = fields.integer(most);
    F.tolerance = fields.real();
    const auto rows_of_r = fields.integer(most);
    const auto reflections = fields.integer(most);
    F.r = Csc<E, Long>(unchecked, rows_of_r, 0, Array<Long>(1), {}, {});
    F.h = Csc<E, Long>(unchecked, reflections, 0, Array<Long>(1), {}, {});
    F.flops = fields.real();
    return F;
}

template <class E>
void write_parts_of(FactorWriter& file, const std::string& name, const HouseholderParts<E>& F) {
    file.columns(name + "R", F.r);
    file.columns(name + "H", F.h);
    file.array(name + ".tau", F.tau.span());
    file.indices(name + ".rows", F.row_position, std::ssize(F.row_position));
    file.indices(name + ".order", F.permutation, std::ssize(F.permutation));
}

template <class E>
void read_parts_of(FactorReader& file, const std::string& name, HouseholderParts<E>& F, Long rows, Long cols) {
    const auto rows_of_r = F.r.rows();
    const auto reflections = F.h.rows();
    file.require(F.rank <= rows_of_r && rows_of_r <= rows && F.rank <= cols, "fields", "has a rank beyond the matrix");
    F.r = file.columns<E>(name + "R", rows_of_r, cols);
    check_upper(file, name + "R", F.r, F.rank);
    F.h = file.columns<E>(name + "H", rows, reflections);
    F.tau = file.array<E>(name + ".tau", reflections);
    F.row_position = file.permutation(name + ".rows", rows);
    F.permutation = file.permutation(name + ".order", cols);
}

}  // namespace

template <class E>
auto CompleteOrthogonal<E>::saved() const -> Saved {
    Saved saved{tall_->parts(), std::nullopt, size_};
    if (completion_) saved.completion = completion_->parts();
    return saved;
}

template <class E>
void CompleteOrthogonal<E>::write_fields(FieldsWriter& fields, const Saved& saved) {
    fields.real(saved.size.nonzeros);
    fields.real(saved.size.flops);
    fields.real(saved.size.bytes);
    write_fields_of(fields, saved.tall);
    fields.integer(saved.completion ? 1 : 0);
    if (saved.completion) write_fields_of(fields, *saved.completion);
}

template <class E>
auto CompleteOrthogonal<E>::read_fields(FieldsReader& fields) -> Saved {
    Saved saved;
    saved.size.nonzeros = fields.quantity();
    saved.size.flops = fields.quantity();
    saved.size.bytes = fields.quantity();
    saved.tall = read_fields_of<E>(fields);
    if (fields.flag()) saved.completion = read_fields_of<E>(fields);
    return saved;
}

template <class E>
void CompleteOrthogonal<E>::write_parts(FactorWriter& file, const Saved& saved) const {
    write_parts_of(file, "t", saved.tall);
    if (saved.completion) write_parts_of(file, "c", *saved.completion);
    if (wide_) file.columns("A", A_);
}

template <class E>
CompleteOrthogonal<E>::CompleteOrthogonal(Saved&& saved, FactorReader& file, Long rows, Long cols)
    : size_(saved.size),
      wide_(rows < cols) {
    const auto larger = std::max(rows, cols);
    const auto narrow = std::min(rows, cols);
    read_parts_of(file, "t", saved.tall, larger, narrow);
    // A deficient rank needs the completion: of R's rows, as many as the rank.
    const auto rank = saved.tall.rank;
    file.require(saved.completion.has_value() == (rank > 0 && rank < narrow), "fields", "has a rank that does not fit");
    tall_ = std::make_unique<HouseholderFactor<E>>(std::move(saved.tall));
    if (saved.completion) {
        file.require(saved.completion->rank == rank, "fields", "has two ranks");
        read_parts_of(file, "c", *saved.completion, narrow, rank);
        completion_ = std::make_unique<HouseholderFactor<E>>(std::move(*saved.completion));
    }
    if (wide_) A_ = file.columns<E>("A", rows, cols);
}

#define TAMIS_INSTANTIATE(E)                                                             \
    template auto CompleteOrthogonal<E>::saved() const->Saved;                           \
    template void CompleteOrthogonal<E>::write_fields(FieldsWriter&, const Saved&);      \
    template auto CompleteOrthogonal<E>::read_fields(FieldsReader&)->Saved;              \
    template void CompleteOrthogonal<E>::write_parts(FactorWriter&, const Saved&) const; \
    template CompleteOrthogonal<E>::CompleteOrthogonal(Saved&&, FactorReader&, std::int64_t, std::int64_t);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
