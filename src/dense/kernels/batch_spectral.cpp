#include "dense/kernels/batch_spectral.hpp"

#define TAMIS_KERNEL_SOURCE "dense/kernels/batch_spectral.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::detail {

template <class T>
const BatchSpectralKernels<T> BatchSpectralKernels<T>::table[isa_count] = TAMIS_KERNEL_TABLE(batch_spectral_kernels<T>);

#define TAMIS_INSTANTIATE(T) template struct BatchSpectralKernels<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
