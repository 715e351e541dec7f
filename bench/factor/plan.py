"""What bench/run.py does for this operation: analysis, factorization and one solve by one class of factorization.

Contenders are tamis by its own choice ("tamis") and by each ordering, the backends called directly by each ordering, Eigen and
SciPy. BENCH_FACTOR_LARGE=1 takes the problems of some hundred thousand unknowns instead, BENCH_FACTOR_PROBLEMS=a,b those whose
names contain a or b. Real matrices come from TAMIS_EXTRA_DATA where that is set.
"""

import os
import subprocess

TASKS = ["cholesky", "ldlt", "lu", "qr"]

SYMMETRIC = ["cholesky", "lu"]
# name: (kind, size, size with --small, tasks, whether Eigen and SciPy end within a minute)
PROBLEMS = {
    "poisson2d 300²": ("poisson2d", 300, 40, SYMMETRIC, True),
    "poisson3d 30³": ("poisson3d", 30, 10, SYMMETRIC, True),
    "elasticity3d 12³": ("elasticity3d", 12, 4, SYMMETRIC, True),
    "convection3d 20³": ("convection3d", 20, 8, ["lu"], True),
    "stokes2d 64²": ("stokes2d", 64, 12, ["ldlt", "lu"], True),
    "least squares 8000×4000": ("leastsquares", 4000, 400, ["qr"], False),
}
LARGE = {
    "poisson2d 1000²": ("poisson2d", 1000, 1000, ["cholesky"], True),
    "poisson3d 40³": ("poisson3d", 40, 40, ["cholesky"], True),
    "poisson3d 64³": ("poisson3d", 64, 64, ["cholesky"], False),
    "elasticity3d 20³": ("elasticity3d", 20, 20, ["cholesky"], True),
    "elasticity3d 30³": ("elasticity3d", 30, 30, ["cholesky"], False),
    "convection3d 32³": ("convection3d", 32, 32, ["lu"], True),
    "convection3d 64³": ("convection3d", 64, 64, ["lu"], False),
    "stokes2d 256²": ("stokes2d", 256, 256, ["ldlt", "lu"], True),
    "least squares 80000×40000": ("leastsquares", 40000, 40000, ["qr"], False),
}
REAL = {
    "add32": ["lu"], "memplus": ["lu"], "orsreg_1": ["lu"], "sherman5": ["lu"], "rajat19": ["lu"], "bayer10": ["lu"],
    "cavity14": ["lu"], "teko_nsjac": ["lu"], "BentPipe2D100": ["lu"], "basker_matrix1": ["lu"],
    "bcsstk16": ["cholesky"], "wathenSmall": ["cholesky"], "xpetra_A": ["cholesky"], "CONT-300_KKT": ["ldlt"],
    "well1033": ["qr"], "illc1850": ["qr"], "Franz6_id1959_aug": ["qr"],
}

VARIANTS = {
    "tamis": {"cholesky": ["automatic", "amd", "nested_dissection"], "ldlt": ["automatic"],
              "lu": ["automatic", "amd", "nested_dissection"], "qr": ["automatic", "colamd", "nested_dissection"]},
    "suitesparse": {"cholesky": ["amd", "metis"], "lu": ["amd", "metis", "klu"], "qr": ["colamd", "metis"]},
    "mumps": {"ldlt": ["metis", "amd"], "lu": ["metis", "amd"]},
    "eigen": {"cholesky": [""], "lu": [""]},
    "scipy": {"cholesky": [""], "ldlt": [""], "lu": [""]},
}
# KLU has no dense kernels: minutes on meshes of three dimensions.
KLU_SUITS = ("poisson2d 300²", "stokes2d 64²")

# The choices of tamis' orderings in the backends' words.
SAME = {"amd": "amd", "metis": "nested_dissection", "colamd": "colamd"}


def problems(small):
    chosen = dict(PROBLEMS)
    if os.environ.get("BENCH_FACTOR_LARGE") and not small:
        chosen = dict(LARGE)
    data = os.environ.get("TAMIS_EXTRA_DATA", "")
    if data and not small:
        for name, tasks in REAL.items():
            for ending in (".mtx", ".mtx.gz"):
                file = os.path.join(data, name + ending)
                if os.path.exists(file):
                    chosen[name] = (file, 0, 0, tasks, True)
    only = [part for part in os.environ.get("BENCH_FACTOR_PROBLEMS", "").split(",") if part]
    return {name: p for name, p in chosen.items() if not only or any(part in name for part in only)}


def prepare(programs, folder, small):
    """Generates what is not there yet; returns the arguments of the contenders for each problem."""
    arguments = {}
    for name, (kind, size, small_size, _, _) in problems(small).items():
        n = small_size if small else size
        file = os.path.join(folder, f"{os.path.basename(kind)}_{n}.bin")
        if not os.path.exists(file):
            subprocess.run([programs["generate"], kind, str(n), file], check=True)
        arguments[name] = [file]
    return arguments


def variants(contender, task, problem, small):
    """The last arguments with which a contender is called for this task and problem, one after the other."""
    _, size, _, tasks, peers_end = problems(small)[problem]
    if task not in tasks or (contender in ("eigen", "scipy") and not peers_end):
        return []
    names = VARIANTS.get(contender, {}).get(task, [])
    real = size == 0
    return [name for name in names if name != "klu" or real or problem in KLU_SUITS]


def at_least(_, theirs):
    """The ratio of times that is demanded of the automatic choice: every other choice of an ordering or a backend may be 10 %
    faster, other libraries not at all."""
    return 1.0 if theirs["contender"] in ("eigen", "scipy") else 1 / 1.1


def pair(theirs):
    """The own contender with the same ordering as a direct call, and the ratios of times and of peak memories demanded."""
    backend, _, choice = theirs["contender"].partition(" ")
    if backend not in ("cholmod", "umfpack", "spqr"):
        return None
    return "tamis " + SAME[choice], 1 / 1.05, 1 / 1.1
