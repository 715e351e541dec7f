"""SciPy's sparse matrices: scipy_contender.py coo_to_csr|csr_to_csc PROBLEM FILE. Exits with 77 where SciPy is not installed."""

import json
import statistics
import sys
import time

try:
    import numpy
    import scipy.sparse
except ImportError:
    sys.exit(77)


def median_seconds(f):
    """As bench::cost: repeated for half a second, at most 30 times; the last result."""
    times = []
    while len(times) < 30 and (not times or sum(times) + times[0] < 0.5):
        start = time.perf_counter()
        result = f()
        times.append(time.perf_counter() - start)
    return statistics.median_high(times), result


def main():
    task, problem, file = sys.argv[1:4]
    with open(file, "rb") as data:
        rows, entries = (int(n) for n in numpy.fromfile(data, numpy.int64, 2))
        row = numpy.fromfile(data, numpy.int32, entries)
        col = numpy.fromfile(data, numpy.int32, entries)
        value = numpy.fromfile(data, numpy.float64, entries)
    triplets = scipy.sparse.coo_matrix((value, (row, col)), shape=(rows, rows))
    if task == "coo_to_csr":
        def convert():
            # tocsr sums duplicates and, for that, sorts; a matrix that looks sorted to it may not be.
            matrix = triplets.tocsr()
            matrix.sort_indices()
            return matrix
        seconds, result = median_seconds(convert)
        major, minor = numpy.repeat(numpy.arange(rows), numpy.diff(result.indptr)), result.indices
    else:
        by_rows = triplets.tocsr()
        by_rows.sort_indices()
        seconds, result = median_seconds(by_rows.tocsc)
        minor, major = numpy.repeat(numpy.arange(rows), numpy.diff(result.indptr)), result.indices
    checksum = float(numpy.sum(result.data * (major + 1.0) + 1e-3 * minor))
    print(json.dumps({"operation": "convert " + task, "problem": problem, "contender": "scipy", "threads": 1,
                      "seconds": [seconds], "bytes": 12 * int(result.nnz) + 4 * rows,
                      "checks": {"entries": int(result.nnz), "checksum": checksum}}))


main()
