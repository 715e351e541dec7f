// Triplets to compressed rows (or columns); the method is in triplet_sort.hpp.
#include <cstdint>
#include <utility>

#include <tamis/sparse/convert.hpp>

#include "instantiate.hpp"
#include "sparse/compressed.hpp"
#include "sparse/triplet_sort.hpp"

namespace tamis::detail {

namespace {

template <Major major, class T, class I>
Csr<T, I> compress_by(const Coo<T, I>& A) {
    auto arrays = TripletSort<major, typename Coo<T, I>::Entry>(A.rows(), A.cols(), A.entries()).compress();
    return {unchecked,
            major == Major::rows ? A.rows() : A.cols(),
            major == Major::rows ? A.cols() : A.rows(),
            std::move(arrays.offsets),
            std::move(arrays.indices),
            std::move(arrays.values)};
}

}  // namespace

template <class T, class I>
Csr<T, I> compress(const Coo<T, I>& A, Major major) {
    check_count<I>(major == Major::rows ? "to_csr" : "to_csc", A.nnz());
    return major == Major::rows ? compress_by<Major::rows>(A) : compress_by<Major::cols>(A);
}

#define TAMIS_COMPRESS(T, I) template Csr<T, I> compress(const Coo<T, I>&, Major);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_COMPRESS)

}  // namespace tamis::detail
