"""SciPy's products: scipy_contender.py PRODUCT:THREADS PROBLEM FILE. Exits with 77 where SciPy is not installed."""

import json
import sys
import time

try:
    import numpy
    import scipy.sparse
except ImportError:
    sys.exit(77)

BLOCK = 8


def read(file):
    with open(file, "rb") as data:
        rows, cols, entries = numpy.fromfile(data, numpy.int64, 3)
        offsets = numpy.fromfile(data, numpy.int32, rows + 1)
        indices = numpy.fromfile(data, numpy.int32, entries)
        values = numpy.fromfile(data, numpy.float64, entries)
    return scipy.sparse.csr_matrix((values, indices, offsets), shape=(rows, cols))


def operand(n):
    """The numbers of problem.hpp: a linear congruential generator, advanced by doubling."""
    state = numpy.empty(n, numpy.uint64)
    with numpy.errstate(over="ignore"):
        state[0] = numpy.uint64(6364136223846793005) + numpy.uint64(1442695040888963407)
        multiplier, increment, known = numpy.uint64(6364136223846793005), numpy.uint64(1442695040888963407), 1
        while known < n:
            take = min(known, n - known)
            state[known:known + take] = state[:take] * multiplier + increment
            increment = increment * multiplier + increment
            multiplier = multiplier * multiplier
            known += take
    return 0.5 + (state >> numpy.uint64(40)).astype(numpy.float64) / (1 << 24)


def repeat(f):
    f()
    start = time.perf_counter()
    f()
    inner = max(1, int(5e-5 / max(time.perf_counter() - start, 1e-9)))
    times, total = [], 0.0
    while len(times) < 7 or (total < 0.5 and len(times) < 1000):
        start = time.perf_counter()
        for _ in range(inner):
            f()
        total += time.perf_counter() - start
        times.append((time.perf_counter() - start) / inner)
    return times


def main():
    task, problem, file = sys.argv[1:4]
    product, threads = task.split(":")
    A = read(file)
    if product == "ATx":
        A = A.T
    columns = BLOCK if product.startswith("AX") else 1
    x = operand(A.shape[1] * columns)
    if product == "AX_row":
        x = x.reshape(A.shape[1], BLOCK)
    elif product == "AX_col":
        x = x.reshape((A.shape[1], BLOCK), order="F")
    times = repeat(lambda: A @ x)
    size = 12 * A.nnz + 8 * columns * sum(A.shape) + 4 * A.shape[0]
    print(json.dumps({"operation": f"{product}, {'all threads' if threads == 'all' else '1 thread'}", "problem": problem,
                      "contender": "scipy", "threads": 1, "seconds": times, "bytes": int(size),
                      "checks": {"sum": float((A @ x).sum())}}))


main()
