"""What bench/run.py does for this operation: which tasks, on which problems, by which contenders.

BENCH_MULTIPLY_PROBLEMS=poisson2d,banded and BENCH_MULTIPLY_TASKS=Ax,ATx:all choose some of them.
"""

import os
import subprocess

PRODUCTS = ["Ax", "tuned", "ATx", "AX_row", "AX_col"]
TASKS = [f"{product}:{threads}" for product in PRODUCTS for threads in ("1", "all")]
if "BENCH_MULTIPLY_TASKS" in os.environ:
    CHOSEN = os.environ["BENCH_MULTIPLY_TASKS"].split(",")
    TASKS = [task for task in TASKS if task in CHOSEN or task.split(":")[0] in CHOSEN]

# name: (kind, size, size with --small)
PROBLEMS = {
    "poisson2d": ("poisson2d", 1000, 50),
    "poisson3d": ("poisson3d", 100, 15),
    "poisson3d_constant": ("poisson3d_constant", 100, 15),
    "elasticity3d": ("elasticity3d", 32, 6),
    "powerlaw": ("powerlaw", 20, 10),
    "uniform": ("uniform", 1 << 20, 3000),
    "banded": ("banded", 500_000, 3000),
    # within the caches
    "poisson2d_small": ("poisson2d", 60, 10),
    "poisson3d_small": ("poisson3d", 30, 6),
}
# Real ones with more than 10⁵ entries, from TAMIS_EXTRA_DATA.
REAL = ["teko_nsjac", "basker_matrix1", "rail_79841_A", "BOYD1_A", "CONT-300_KKT", "bcsstk16"]

SHORT_ROWS = ["poisson2d", "poisson3d"]
LARGE_REGULAR = ["poisson2d", "poisson3d", "elasticity3d", "banded"]
LIMITS = ["read", "ahead", "triad"]


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    problems = {name: (kind, small_size if small else size) for name, (kind, size, small_size) in PROBLEMS.items()}
    extra = os.environ.get("TAMIS_EXTRA_DATA")
    if extra and not small:
        for name in REAL:
            path = os.path.join(extra, name + ".mtx.gz")
            if os.path.exists(path):
                problems[name] = (path, 0)
    chosen = os.environ.get("BENCH_MULTIPLY_PROBLEMS")
    arguments = {}
    for name, (kind, n) in problems.items():
        if chosen and name not in chosen.split(","):
            continue
        file = os.path.join(folder, f"{name}_{n}.csr")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file]
    return arguments


def variants(contender, task, problem, small):
    return LIMITS if contender == "machine" else [None]


def at_least(ours, theirs):
    """What is demanded: of the peers by the product, of the machine the share of the bandwidth."""
    product, threads = ours["operation"].split(", ")
    contender, problem = theirs["contender"], ours["problem"]
    several = threads == "all threads" and ours["threads"] > 1
    if contender.startswith("machine"):
        large = problem in LARGE_REGULAR and ours["bytes"] > 50_000_000
        return 0.9 if contender == "machine_read" and product == "Ax" and several and large else None
    if contender == "loop":
        # The loop of AX_col is the row-major one.
        return {"AX_row": 1.0, "AX_col": 0.8}.get(product)
    if product == "tuned":
        if contender == "tamis_plain":
            return 0.95  # the same layout may have been kept
        if problem in SHORT_ROWS:
            return 1.5 if several else 1.4
        return (1.3 if several else 1.4) if problem == "elasticity3d" else 1.0
    if product == "Ax":
        return 1.2 if problem in SHORT_ROWS and not several else 1.0
    if product == "ATx":
        return 1.7 if several else 1.0
    return 1.0
