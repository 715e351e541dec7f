"""SciPy's splu (SuperLU): scipy_contender.py TASK PROBLEM FILE VARIANT. Exits with 77 where SciPy is not installed.

For `cholesky`, which SciPy does not have, its fastest way for a symmetric matrix: pivots on the diagonal, the ordering of
A + Aᵀ, symmetric mode.
"""

import json
import resource
import sys
import time

try:
    import numpy
    import scipy.sparse
    import scipy.sparse.linalg
except ImportError:
    sys.exit(77)


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * resource.getpagesize()


def main():
    task, problem, file = sys.argv[1:4]
    with open(file, "rb") as data:
        rows, cols, entries = (int(size) for size in numpy.fromfile(data, numpy.int64, 3))
        offsets = numpy.fromfile(data, numpy.int32, cols + 1)
        indices = numpy.fromfile(data, numpy.int32, entries)
        values = numpy.fromfile(data, numpy.float64, entries)
    matrix = scipy.sparse.csc_matrix((values, indices, offsets), shape=(rows, cols))
    b = matrix @ numpy.ones(cols)
    settings = {}
    if task == "cholesky":
        settings = {"permc_spec": "MMD_AT_PLUS_A", "diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
    before = resident_bytes()
    times = []
    # As bench::cost does: what is quick is repeated.
    while not times or (len(times) < 30 and sum(times) + times[0] < 0.5):
        start = time.perf_counter()
        x = scipy.sparse.linalg.splu(matrix, **settings).solve(b)
        times.append(time.perf_counter() - start)
        if len(times) == 1:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    seconds = sorted(times)[len(times) // 2]
    print(json.dumps({"operation": "factor " + task, "problem": problem, "contender": "scipy", "threads": 0,
                      "seconds": [seconds], "peak_bytes": peak, "choice": "", "checks": {"mean": float(x.mean())}}))


main()
