"""SciPy's eigsh and svds: scipy_contender.py TASK PROBLEM FILE KIND END VARIANT. Variants: plain, sigma (shift-invert at 0).
Exits with 77 where SciPy is not installed."""

import json
import math
import sys
import time

try:
    import numpy
    import scipy.sparse
    import scipy.sparse.linalg
except ImportError:
    sys.exit(77)

WANTED, GOAL, SLACK = 10, 1e-8, 2.0


def read(file):
    with open(file, "rb") as data:
        rows, cols, entries = numpy.fromfile(data, numpy.int64, 3)
        offsets = numpy.fromfile(data, numpy.int32, rows + 1)
        indices = numpy.fromfile(data, numpy.int32, entries)
        values = numpy.fromfile(data, numpy.float64, entries)
    return scipy.sparse.csr_matrix((values, indices, offsets), shape=(rows, cols))


def norm_of(A):
    x = numpy.random.default_rng(7).standard_normal(A.shape[1])
    largest = 0
    for _ in range(20):
        y = A @ (x / numpy.linalg.norm(x))
        largest = max(largest, numpy.linalg.norm(y))
        x = A.T @ y
    return float(largest)


def known_values(kind, n, end):
    if kind not in ("poisson2d", "poisson3d") or end == "singular":
        return []
    line = sorted((4 * math.sin(i * math.pi / (2 * (n + 1))) ** 2 for i in range(1, n + 1)), reverse=end == "largest")[:WANTED]
    values = sorted(a + b + c for a in line for b in line for c in (line if kind == "poisson3d" else [0]))
    return values[-WANTED:] if end == "largest" else values[:WANTED]


def missed(known, values):
    values, count = sorted(values), 0
    for value in known:
        tolerance = 1e-9 * abs(known[-1]) + 1e-6 * abs(value - known[0])
        near = [v for v in values if abs(v - value) <= tolerance]
        if near:
            values.remove(near[0])
        else:
            count += 1
    return count


def main():
    _, problem, file, kind, end, variant = sys.argv[1:7]
    A = read(file)
    kind, size = kind.split(":")
    scale = norm_of(A)
    products = 0

    def multiply(x):
        nonlocal products
        products += 1
        return A @ x

    start = time.perf_counter()
    claims = True
    try:
        if end == "singular":
            u, values, vt = scipy.sparse.linalg.svds(A, WANTED, tol=GOAL)
            residual = numpy.linalg.norm(A @ vt.T - u * values, axis=0).max() / scale
        else:
            operator = scipy.sparse.linalg.LinearOperator(A.shape, matvec=multiply, dtype=float)
            if variant == "sigma":
                values, vectors = scipy.sparse.linalg.eigsh(A.tocsc(), WANTED, sigma=0, which="LM", tol=GOAL)
            else:
                # ARPACK's tolerance is relative to the eigenvalue.
                tolerance = GOAL if end == "largest" else GOAL * 100
                values, vectors = scipy.sparse.linalg.eigsh(operator, WANTED, which="SA" if end == "smallest" else "LA",
                                                            tol=tolerance, maxiter=100000, ncv=40)
            residual = numpy.linalg.norm(A @ vectors - vectors * values, axis=0).max() / scale
    except scipy.sparse.linalg.ArpackNoConvergence as failure:
        values, residual, claims = failure.eigenvalues, 1.0, False
    seconds = time.perf_counter() - start
    missing = missed(known_values(kind, int(size), end), list(values))
    print(json.dumps({"operation": "eigen", "problem": problem, "contender": f"scipy {variant}", "threads": 1,
                      "seconds": [seconds], "iterations": products, "choice": f"missed {missing}" if missing else "",
                      "solved": bool(len(values) == WANTED and residual <= SLACK * GOAL and not missing), "claims": claims,
                      "missed": missing, "checks": {"relative_residual": float(residual), "lowest": float(min(values, default=0)),
                                                    "highest": float(max(values, default=0))}}))


main()
