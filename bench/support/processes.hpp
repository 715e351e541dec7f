// Contenders whose threads are processes. No dependency on tamis.
#pragma once

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace bench {

/// As many processes as other contenders have threads.
inline int process_count() {
    if (const char* text = std::getenv("OMP_NUM_THREADS"))
        if (const int n = std::atoi(text); n > 0) return n;
    return static_cast<int>(std::thread::hardware_concurrency());
}

/// Starts the program anew under mpirun, unless that is where it already runs. Returns only in those processes, or where
/// there is no mpirun.
inline void enter_processes(char** argv) {
    constexpr const char* marker = "TAMIS_BENCH_PROCESSES";
    if (std::getenv(marker) != nullptr) return;
    setenv(marker, "1", 1);
    if (geteuid() == 0) {  // as in a container; Open MPI asks to be told so
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
    const std::string count = std::to_string(process_count());
    setenv("OMP_NUM_THREADS", "1", 1);
    std::vector<const char*> words{"mpirun", "-np", count.c_str()};
    for (char** word = argv; *word != nullptr; ++word) words.push_back(*word);
    words.push_back(nullptr);
    execvp("mpirun", const_cast<char* const*>(words.data()));
}

}  // namespace bench
