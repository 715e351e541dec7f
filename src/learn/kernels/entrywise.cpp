#include "learn/kernels/entrywise.hpp"

namespace tamis::detail {
using learn::detail::EntrywiseKernels;
}  // namespace tamis::detail

#define TAMIS_KERNEL_SOURCE "learn/kernels/entrywise.inl"
#include "core/kernels/for_each_isa.hpp"

namespace tamis::learn::detail {

namespace on_plain = tamis::detail::on_plain;
#ifdef __x86_64__
namespace on_v3 = tamis::detail::on_v3;
namespace on_v4 = tamis::detail::on_v4;
#endif

template <class R>
const EntrywiseKernels<R> EntrywiseKernels<R>::table[tamis::detail::isa_count] = TAMIS_KERNEL_TABLE(entrywise_kernels<R>);

template struct EntrywiseKernels<float>;
template struct EntrywiseKernels<double>;

}  // namespace tamis::learn::detail
