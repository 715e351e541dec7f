#include "sparse/kernels/blocks.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/blocks.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T, class V>
const BlockKernels<T, V> BlockKernels<T, V>::table[isa_count] = TAMIS_KERNEL_TABLE(block_kernels<T, V>);

#define TAMIS_INSTANTIATE(T, V) template struct BlockKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
