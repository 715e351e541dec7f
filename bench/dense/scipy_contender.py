"""NumPy and SciPy: scipy_contender.py TASK PROBLEM N. Exits with 77 where they are not installed."""

import json
import sys
import time

try:
    import numpy
    import scipy.linalg
except ImportError:
    sys.exit(77)


def matrix(task, n):
    """As problem.hpp makes it."""
    i = numpy.arange(n, dtype=numpy.int64)[:, None]
    j = i.T
    k = 2003 * i + j + 17
    a = (k * k % 65521 * 48271 % 65521) / 65521 - 0.5
    if task in ("cholesky", "eigh", "sqrtm", "logm"):
        return numpy.asfortranarray((a + a.T) / 2 + n * numpy.eye(n))
    if task == "expm":
        a = a * (2 / numpy.sqrt(n))
    return numpy.asfortranarray(a)


def cholesky(a, b):
    return scipy.linalg.cho_solve(scipy.linalg.cho_factor(a), b).sum()


CALLS = {
    "solve": lambda a, b: numpy.linalg.solve(a, b).sum(),
    "cholesky": cholesky,
    "inverse": lambda a, b: numpy.trace(numpy.linalg.inv(a)),
    "qr": lambda a, b: abs(numpy.linalg.qr(a)[1][0, 0]),
    "svd": lambda a, b: scipy.linalg.svd(a, full_matrices=False)[1][0],
    "eigh": lambda a, b: numpy.linalg.eigh(a)[0][0],
    "eig": lambda a, b: abs(numpy.linalg.eig(a)[0].sum()),
    "schur": lambda a, b: numpy.linalg.norm(scipy.linalg.schur(a)[0]),
    "expm": lambda a, b: numpy.linalg.norm(scipy.linalg.expm(a)),
}


def main():
    task, problem, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    a = matrix(task, n)
    b = numpy.ones(n)
    call = CALLS[task]
    start = time.perf_counter()
    check = call(a, b)
    first = time.perf_counter() - start
    times = [first]
    if first < 0.7:
        start = time.perf_counter()
        call(a, b)
        calls = max(1, int(0.02 / max(min(first, time.perf_counter() - start), 1e-7)))
        times = []
        while len(times) < 9 and sum(times) * calls < 1:
            start = time.perf_counter()
            for _ in range(calls):
                call(a, b)
            times.append((time.perf_counter() - start) / calls)
    print(json.dumps({"operation": "dense " + task, "problem": problem, "contender": "scipy", "threads": 0,
                      "seconds": [sorted(times)[len(times) // 2]], "bytes": 0, "checks": {"check": float(check)}}))


main()
