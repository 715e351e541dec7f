#include "sparse/suitesparse/status.hpp"

#include "tamis_backends.hpp"

#include <cholmod.h>
#include <klu.h>
#if TAMIS_WITH_GPL
#include <umfpack.h>
#endif

#include <new>
#include <string>

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {
[[noreturn]] void fail(const char* backend, const char* what, const char* why, long status) {
    throw Error(std::string(what) + ": " + backend + " failed: " + why + " (status " + std::to_string(status) + ")");
}
}  // namespace

void check_cholmod(const char* what, int status) {
    if (status >= CHOLMOD_OK) return;
    switch (status) {
        case CHOLMOD_OUT_OF_MEMORY: throw std::bad_alloc();
        case CHOLMOD_TOO_LARGE: throw IndexOverflow(std::string(what) + ": the factor is too large for CHOLMOD's integers");
        case CHOLMOD_NOT_INSTALLED: fail("CHOLMOD", what, "a part of it is not installed", status);
        case CHOLMOD_INVALID: fail("CHOLMOD", what, "it refuses its input as invalid", status);
        default: fail("CHOLMOD", what, "unknown reason", status);
    }
}

void check_klu(const char* what, long status) {
    if (status >= KLU_OK) return;
    switch (status) {
        case KLU_OUT_OF_MEMORY: throw std::bad_alloc();
        case KLU_TOO_LARGE: throw IndexOverflow(std::string(what) + ": the factor is too large for KLU's integers");
        case KLU_INVALID: fail("KLU", what, "it refuses its input as invalid", status);
        default: fail("KLU", what, "unknown reason", status);
    }
}

#if TAMIS_WITH_GPL
void check_umfpack(const char* what, long status) {
    if (status >= UMFPACK_OK) return;
    switch (status) {
        case UMFPACK_ERROR_out_of_memory:
        case UMFPACK_ERROR_ordering_failed:  // AMD and COLAMD order every valid matrix that they have the memory for
            throw std::bad_alloc();
        case UMFPACK_ERROR_invalid_matrix: fail("UMFPACK", what, "it refuses its input as invalid", status);
        case UMFPACK_ERROR_different_pattern: fail("UMFPACK", what, "the pattern is not the analysed one", status);
        default: fail("UMFPACK", what, "unknown reason", status);
    }
}
#endif

}  // namespace tamis::detail
