#include <tamis/core/version.hpp>

#include <dlfcn.h>

#include <Eigen/src/Core/util/Macros.h>
#include <tamis/core/threads.hpp>

#include "core/isa.hpp"
#include "tamis_backends.hpp"

namespace tamis {

namespace {

std::string compiler() {
#if defined(__clang__)
    return std::string("Clang ") + __clang_version__;
#elif defined(__GNUC__)
    return std::string("GCC ") + __VERSION__;
#else
    return "unknown";
#endif
}

std::string openmp() {
#ifdef _OPENMP
    return "on (" + std::to_string(_OPENMP) + "), " + std::to_string(threads()) + (threads() == 1 ? " thread" : " threads");
#else
    return "off";
#endif
}

/// The BLAS that this process really uses; systems let their users exchange it after the build.
std::string blas() {
    if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_config"))
        return reinterpret_cast<const char* (*)()>(symbol)();  // "OpenBLAS 0.3.21 NO_AFFINITY USE_OPENMP Haswell …"
    void* symbol = dlsym(RTLD_DEFAULT, "dgemm_");
    Dl_info info;
    if (symbol != nullptr && dladdr(symbol, &info) != 0 && info.dli_fname != nullptr) return info.dli_fname;
    return "not found by name";
}

std::string build_type() {
    std::string text = TAMIS_BUILD_TYPE;
    if (text.empty()) text = "none";
    if (*TAMIS_SANITIZE != '\0') text += std::string(", sanitizers: ") + TAMIS_SANITIZE;
    return text;
}

}  // namespace

std::string version() {
    return TAMIS_VERSION;
}

std::string build_info() {
    std::string text;
    const auto line = [&](const char* name, const std::string& value) { text += std::string(name) + ": " + value + "\n"; };
    line("tamis", version());
    line("compiler", compiler());
    line("build type", build_type());
    line("openmp", openmp());
    line("kernels", detail::isa_description());
    line("gpl parts", TAMIS_WITH_GPL ? "on (CHOLMOD supernodal, UMFPACK, SPQR)" : "off");
    line("eigen", std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
                      std::to_string(EIGEN_MINOR_VERSION));
    line("suitesparse", TAMIS_SUITESPARSE_VERSIONS);
    line("mumps", TAMIS_WITH_MUMPS ? TAMIS_MUMPS_VERSION " (CeCILL-C; 2x2 pivots, large LU)" : "off");
    line("blas", blas());
    line("zlib", TAMIS_ZLIB_VERSION);
    line("zstd", TAMIS_ZSTD_VERSION);
    return text;
}

}  // namespace tamis
