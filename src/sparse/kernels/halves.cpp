#include "sparse/kernels/halves.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/halves.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T, class V>
const HalfKernels<T, V> HalfKernels<T, V>::table[isa_count] = TAMIS_KERNEL_TABLE(half_kernels<T, V>);

#define TAMIS_INSTANTIATE(T, V) template struct HalfKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
