"""What bench/run.py does for this operation: patterns of machine learning in double precision, n samples of p features.

The data of sparse_pca are sparse, 0.1 % of them stored, and 20 components are taken; beside the data it is allowed four times
the numbers of these components and of the samples' coordinates.

Contenders are tamis, and NumPy and SciPy in each way that one would write the case (scipy_contender.py). BENCH_LEARN_SIZES=
2000x10,5000x50 takes these n×p, BENCH_LEARN_TASKS=covariance these tasks; --threads of bench/run.py gives the threads.
"""

import os

# The ways of scipy_contender.py; tamis has one.
WAYS = {
    "pairwise_distances": ["expanded", "cdist", "pdist"],
    "pairwise_distances_xy": ["expanded", "cdist"],
    "rbf_kernel": ["expanded", "cdist"],
    "covariance": ["cov"],
    "gaussian_process": ["expanded", "cdist"],
    "gaussian_process_sparse": [],  # SciPy has no sparse Cholesky factorization
    "zca_whiten": ["eigh"],
    "sparse_pca": ["svds"],
}
# Tasks that are not for all sizes: {task: [sizes]}.
SIZES_OF = {"gaussian_process": ["2000x10", "2000x50"], "gaussian_process_sparse": ["100000x2"],
            "zca_whiten": ["5000x100", "5000x200", "5000x500"], "sparse_pca": ["100000x10000"]}

TASKS = [task for task in os.environ.get("BENCH_LEARN_TASKS", ",".join(WAYS)).split(",") if task in WAYS]
SIZES = ["2000x10", "2000x50", "2000x200", "5000x10", "5000x50", "5000x200"]
SMALL = ["300x10", "300x50"]


def prepare(programs, folder, small):
    chosen = os.environ.get("BENCH_LEARN_SIZES", "")
    sizes = chosen.split(",") if chosen else (SMALL if small else SIZES)
    sizes = sizes + [size for task in TASKS for size in SIZES_OF.get(task, []) if not small and not chosen and size not in sizes]
    sizes = list(dict.fromkeys(sizes))
    return {f"n x p = {size}": size.split("x") for size in sizes}


def variants(contender, task, problem, small):
    """One run for tamis, one for each way of SciPy; none where a task is for other sizes."""
    size = problem.split()[-1]
    if not small and size not in SIZES_OF.get(task, [size] if size in SIZES else []) and not os.environ.get("BENCH_LEARN_SIZES"):
        return []
    return [None] if contender == "tamis" else WAYS[task]


def at_most(ours):
    if ours["operation"] != "learn sparse_pca":
        return {}
    n, p = (int(side) for side in ours["problem"].split()[-1].split("x"))
    return {"peak_bytes": max(4 * (n + p) * 20 * 8, 20e6)}
