"""SciPy's methods: scipy_contender.py METHOD:ITERATIONS|METHOD:solve PROBLEM FILE. Exits with 77 where SciPy is not
installed."""

import json
import sys
import time

try:
    import numpy
    import scipy.sparse
    import scipy.sparse.linalg
except ImportError:
    sys.exit(77)


def read(file):
    with open(file, "rb") as data:
        rows, cols, entries = numpy.fromfile(data, numpy.int64, 3)
        offsets = numpy.fromfile(data, numpy.int32, rows + 1)
        indices = numpy.fromfile(data, numpy.int32, entries)
        values = numpy.fromfile(data, numpy.float64, entries)
    return scipy.sparse.csr_matrix((values, indices, offsets), shape=(rows, cols))


def right_hand_side(n):
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
    return (state >> numpy.uint64(40)).astype(numpy.float64) / (1 << 24)


def run(A, b, method, most, tolerance):
    iterations = 0

    def count(_):
        nonlocal iterations
        iterations += 1

    options = {"tol": tolerance, "maxiter": most, "callback": count}
    if method == "cg_jacobi":
        inverse = 1 / A.diagonal()
        options["M"] = scipy.sparse.linalg.LinearOperator(A.shape, matvec=lambda r: inverse * r, dtype=float)
    if method == "gmres":
        options.update(restart=30, callback_type="pr_norm", maxiter=-(-most // 30))
    if method != "minres":
        options["atol"] = 0
    function = getattr(scipy.sparse.linalg, method.removesuffix("_jacobi"))
    start = time.perf_counter()
    x, _ = function(A, b, **options)
    return x, time.perf_counter() - start, iterations


def main():
    task, problem, file = sys.argv[1:4]
    method, what = task.split(":")
    solve = what == "solve"
    A = read(file)
    b = right_hand_side(A.shape[0])
    most, tolerance = (20000, 1e-8) if solve else (int(what), 1e-200)
    first = run(A, b, method, most, tolerance)
    runs = [run(A, b, method, most, tolerance) for _ in range(1 if first[1] > 3 else 3)]
    x, _, iterations = runs[-1]
    residual = float(numpy.linalg.norm(b - A @ x) / numpy.linalg.norm(b))
    print(json.dumps({"operation": f"krylov {method}{' to 1e-8' if solve else ', an iteration'}", "problem": problem,
                      "contender": "scipy", "threads": 1,
                      "seconds": [seconds if solve else seconds / max(count, 1) for _, seconds, count in runs],
                      "iterations": iterations, "solved": residual <= 1.05e-8 if solve else iterations > 0,
                      "checks": {"relative_residual": residual}}))


main()
