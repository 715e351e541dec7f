"""What bench/run.py does for this operation: functions of dense matrices of several orders in double precision.

Contenders are tamis, the LAPACK routine itself, Eigen, and NumPy or SciPy, whichever is quicker. BENCH_DENSE_ORDERS=16,200 takes
these orders, BENCH_DENSE_TASKS=solve,qr these tasks; --threads of bench/run.py gives the threads.
"""

import os

ALL = ["solve", "cholesky", "inverse", "qr", "svd", "eigh", "eig", "schur", "expm"]
TASKS = [task for task in os.environ.get("BENCH_DENSE_TASKS", ",".join(ALL)).split(",") if task in ALL]
ORDERS = [4, 16, 64, 200, 1000, 2000]
SMALL = [4, 16, 64, 200]
# Minutes, and known to be no contender there.
EIGEN_ENDS_AT = {"svd": 1000, "eig": 1000, "schur": 1000}


def prepare(programs, folder, small):
    chosen = os.environ.get("BENCH_DENSE_ORDERS", "")
    orders = [int(n) for n in chosen.split(",")] if chosen else (SMALL if small else ORDERS)
    return {f"n = {n}": [str(n)] for n in orders}


def variants(contender, task, problem, small):
    """No further argument, and no run at all where a contender has nothing for the task."""
    n = int(problem.split()[-1])
    if contender == "lapack" and task == "expm":
        return []
    if contender == "eigen" and n > EIGEN_ENDS_AT.get(task, n):
        return []
    return [None]


def at_least(_, theirs):
    """Within 3 % of the direct call for large matrices; small ones cost at most half as much again."""
    if theirs["contender"] != "lapack":
        return 1.0
    return 1 / 1.03 if int(theirs["problem"].split()[-1]) >= 1000 else 1 / 1.5
