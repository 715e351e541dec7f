"""What bench/run.py does for this operation: the cost of an iteration of Krylov methods, in solves of a fixed number of
iterations, and solves to a relative residual of 1e-8.

BENCH_KRYLOV_TASKS=cg_jacobi,gmres:solve and BENCH_KRYLOV_PROBLEMS=a,b choose some of them.
"""

import os
import subprocess

ITERATIONS = {"cg_jacobi": 200, "cg": 200, "minres": 200, "gmres": 90, "bicgstab": 100}
SYMMETRIC = ["cg_jacobi", "cg", "minres"]
UNSYMMETRIC = ["gmres", "bicgstab"]
TASKS = [f"{method}:{count}" for method, count in ITERATIONS.items()] + ["cg_jacobi:solve", "gmres:solve", "bicgstab:solve"]

# name: (kind, size, size with --small, methods, methods of solves)
PROBLEMS = {
    "poisson2d 1000²": ("poisson2d", 1000, 40, SYMMETRIC, []),
    "poisson3d 100³": ("poisson3d", 100, 12, SYMMETRIC, ["cg_jacobi"]),
    "convection3d 64³": ("convection3d", 64, 12, UNSYMMETRIC, UNSYMMETRIC),
}
# The share of the machine's limit that is demanded of cg with a diagonal preconditioner.
SHARE_OF_LIMIT = 0.95

real_size = True


def chosen(variable, name):
    only = [part for part in os.environ.get(variable, "").split(",") if part]
    return not only or any(name.startswith(part) for part in only)


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    global real_size
    real_size = not small
    arguments = {}
    for name, (kind, size, small_size, _, _) in PROBLEMS.items():
        if not chosen("BENCH_KRYLOV_PROBLEMS", name):
            continue
        n = small_size if small else size
        file = os.path.join(folder, f"krylov_{kind}_{n}.csr")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file]
    return arguments


def variants(contender, task, problem, small):
    """One run, or none where a method is not for the problem."""
    method, what = task.split(":")
    _, _, _, iterated, solved = PROBLEMS[problem]
    if method not in (solved if what == "solve" else iterated) or not chosen("BENCH_KRYLOV_TASKS", task):
        return []
    if contender == "machine" and (method != "cg_jacobi" or what == "solve"):
        return []
    return [None]


def at_least(_, theirs):
    if not real_size:
        return None
    return SHARE_OF_LIMIT if theirs["contender"] == "machine" else 1.0
