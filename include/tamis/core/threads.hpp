// One thread budget for the whole library.
#pragma once

namespace tamis {

/// Sets how many threads tamis (and the BLAS under it) may use from now on; n < 1 throws InvalidArgument. The default is
/// TAMIS_NUM_THREADS, otherwise what OpenMP offers (OMP_NUM_THREADS or the cores of the process). Small problems stay on one
/// thread whatever the budget. Results are the same bits from run to run at one thread count.
void set_threads(int n);

/// The current thread budget; 1 in a build without OpenMP.
[[nodiscard]] int threads() noexcept;

}  // namespace tamis
