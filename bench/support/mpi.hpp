// What contenders with processes share: an even share of the rows each, times taken between barriers, vectors gathered on
// process 0. No dependency on tamis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <mpi.h>

#include "support/measurement.hpp"

namespace bench {

struct Share {
    int rank = 0;
    int processes = 1;
    int begin = 0;
    int end = 0;
};

inline Share share_of_rows(std::int64_t rows, int unknowns_per_node = 1) {
    Share s;
    MPI_Comm_rank(MPI_COMM_WORLD, &s.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &s.processes);
    const std::int64_t nodes = rows / unknowns_per_node;
    const auto cut = [&](int k) { return static_cast<int>(nodes * k / s.processes * unknowns_per_node); };
    s.begin = cut(s.rank);
    s.end = cut(s.rank + 1);
    return s;
}

/// Seconds until all processes have done f.
template <class F>
double seconds_of_all(F&& f) {
    MPI_Barrier(MPI_COMM_WORLD);
    return seconds([&] {
        f();
        MPI_Barrier(MPI_COMM_WORLD);
    });
}

/// The number that process 0 has.
inline int agreed(int number) {
    MPI_Bcast(&number, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return number;
}

/// The whole vector, on process 0.
inline std::vector<double> gather(const Share& s, std::int64_t rows, const std::vector<double>& mine) {
    std::vector<int> counts(static_cast<std::size_t>(s.processes));
    std::vector<int> begins(static_cast<std::size_t>(s.processes));
    const int count = s.end - s.begin;
    MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Gather(&s.begin, 1, MPI_INT, begins.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
    std::vector<double> x(static_cast<std::size_t>(s.rank == 0 ? rows : 0));
    MPI_Gatherv(mine.data(), count, MPI_DOUBLE, x.data(), counts.data(), begins.data(), MPI_DOUBLE, 0, MPI_COMM_WORLD);
    return x;
}

}  // namespace bench
