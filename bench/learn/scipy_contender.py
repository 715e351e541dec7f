"""NumPy and SciPy, written well: scipy_contender.py TASK PROBLEM N P WAY. Exits with 77 where they are not installed.

Each case has one or more ways of writing it, which are contenders of their own: `expanded` is |x|^2 + |y|^2 - 2 x.y in place by
BLAS, `cdist` and `pdist` are scipy.spatial's loops, `cov` is numpy.cov, `eigh` is numpy.linalg's of the covariance, `svds` is
ARPACK's on X - 1 mean as a LinearOperator.
"""

import json
import sys
import time

try:
    import numpy
    import scipy.linalg
    import scipy.sparse.linalg
    import scipy.spatial.distance
except ImportError:
    sys.exit(77)


def samples(n, p):
    """As problem.hpp makes them."""
    i = numpy.arange(n, dtype=numpy.int64)[:, None]
    k = numpy.arange(p, dtype=numpy.int64)[None, :]
    q = (2003 * i + 7919 * k + 17) % 65521
    return q * q % 65521 * 48271 % 65521 / 65521 + 0.5


def expanded(x, y):
    d = x @ y.T
    d *= -2
    d += numpy.einsum("ij,ij->i", x, x)[:, None]
    d += numpy.einsum("ij,ij->i", y, y)[None, :]
    return numpy.maximum(d, 0, out=d)


def distances_expanded(x):
    d = expanded(x, x)
    return numpy.sqrt(d, out=d)[1, len(x) // 2]


def distances_cdist(x):
    return scipy.spatial.distance.cdist(x, x)[1, len(x) // 2]


def distances_pdist(x):
    return scipy.spatial.distance.squareform(scipy.spatial.distance.pdist(x))[1, len(x) // 2]


def pairs_expanded(x):
    return expanded(x, x[len(x) - len(x) // 2:])[1, len(x) // 4]


def pairs_cdist(x):
    return scipy.spatial.distance.cdist(x, x[len(x) - len(x) // 2:], "sqeuclidean")[1, len(x) // 4]


def gaussian(d, p):
    d *= -1 / p
    return numpy.exp(d, out=d)


def rbf_expanded(x):
    return gaussian(expanded(x, x), x.shape[1])[1, len(x) // 2]


def rbf_cdist(x):
    return gaussian(scipy.spatial.distance.cdist(x, x, "sqeuclidean"), x.shape[1])[1, len(x) // 2]


def gaussian_process(x, squared):
    """Rasmussen and Williams, Algorithm 2.1, without a copy and without a second pass where SciPy can do without."""
    n, p = x.shape
    y = numpy.sin(x.sum(axis=1))
    at = x * 0.75 + 0.25
    k = squared(x, x)
    k *= -0.5 / p
    numpy.exp(k, out=k)
    k.ravel()[:: n + 1] += 0.01
    factor = scipy.linalg.cho_factor(k.T, lower=True, overwrite_a=True, check_finite=False)
    alpha = scipy.linalg.cho_solve(factor, y, check_finite=False)
    ks = squared(at, x)
    ks *= -0.5 / p
    numpy.exp(ks, out=ks)
    mean = ks @ alpha
    v = scipy.linalg.solve_triangular(factor[0], ks.T, lower=True, overwrite_b=True, check_finite=False)
    variance = numpy.maximum(1 - numpy.einsum("ij,ij->j", v, v), 0)
    return mean.sum() + numpy.sqrt(variance).sum()


def process_expanded(x):
    return gaussian_process(x, expanded)


def process_cdist(x):
    return gaussian_process(x, lambda a, b: scipy.spatial.distance.cdist(a, b, "sqeuclidean"))


def zca_eigh(x):
    c = x - x.mean(0)
    values, vectors = numpy.linalg.eigh(c.T @ c / (len(c) - 1))
    transform = (vectors / numpy.sqrt(numpy.maximum(values, 0) + 1e-5)) @ vectors.T
    return numpy.trace(transform) + (c @ transform)[1, x.shape[1] // 2]


def sparse_samples(n, p):
    i = numpy.arange(n, dtype=numpy.int64)[:, None]
    e = numpy.arange(10, dtype=numpy.int64)[None, :]

    def entry(k):
        q = (2003 * i + 7919 * k + 17) % 65521
        return q * q % 65521 * 48271 % 65521 / 65521 + 0.5

    u = entry(13 * e + 5) - 0.5
    columns = (p * u * u * u).astype(numpy.int64)
    rows = numpy.broadcast_to(i, columns.shape)
    return scipy.sparse.coo_array((entry(e).ravel(), (rows.ravel(), columns.ravel())), shape=(n, p)).tocsr()


def pca_svds(x):
    n, p = x.shape
    mean = numpy.asarray(x.mean(0)).ravel()
    centered = scipy.sparse.linalg.LinearOperator(
        x.shape, matvec=lambda v: x @ v.ravel() - mean @ v.ravel(), rmatvec=lambda u: x.T @ u.ravel() - mean * u.sum(),
        dtype=float)
    s = scipy.sparse.linalg.svds(centered, k=min(20, min(n, p) // 2))[1]
    return (s * s).sum() / (x.multiply(x).sum() - n * (mean * mean).sum())


CASES = {
    "pairwise_distances": {"expanded": distances_expanded, "cdist": distances_cdist, "pdist": distances_pdist},
    "pairwise_distances_xy": {"expanded": pairs_expanded, "cdist": pairs_cdist},
    "rbf_kernel": {"expanded": rbf_expanded, "cdist": rbf_cdist},
    "covariance": {"cov": lambda x: numpy.trace(numpy.cov(x, rowvar=False))},
    "gaussian_process": {"expanded": process_expanded, "cdist": process_cdist},
    "zca_whiten": {"eigh": zca_eigh},
    "sparse_pca": {"svds": pca_svds},
}


def main():
    task, problem, n, p, way = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    call = CASES[task][way]
    x = sparse_samples(n, p) if task == "sparse_pca" else samples(n, p)
    start = time.perf_counter()
    check = call(x)
    first = time.perf_counter() - start
    times = [first]
    if first < 0.7:
        start = time.perf_counter()
        call(x)
        calls = max(1, int(0.02 / max(min(first, time.perf_counter() - start), 1e-7)))
        times = []
        while len(times) < 9 and sum(times) * calls < 1:
            start = time.perf_counter()
            for _ in range(calls):
                call(x)
            times.append((time.perf_counter() - start) / calls)
    print(json.dumps({"operation": "learn " + task, "problem": problem, "contender": "scipy " + way, "threads": 0,
                      "seconds": [sorted(times)[len(times) // 2]], "bytes": 0, "checks": {"check": float(check)}}))


main()
