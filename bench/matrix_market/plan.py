"""What bench/run.py does for this operation: which tasks, on which problems, by which contenders."""

import os
import subprocess

TASKS = ["read", "write"]

# name: (kind, size, size with --small)
PROBLEMS = {
    "poisson3d": ("poisson3d", 100, 30),
    "powerlaw": ("powerlaw", 17, 13),
    "elasticity3d": ("elasticity3d", 30, 10),
}


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    arguments = {}
    for name, (kind, size, small_size) in PROBLEMS.items():
        n = small_size if small else size
        file = os.path.join(folder, f"{kind}_{n}.mtx")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file, os.path.join(folder, "scratch.mtx")]
    return arguments
