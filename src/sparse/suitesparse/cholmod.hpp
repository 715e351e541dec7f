// Private: CHOLMOD behind one name for both of its integer types, and owners of its objects.
#pragma once

#include <cholmod.h>

#include <complex>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

static_assert(std::is_same_v<SuiteSparse_long, std::int64_t>, "tamis: SuiteSparse's long integers must be int64");

/// The functions cholmod_… for int32 and cholmod_l_… for int64.
template <class J>
struct CholmodCalls;
template <>
struct CholmodCalls<std::int32_t> {
    static constexpr int itype = CHOLMOD_INT;
    static constexpr auto start = cholmod_start;
    static constexpr auto finish = cholmod_finish;
    static constexpr auto free_factor = cholmod_free_factor;
    static constexpr auto free_dense = cholmod_free_dense;
    static constexpr auto free_sparse = cholmod_free_sparse;
    static constexpr auto analyze_p = cholmod_analyze_p;
    static constexpr auto copy_factor = cholmod_copy_factor;
    static constexpr auto factorize_p = cholmod_factorize_p;
    static constexpr auto ptranspose = cholmod_ptranspose;
    static constexpr auto solve2 = cholmod_solve2;
};
template <>
struct CholmodCalls<std::int64_t> {
    static constexpr int itype = CHOLMOD_LONG;
    static constexpr auto start = cholmod_l_start;
    static constexpr auto finish = cholmod_l_finish;
    static constexpr auto free_factor = cholmod_l_free_factor;
    static constexpr auto free_dense = cholmod_l_free_dense;
    static constexpr auto free_sparse = cholmod_l_free_sparse;
    static constexpr auto analyze_p = cholmod_l_analyze_p;
    static constexpr auto copy_factor = cholmod_l_copy_factor;
    static constexpr auto factorize_p = cholmod_l_factorize_p;
    static constexpr auto ptranspose = cholmod_l_ptranspose;
    static constexpr auto solve2 = cholmod_l_solve2;
};

/// A cholmod_common of one call: CHOLMOD writes to it, so threads must not share one. Silent.
template <class J>
class CholmodCommon {
  public:
    CholmodCommon() {
        CholmodCalls<J>::start(&common_);
        common_.print = 0;
        common_.try_catch = 1;  // no messages from tries that may fail
        common_.error_handler = nullptr;
    }
    CholmodCommon(const CholmodCommon&) = delete;
    CholmodCommon& operator=(const CholmodCommon&) = delete;
    ~CholmodCommon() { CholmodCalls<J>::finish(&common_); }
    [[nodiscard]] cholmod_common* get() noexcept { return &common_; }
    cholmod_common* operator->() noexcept { return &common_; }

  private:
    cholmod_common common_{};
};

/// Owns a cholmod_factor.
template <class J>
class CholmodFactor {
  public:
    CholmodFactor() noexcept = default;
    explicit CholmodFactor(cholmod_factor* factor) noexcept : factor_(factor) {}
    CholmodFactor(CholmodFactor&& other) noexcept : factor_(std::exchange(other.factor_, nullptr)) {}
    CholmodFactor& operator=(CholmodFactor&& other) noexcept {
        std::swap(factor_, other.factor_);
        return *this;
    }
    ~CholmodFactor() {
        if (factor_ == nullptr) return;
        CholmodCommon<J> common;
        CholmodCalls<J>::free_factor(&factor_, common.get());
    }
    [[nodiscard]] cholmod_factor* get() const noexcept { return factor_; }
    cholmod_factor* operator->() const noexcept { return factor_; }

  private:
    cholmod_factor* factor_ = nullptr;
};

/// Owns a cholmod_sparse.
template <class J>
class CholmodSparse {
  public:
    explicit CholmodSparse(cholmod_sparse* sparse) noexcept : sparse_(sparse) {}
    CholmodSparse(const CholmodSparse&) = delete;
    CholmodSparse& operator=(const CholmodSparse&) = delete;
    ~CholmodSparse() {
        if (sparse_ == nullptr) return;
        CholmodCommon<J> common;
        CholmodCalls<J>::free_sparse(&sparse_, common.get());
    }
    [[nodiscard]] cholmod_sparse* get() const noexcept { return sparse_; }

  private:
    cholmod_sparse* sparse_;
};

/// Owns a cholmod_dense; freed with the common that it was made with or any other.
template <class J>
class CholmodDense {
  public:
    CholmodDense() noexcept = default;
    explicit CholmodDense(cholmod_dense* dense) noexcept : dense_(dense) {}
    CholmodDense(const CholmodDense&) = delete;
    CholmodDense& operator=(const CholmodDense&) = delete;
    ~CholmodDense() {
        if (dense_ == nullptr) return;
        CholmodCommon<J> common;
        CholmodCalls<J>::free_dense(&dense_, common.get());
    }
    [[nodiscard]] cholmod_dense* get() const noexcept { return dense_; }
    [[nodiscard]] cholmod_dense** address() noexcept { return &dense_; }

  private:
    cholmod_dense* dense_ = nullptr;
};

template <class E>
inline constexpr int cholmod_xtype = is_complex_v<E> ? CHOLMOD_COMPLEX : CHOLMOD_REAL;

// CHOLMOD takes no const pointers, but does not write to its inputs.
template <class P>
void* writable(const P* data) noexcept {
    return const_cast<P*>(data);
}

/// Compressed columns as a cholmod_sparse, not copied; `stype` as in CHOLMOD (-1: the lower triangle of a Hermitian matrix).
/// `values` may be null (pattern only). Refers to the arrays.
template <class E, class J>
cholmod_sparse cholmod_view(std::int64_t rows, std::int64_t cols, const Array<J>& offsets, const Array<J>& indices,
                            const E* values, int stype) noexcept {
    cholmod_sparse A{};
    A.nrow = static_cast<std::size_t>(rows);
    A.ncol = static_cast<std::size_t>(cols);
    A.nzmax = static_cast<std::size_t>(indices.size());
    A.p = writable(offsets.data());
    A.i = writable(indices.data());
    A.x = writable(values);
    A.stype = stype;
    A.itype = CholmodCalls<J>::itype;
    A.xtype = values == nullptr ? CHOLMOD_PATTERN : cholmod_xtype<E>;
    A.dtype = CHOLMOD_DOUBLE;
    A.sorted = 1;
    A.packed = 1;
    return A;
}

/// Contiguous columns as a cholmod_dense, not copied.
template <class E>
cholmod_dense cholmod_view(std::int64_t rows, std::int64_t cols, const E* values) noexcept {
    cholmod_dense B{};
    B.nrow = static_cast<std::size_t>(rows);
    B.ncol = static_cast<std::size_t>(cols);
    B.nzmax = static_cast<std::size_t>(rows * cols);
    B.d = static_cast<std::size_t>(rows);
    B.x = writable(values);
    B.xtype = cholmod_xtype<E>;
    B.dtype = CHOLMOD_DOUBLE;
    return B;
}

}  // namespace tamis::detail
