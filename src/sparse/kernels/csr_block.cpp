#include "sparse/kernels/csr_block.hpp"

#include "sparse/kernels/csr.hpp"  // long_row, which the source needs

#define TAMIS_KERNEL_SOURCE "sparse/kernels/csr_block.inl"
#include "core/kernels/for_each_isa.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
const CsrBlockKernels<T, I> CsrBlockKernels<T, I>::table[isa_count] = TAMIS_KERNEL_TABLE(csr_block_kernels<T, I>);

#define TAMIS_INSTANTIATE(T, I) template struct CsrBlockKernels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
