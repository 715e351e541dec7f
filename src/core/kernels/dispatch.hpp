// Private: kernels that are compiled for several instruction sets, and how the one for this processor is found.
//
// A family is a struct of function pointers with one instance for each target, in a table that is a constant:
//
//     kernels<CsrKernels<double, std::int32_t>>().row_sums(…)             the target of this process (core/isa.hpp)
//     kernels<CsrKernels<double, std::int32_t>>(Isa::v3).row_sums(…)      a certain one, for tests: ask isa_supported first
//
// To add a family:
//   1. kernels/NAME.hpp        the struct (template over T, I where needed) with function pointers over raw pointers and
//   sizes,
//                              and `static const NAME table[isa_count];`, and its instances as `extern template`
//   2. kernels/NAME.inl        the source: function templates, and last the variable `name_kernels<T, I>`, a constexpr NAME
//                              that points to them. It is included once a target, inside namespace on_plain, on_v3 or on_v4
//                              of tamis::detail and inside the target's pragma; TAMIS_KERNEL_LEVEL is 1, 3 or 4 there.
//   3. kernels/NAME.cpp        #define TAMIS_KERNEL_SOURCE "sparse/kernels/NAME.inl", then include for_each_isa.hpp, define
//   the
//                              table by TAMIS_KERNEL_TABLE(name_kernels<T, I>), instantiate. See csr.cpp.
//   4. a test over all targets as in tests/sparse/kernels_test.cpp.
// To add a kernel to a family: one more pointer, one more function.
//
// Rules for a source. It includes nothing but parts of kernels (lanes.inl), and calls nothing but compiler builtins,
// intrinsics and functions of its own or of numbers.inl (TAMIS_INLINE): an inline function or template of a shared header,
// compiled here for AVX-512 without being inlined, could be the copy that the linker keeps for everybody, and end the
// process on an older machine. So no std:: calls, no operators of std::complex (numbers.inl has its own), no lambdas
// (compilers do not give them the target). Sums have an order that the source fixes, and -ffp-contract=off holds for all
// targets: a kernel gives the same bits on every one of them (docs/decisions/0006).
#pragma once

#include "core/isa.hpp"

namespace tamis::detail {

template <class Family>
const Family& kernels(Isa isa) noexcept {
    return Family::table[static_cast<int>(isa)];
}

template <class Family>
const Family& kernels() noexcept {
    return kernels<Family>(isa());
}

}  // namespace tamis::detail
