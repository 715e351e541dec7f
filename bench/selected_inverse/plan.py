"""What bench/run.py does for this operation: the numeric factorization of an analysed pattern, and the entries of the inverse on
its pattern, which should cost about as much. No peer here has a selected inverse; the ratio that counts is that of the tasks."""

TASKS = ["factor", "selected_inverse", "inverse_diagonal"]

# name: (kind, size, size with --small)
PROBLEMS = {"poisson2d 500²": ("poisson2d", 500, 40), "poisson3d 40³": ("poisson3d", 40, 10)}


def prepare(programs, folder, small):
    """The arguments of the contender for each problem, which it generates itself."""
    del programs, folder
    return {name: [kind, str(small_size if small else size)] for name, (kind, size, small_size) in PROBLEMS.items()}
