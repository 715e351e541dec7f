"""What bench/run.py does for this operation: shuffled triplets to compressed rows, and compressed rows to columns."""

import os
import subprocess

TASKS = ["coo_to_csr", "csr_to_csc"]

# name: (kind, size, size with --small)
PROBLEMS = {
    "poisson2d 1000²": ("poisson2d", 1000, 100),
    "poisson3d 100³": ("poisson3d", 100, 20),
    "elasticity3d 30³": ("elasticity3d", 30, 8),
    "uniform 10⁶": ("uniform", 1000000, 10000),
}


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    arguments = {}
    for name, (kind, size, small_size) in PROBLEMS.items():
        n = small_size if small else size
        file = os.path.join(folder, f"convert_{kind}_{n}.bin")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file]
    return arguments


def at_least(ours, theirs):
    """The ratio of times that is demanded: more with more than one thread. A copy of the result is shown for comparison only."""
    if theirs["contender"] == "(a copy)":
        return None
    if ours["operation"].endswith("coo_to_csr"):
        return 2.5 if ours["threads"] > 1 else 1.5
    return 1.7 if ours["threads"] > 1 else 1.0
