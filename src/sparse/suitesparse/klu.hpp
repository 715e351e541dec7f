// Private: the functions and objects of KLU by scalar and index, and who frees them.
#pragma once

#include <klu.h>

#include <complex>
#include <cstdint>
#include <utility>

#include <tamis/core/array.hpp>

namespace tamis::detail {

template <class J>
struct KluTypes;
template <>
struct KluTypes<std::int32_t> {
    using Common = klu_common;
    using Symbolic = klu_symbolic;
    using Numeric = klu_numeric;
    static constexpr auto defaults = klu_defaults;
    static constexpr auto analyze = klu_analyze;
    static constexpr auto analyze_given = klu_analyze_given;
    static constexpr auto free_symbolic = klu_free_symbolic;
};
template <>
struct KluTypes<std::int64_t> {
    using Common = klu_l_common;
    using Symbolic = klu_l_symbolic;
    using Numeric = klu_l_numeric;
    static constexpr auto defaults = klu_l_defaults;
    static constexpr auto analyze = klu_l_analyze;
    static constexpr auto analyze_given = klu_l_analyze_given;
    static constexpr auto free_symbolic = klu_l_free_symbolic;
};

/// The functions klu_…, klu_l_…, klu_z_… and klu_zl_….
template <class E, class J>
struct KluCalls;
#define TAMIS_KLU(PREFIX, E, J)                                     \
    template <>                                                     \
    struct KluCalls<E, J> {                                         \
        static constexpr auto factor = PREFIX##_factor;             \
        static constexpr auto refactor = PREFIX##_refactor;         \
        static constexpr auto solve = PREFIX##_solve;               \
        static constexpr auto tsolve = PREFIX##_tsolve;             \
        static constexpr auto extract = PREFIX##_extract;           \
        static constexpr auto rgrowth = PREFIX##_rgrowth;           \
        static constexpr auto flops = PREFIX##_flops;               \
        static constexpr auto free_numeric = PREFIX##_free_numeric; \
    };
TAMIS_KLU(klu, double, std::int32_t)
TAMIS_KLU(klu_l, double, std::int64_t)
TAMIS_KLU(klu_z, std::complex<double>, std::int32_t)
TAMIS_KLU(klu_zl, std::complex<double>, std::int64_t)
#undef TAMIS_KLU

template <class J>
class KluSymbolicHandle {
  public:
    using Object = typename KluTypes<J>::Symbolic;
    KluSymbolicHandle() noexcept = default;
    explicit KluSymbolicHandle(Object* object) noexcept : object_(object) {}
    KluSymbolicHandle(const KluSymbolicHandle&) = delete;
    KluSymbolicHandle& operator=(KluSymbolicHandle&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~KluSymbolicHandle() {
        typename KluTypes<J>::Common common;
        KluTypes<J>::defaults(&common);
        if (object_ != nullptr) KluTypes<J>::free_symbolic(&object_, &common);
    }
    [[nodiscard]] Object* get() const noexcept { return object_; }
    Object* operator->() const noexcept { return object_; }

  private:
    Object* object_ = nullptr;
};

template <class E, class J>
class KluNumericHandle {
  public:
    using Object = typename KluTypes<J>::Numeric;
    KluNumericHandle() noexcept = default;
    KluNumericHandle(const KluNumericHandle&) = delete;
    KluNumericHandle& operator=(const KluNumericHandle&) = delete;
    ~KluNumericHandle() { reset(nullptr); }
    void reset(Object* object) noexcept {
        typename KluTypes<J>::Common common;
        KluTypes<J>::defaults(&common);
        if (object_ != nullptr) KluCalls<E, J>::free_numeric(&object_, &common);
        object_ = object;
    }
    [[nodiscard]] Object* get() const noexcept { return object_; }
    Object* operator->() const noexcept { return object_; }

  private:
    Object* object_ = nullptr;
};

// KLU takes no const pointers, but does not write to its inputs.
template <class J>
J* unconst(const Array<J>& a) noexcept {
    return const_cast<J*>(a.data());
}
template <class E>
double* unconst(const E* x) noexcept {
    return const_cast<double*>(reinterpret_cast<const double*>(x));
}

}  // namespace tamis::detail
