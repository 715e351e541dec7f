#include "sparse/kernels/csr_scatter.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/csr_scatter.inl"
#include "core/kernels/for_each_isa.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
const CsrScatterKernels<T, I> CsrScatterKernels<T, I>::table[isa_count] = TAMIS_KERNEL_TABLE(csr_scatter_kernels<T, I>);

#define TAMIS_INSTANTIATE(T, I) template struct CsrScatterKernels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
