"""What bench/run.py does for this operation: set-up and solution of large systems to a true relative residual of 1e-8.

BENCH_AMG_PROBLEMS=a,b takes only the problems whose names contain a or b, BENCH_AMG_CONTENDERS=a,b only those contenders
beside tamis.
"""

import os
import subprocess

TASKS = ["solve"]
# Large pages from malloc (glibc) for all: the first touch of small ones would be most of some peers' set-up, and tamis asks for
# large ones by itself.
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

# name: (kind of matrix, size, size with --small, kind of problem, the ratio of times demanded of tamis)
PROBLEMS = {
    "poisson3d 100³": ("poisson3d", 100, 16, "elliptic3d", 1 / 0.8),
    "poisson2d 1000²": ("poisson2d", 1000, 60, "elliptic2d", 1 / 0.8),
    "jumps3d 100³": ("jumps3d", 100, 20, "elliptic3d", 1 / 0.9),
    "elasticity3d 40³": ("elasticity3d", 40, 6, "elasticity", 1 / 0.8),
    "convection3d 64³": ("convection3d", 64, 12, "convection", 1.0),
    "power law 2^18": ("powerlaw", 18, 10, "graph", 1.0),
}
# Nothing is demanded with --small.
real_size = True
# Of tamis: bytes of the preconditioner over those of the matrix.
MEMORY = 1.5

VARIANTS = {
    "tamis": {"elliptic2d": [""], "elliptic3d": [""], "elasticity": [""], "convection": [""], "graph": [""]},
    "amgcl": {"elliptic2d": ["sa-gs", "sa-spai0", "sa-spai0-float"], "elliptic3d": ["sa-gs", "sa-spai0", "sa-spai0-float"],
              "elasticity": ["sa-gs"], "convection": ["ilu0", "sa-spai0"], "graph": ["jacobi", "sa-spai0"]},
    "hypre": {"elliptic2d": ["hmis"], "elliptic3d": ["hmis"], "elasticity": ["hmis"], "convection": ["hmis"],
              "graph": ["jacobi"]},
    "petsc": {"elliptic2d": ["gamg", "icc"], "elliptic3d": ["gamg", "icc"], "elasticity": ["gamg", "icc"],
              "convection": ["ilu"], "graph": ["jacobi"]},
    "eigen": {"elliptic2d": ["ic"], "elliptic3d": ["jacobi", "ic"], "elasticity": ["ic"],
              "convection": ["jacobi"], "graph": ["jacobi"]},
    "scipy": {"elliptic3d": [""], "convection": [""], "graph": [""]},
}
# They take minutes there.
TOO_SLOW = {"jumps3d 100³": ["eigen", "scipy", "petsc icc"], "poisson2d 1000²": ["eigen", "petsc icc"]}


def chosen(variable, name):
    only = [part for part in os.environ.get(variable, "").split(",") if part]
    return not only or any(part in name for part in only)


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    global real_size
    real_size = not small
    arguments = {}
    for name, (kind, size, small_size, method, _) in PROBLEMS.items():
        if not chosen("BENCH_AMG_PROBLEMS", name):
            continue
        n = small_size if small else size
        file = os.path.join(folder, f"amg_{kind}_{n}.csr")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file, method]
    return arguments


def variants(contender, task, problem, small):
    """The last arguments with which a contender is called for this problem, one after the other."""
    if contender != "tamis" and not chosen("BENCH_AMG_CONTENDERS", contender):
        return []
    left_out = [] if small else TOO_SLOW.get(problem, [])
    names = VARIANTS.get(contender, {}).get(PROBLEMS[problem][3], [])
    return [name for name in names if contender not in left_out and f"{contender} {name}" not in left_out]


def at_least(ours, _):
    return PROBLEMS[ours["problem"]][4] if real_size else None


def at_most(ours):
    """What is demanded of a measurement of ours by itself."""
    return {"memory": MEMORY} if real_size and ours["choice"].startswith("Amg") else {}
