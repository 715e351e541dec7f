"""SciPy's scipy.io: scipy_contender.py read|write PROBLEM FILE SCRATCH. Exits with 77 where SciPy is not installed."""

import json
import os
import sys
import time

try:
    import scipy.io
    import scipy.sparse
except ImportError:
    sys.exit(77)


def main():
    task, problem, file, scratch = sys.argv[1:5]
    start = time.perf_counter()
    matrix = scipy.sparse.csr_matrix(scipy.io.mmread(file))
    seconds = time.perf_counter() - start
    size = os.path.getsize(file)
    if task == "write":
        start = time.perf_counter()
        with open(scratch, "wb") as out:
            scipy.io.mmwrite(out, matrix, precision=17, symmetry="general")
        seconds = time.perf_counter() - start
        size = os.path.getsize(scratch)
        matrix = scipy.sparse.csr_matrix(scipy.io.mmread(scratch)) if size < 50_000_000 else matrix
    checks = {"entries": int(matrix.nnz), "sum of moduli": float(abs(matrix).sum())}
    print(json.dumps({"operation": "matrix_market " + task, "problem": problem, "contender": "scipy", "threads": 1,
                      "seconds": [seconds], "bytes": size, "checks": checks}))


main()
