"""SciPy's splu (SuperLU): scipy_contender.py cholesky|lu PROBLEM FILE SYMMETRY. Exits with 77 where SciPy is not installed.

For `cholesky`, which SciPy does not have, its fastest way for a symmetric matrix: pivots on the diagonal, the ordering of
A + Aᵀ, symmetric mode.
"""

import json
import sys
import time

try:
    import numpy
    import scipy.sparse
    import scipy.sparse.linalg
except ImportError:
    sys.exit(77)


def main():
    task, problem, file, symmetry = sys.argv[1:5]
    if task == "cholesky" and symmetry != "symmetric":
        sys.exit(77)
    with open(file, "rb") as data:
        n, entries = (int(size) for size in numpy.fromfile(data, numpy.int64, 2))
        offsets = numpy.fromfile(data, numpy.int32, n + 1)
        indices = numpy.fromfile(data, numpy.int32, entries)
        values = numpy.fromfile(data, numpy.float64, entries)
    matrix = scipy.sparse.csc_matrix((values, indices, offsets), shape=(n, n))
    b = matrix @ numpy.ones(n)
    settings = {}
    if task == "cholesky":
        settings = {"permc_spec": "MMD_AT_PLUS_A", "diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
    start = time.perf_counter()
    x = scipy.sparse.linalg.splu(matrix, **settings).solve(b)
    seconds = time.perf_counter() - start
    print(json.dumps({"operation": "factor " + task, "problem": problem, "contender": "scipy", "threads": 0,
                      "seconds": [seconds], "checks": {"mean": float(x.mean())}}))


main()
