#include "sparse/kernels/slices.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/slices.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T, class V>
const SliceKernels<T, V> SliceKernels<T, V>::table[isa_count] = TAMIS_KERNEL_TABLE(slice_kernels<T, V>);

#define TAMIS_INSTANTIATE(T, V) template struct SliceKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
