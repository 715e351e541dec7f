#include "sparse/kernels/runs.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/runs.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T, class V>
const RunKernels<T, V> RunKernels<T, V>::table[isa_count] = TAMIS_KERNEL_TABLE(run_kernels<T, V>);

#define TAMIS_INSTANTIATE(T, V) template struct RunKernels<T, V>;
TAMIS_FOR_EACH_STORED(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
