// Private: the numeric part of a sparse QR factorization, by which least-squares and minimum-norm problems are solved at any
// rank.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sparse/factor_input.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

class FieldsWriter;
class FieldsReader;

/// A and the tall matrix B that is factored: A itself, or Aᴴ if A is wide.
template <class E>
struct TallColumns {
    Csc<E, std::int64_t> A;  ///< empty unless A is wide
    Csc<E, std::int64_t> B;
};
template <class E, class I>
TallColumns<E> tall_columns(Columns<E, I>&& columns);

/// Unsupported in a build without SPQR; InvalidArgument for a shifted rectangle.
void check_qr(const char* what, std::int64_t rows, std::int64_t cols, const FactorOptions& options);

/// The complete orthogonal decomposition of the tall B, and the QR factorization of a wide A itself once it is asked for.
template <class E>
class CompleteOrthogonal {
  public:
    using Parts = HouseholderParts<E>;
    using Factor = OrthogonalFactor<E>;

    CompleteOrthogonal(TallColumns<E>&& matrix, const QrSymbolic& symbolic, const FactorOptions& options);

    /// What lies in a file, the small things first and then the parts; written and read in complete_orthogonal_file.cpp.
    struct Saved {
        Parts tall;
        std::optional<Parts> completion;
        FactorSize size;
    };
    [[nodiscard]] Saved saved() const;
    static void write_fields(FieldsWriter& fields, const Saved& saved);
    void write_parts(FactorWriter& file, const Saved& saved) const;
    [[nodiscard]] static Saved read_fields(FieldsReader& fields);
    CompleteOrthogonal(Saved&& saved, FactorReader& file, std::int64_t rows, std::int64_t cols);

    [[nodiscard]] std::int64_t rank() const noexcept { return tall_->rank(); }
    [[nodiscard]] FactorSize size() const noexcept { return size_; }

    /// x (cols of B) with min ‖b − B x‖ and, of those, the least norm; `work` has rows(B) elements, `second` cols(B).
    void least_squares(const E* b, E* x, E* work, E* second) const;
    /// x (rows of B) with min ‖b − Bᴴ x‖ and, of those, the least norm.
    void minimum_norm(const E* b, E* x, E* work, E* second) const;

    /// A(:, p) = Q·R; for a wide matrix made at the first call, held against the memory limit then.
    [[nodiscard]] const Factor& direct(const char* caller, const FactorOptions& options) const;

  private:
    // Factors B with its columns in this order and completes it where the rank, at most `most`, is below its columns.
    void factor_tall(const Csc<E, std::int64_t>& B, const std::vector<std::int64_t>& permutation,
                     std::shared_ptr<void> analysed, double share, const FactorOptions& options,
                     std::int64_t most = std::numeric_limits<std::int64_t>::max());

    std::unique_ptr<Factor> tall_;        // of B
    std::unique_ptr<Factor> completion_;  // of Rᴴ where the rank is deficient
    FactorSize size_;
    bool wide_;
    Csc<E, std::int64_t> A_;  // of a wide matrix
    mutable std::once_flag once_;
    mutable std::unique_ptr<Factor> direct_;
};

}  // namespace tamis::detail
