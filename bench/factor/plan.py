"""What bench/run.py does for this operation: analysis, factorization and one solve. BENCH_FACTOR_LARGE=1 adds problems of some
hundred thousand unknowns, which take Eigen and SciPy minutes."""

import os
import subprocess

TASKS = ["cholesky", "lu"]

# name: (kind, size, size with --small, symmetry)
PROBLEMS = {
    "poisson2d 300²": ("poisson2d", 300, 40, "symmetric"),
    "poisson3d 30³": ("poisson3d", 30, 10, "symmetric"),
    "elasticity3d 12³": ("elasticity3d", 12, 4, "symmetric"),
    "convection3d 20³": ("convection3d", 20, 8, "unsymmetric"),
}
LARGE = {
    "poisson2d 1000²": ("poisson2d", 1000, 1000, "symmetric"),
    "poisson3d 40³": ("poisson3d", 40, 40, "symmetric"),
    "elasticity3d 20³": ("elasticity3d", 20, 20, "symmetric"),
    "convection3d 32³": ("convection3d", 32, 32, "unsymmetric"),
}


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    problems = dict(PROBLEMS)
    if os.environ.get("BENCH_FACTOR_LARGE") and not small:
        problems.update(LARGE)
    arguments = {}
    for name, (kind, size, small_size, symmetry) in problems.items():
        n = small_size if small else size
        file = os.path.join(folder, f"{kind}_{n}.bin")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file, symmetry]
    return arguments
