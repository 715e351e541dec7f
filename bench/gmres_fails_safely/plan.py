"""What bench/run.py does for this operation, which is about truth and not about time: every iterative method on systems that
it may not be able to solve; no claim of convergence may be false. Real matrices come from TAMIS_EXTRA_DATA where that is set.
"""

import os

TASKS = ["double", "float", "complex"]


def prepare(_, __, small):
    problems = {"nasty": []}
    data = os.environ.get("TAMIS_EXTRA_DATA", "")
    if data and not small:
        problems["real"] = [data]
    return problems


def at_most(_):
    return {"false claims": 0}
