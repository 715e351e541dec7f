#include "sparse/kernels/csr.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/csr.inl"
#include "core/kernels/for_each_isa.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
const CsrKernels<T, I> CsrKernels<T, I>::table[isa_count] = TAMIS_KERNEL_TABLE(csr_kernels<T, I>);

#define TAMIS_INSTANTIATE(T, I) template struct CsrKernels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
