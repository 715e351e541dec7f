#include "dense/kernels/batch_linear.hpp"

#define TAMIS_KERNEL_SOURCE "dense/kernels/batch_linear.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T>
const BatchLinearKernels<T> BatchLinearKernels<T>::table[isa_count] = TAMIS_KERNEL_TABLE(batch_linear_kernels<T>);

#define TAMIS_INSTANTIATE(T) template struct BatchLinearKernels<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
