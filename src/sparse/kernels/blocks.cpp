#include "sparse/kernels/blocks.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/blocks.inl"
#include "instantiate.hpp"
#include "sparse/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T>
const BlockKernels<T> BlockKernels<T>::table[isa_count] = TAMIS_KERNEL_TABLE(block_kernels<T>);

#define TAMIS_INSTANTIATE(T) template struct BlockKernels<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
