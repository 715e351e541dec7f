"""What bench/run.py does for this operation: ten eigenpairs (singular triplets) to residuals of 1e-8 ‖A‖.

BENCH_EIGEN_PROBLEMS=a,b takes only the problems whose names contain a or b, BENCH_EIGEN_CONTENDERS=a,b only those contenders
beside tamis. "solved" also means that none of the known values is missing; "claims" is what the contender itself said.
"""

import os
import subprocess

TASKS = ["pairs"]
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

# name: (kind of matrix, size, size with --small, end, the ratio of times demanded of tamis)
PROBLEMS = {
    "smallest, poisson3d 64³": ("poisson3d", 64, 12, "smallest", 1 / 0.7),
    "smallest, poisson2d 300²": ("poisson2d", 300, 30, "smallest", 1 / 0.8),
    "largest, poisson3d 64³": ("poisson3d", 64, 12, "largest", 1 / 0.8),
    "largest, poisson2d 300²": ("poisson2d", 300, 30, "largest", None),
    "largest, power law 2^18": ("powerlaw", 18, 10, "largest", 1 / 0.8),
    "smallest, power law 2^18": ("powerlaw", 18, 10, "smallest", 1 / 0.8),
    "largest, random 200000": ("random", 200000, 2000, "largest", 1 / 0.8),
    "singular, terms 200000": ("terms", 200000, 2000, "singular", 1 / 0.9),
}
real_size = True

# By end and kind: what a user who knows the library would call.
VARIANTS = {
    "tamis": {"": [""]},
    "primme": {"smallest poisson3d": ["amg", "plain"], "smallest poisson2d": ["amg"], "smallest powerlaw": ["jacobi"],
               "largest": ["plain"], "singular": ["plain"]},
    "slepc": {"smallest poisson3d": ["gd-gamg"], "smallest poisson2d": ["sinvert"], "largest": ["krylovschur"], "singular": ["trlanczos"]},
    "spectra": {"smallest poisson3d": ["plain"], "smallest poisson2d": ["shift"], "largest": ["plain"]},
    "scipy": {"smallest poisson3d": ["plain"], "smallest poisson2d": ["sigma"], "largest": ["plain"], "singular": ["plain"]},
}


def chosen(variable, name):
    only = [part for part in os.environ.get(variable, "").split(",") if part]
    return not only or any(part in name for part in only)


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    global real_size
    real_size = not small
    arguments = {}
    for name, (kind, size, small_size, end, _) in PROBLEMS.items():
        if not chosen("BENCH_EIGEN_PROBLEMS", name):
            continue
        n = small_size if small else size
        file = os.path.join(folder, f"eigen_{kind}_{n}.csr")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file, f"{kind}:{n}", end]
    return arguments


def variants(contender, task, problem, small):
    """The last arguments with which a contender is called for this problem, one after the other."""
    if contender != "tamis" and not chosen("BENCH_EIGEN_CONTENDERS", contender):
        return []
    kind, _, _, end, _ = PROBLEMS[problem]
    known = VARIANTS.get(contender, {})
    for key in (f"{end} {kind}", end, ""):
        if key in known:
            return known[key]
    return []


def at_least(ours, _):
    return PROBLEMS[ours["problem"]][4] if real_size else None
