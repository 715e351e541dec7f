"""What bench/run.py does for this operation: the adjoint of a sparse solve against the forward solve with the same cached factor.
No peer here differentiates one; what is demanded is a share: (adjoint - one pass over the pattern) / forward solve."""

TASKS = ["cholesky", "lu"]
MOST = 1.2

# name: (kind, size, size with --small)
PROBLEMS = {"poisson2d 1000²": ("poisson2d", 1000, 60), "convection2d 500²": ("convection2d", 500, 40)}

real_size = True


def prepare(programs, folder, small):
    """The arguments of the contender for each problem, which it generates itself."""
    del programs, folder
    globals()["real_size"] = not small
    return {name: [kind, str(small_size if small else size)] for name, (kind, size, small_size) in PROBLEMS.items()}


def variants(contender, task, problem, small):
    """Cholesky for the symmetric problem, LU for the other."""
    del contender, small
    return [None] if (task == "cholesky") == problem.startswith("poisson") else []


def at_most(ours):
    """Small problems are over before a clock can tell."""
    del ours
    return {"share": MOST} if real_size else {}
