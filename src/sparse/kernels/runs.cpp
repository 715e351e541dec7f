#include "sparse/kernels/runs.hpp"

#define TAMIS_KERNEL_SOURCE "sparse/kernels/runs.inl"
#include "instantiate.hpp"
#include "sparse/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T>
const RunKernels<T> RunKernels<T>::table[isa_count] = TAMIS_KERNEL_TABLE(run_kernels<T>);

#define TAMIS_INSTANTIATE(T) template struct RunKernels<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
