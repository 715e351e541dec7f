"""What bench/run.py does for this operation: A·A with sorted rows, on one thread and on two.

BENCH_MATMUL_PROBLEMS=a,b takes only the problems whose names contain a or b. Real matrices come from TAMIS_EXTRA_DATA where
that is set.
"""

import os
import subprocess

TASKS = ["square"]

# name: (kind, size, size with --small)
PROBLEMS = {
    "poisson2d 1000²": ("poisson2d", 1000, 100),
    "poisson3d 100³": ("poisson3d", 100, 20),
    "poisson3d 60³ shuffled": ("shuffled3d", 60, 15),
    "elasticity3d 20³": ("elasticity3d", 20, 5),
    "power law 2^16": ("powerlaw", 16, 10),
    "uniform 200000": ("uniform", 200000, 2000),
    "hypersparse 10^7": ("hypersparse", 10000000, 20000),
}
REAL = ["CONT-300_KKT", "foundation_K", "bayer10", "bcsstk16"]

# The ratio demanded on each number of threads.
DEMANDED = {"1": 1.5, "2": 2.0}


def problems(small):
    chosen = dict(PROBLEMS)
    data = os.environ.get("TAMIS_EXTRA_DATA", "")
    if data and not small:
        for name in REAL:
            for ending in (".mtx", ".mtx.gz"):
                file = os.path.join(data, name + ending)
                if os.path.exists(file):
                    chosen[name] = (file, 0, 0)
    only = [part for part in os.environ.get("BENCH_MATMUL_PROBLEMS", "").split(",") if part]
    return {name: p for name, p in chosen.items() if not only or any(part in name for part in only)}


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    arguments = {}
    for name, (kind, size, small_size) in problems(small).items():
        n = small_size if small else size
        file = os.path.join(folder, f"{os.path.basename(kind)}_{n}.bin")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file]
    return arguments


def variants(contender, task, problem, small):
    """Each number of threads is a run; peers of one thread are compared with ours of one and of two."""
    return list(DEMANDED)


def at_least(ours, _):
    """The ratio of times demanded, by the number of threads that tamis had."""
    return DEMANDED.get(str(ours["threads"]), 1.0)
