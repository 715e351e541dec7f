"""SciPy's product: scipy_contender.py square PROBLEM FILE THREADS. Exits with 77 where SciPy is not installed.

SciPy has one thread, and leaves its rows unsorted: sort_indices belongs to the task.
"""

import json
import sys
import time

try:
    import numpy
    import scipy.sparse
except ImportError:
    sys.exit(77)


def main():
    task, problem, file, threads = sys.argv[1:5]
    with open(file, "rb") as data:
        rows, cols, entries = (int(size) for size in numpy.fromfile(data, numpy.int64, 3))
        offsets = numpy.fromfile(data, numpy.int32, rows + 1)
        indices = numpy.fromfile(data, numpy.int32, entries)
        values = numpy.fromfile(data, numpy.float64, entries)
    matrix = scipy.sparse.csr_matrix((values, indices, offsets), shape=(rows, cols))
    times = []
    # As bench::median_of_runs does.
    while len(times) < 3 or (len(times) < 15 and sum(times) < 2):
        start = time.perf_counter()
        product = matrix @ matrix
        product.sort_indices()
        times.append(time.perf_counter() - start)
    # It drops sums that cancel, so that only what zeros do not change can be compared.
    print(json.dumps({"operation": f"matmul {task}, threads: {threads}", "problem": problem, "contender": "scipy",
                      "threads": 1, "seconds": [sorted(times)[len(times) // 2]], "bytes": 12 * int(product.nnz),
                      "checks": {"sum of moduli": float(numpy.abs(product.data).sum())}}))


main()
