#!/usr/bin/env python3
"""Checks who includes whom, and what the compiled sources must not do (docs/decisions/0001, 0008).

    check_layers.py [ROOT]       checks the tree; prints each violation and exits 1 if there is any
    check_layers.py --self-test  plants every kind of violation in a copy and checks that each is found
"""

import pathlib
import re
import sys
import tempfile

# The arrows: a layer may include itself and those named here.
ALLOWED = {
    "core": {"core"},
    "sparse": {"core", "sparse"},
    "dense": {"core", "dense"},
    "iterative": {"core", "sparse", "dense", "iterative"},
    "solve": {"core", "sparse", "dense", "iterative", "solve"},
    "learn": {"core", "sparse", "dense", "iterative", "solve", "learn"},
    "adjoint": {"core", "sparse", "dense", "iterative", "solve", "adjoint"},
}

# Optional components, each on top, with an umbrella of its own: include/tamis/NAME.hpp.
COMPONENTS = ("learn", "adjoint")

SUITESPARSE = r"(suitesparse/)?(SuiteSparse\w*|amd|btf|camd|ccolamd|colamd|cholmod\w*|klu\w*|umfpack\w*|metis|GKlib)\.(h|hpp)"
MUMPS = r"(mumps_seq/|mumps/)?([sdcz]?mumps\w*|mpi|mpif|elapse)\.h"
LAPACK = r"(openblas/)?(lapack\w*|lapacke?|cblas\w*|f77blas|openblas_config)\.h"
SPECTRA = r"Spectra/.*"
JSON = r"nlohmann/.*"
COMPRESSION = r"(zlib|zstd\w*|lzma|bzlib)\.h"
TERMINAL = r"(CLI/.*|fmt/.*)"
NUMBERS = r"fast_float/.*"

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def layer_of_source(path):
    """The layer that a file belongs to, by its path relative to the root; None where no rule applies."""
    parts = path.parts
    if parts[0] == "include":
        if len(parts) == 3:
            stem = parts[2].removesuffix(".hpp")
            return stem if stem in COMPONENTS else "solve"  # the front doors and the umbrella
        return parts[2] if len(parts) > 3 and parts[2] in ALLOWED else None
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 and parts[1] in ALLOWED else None
    return None


def layer_of_include(name):
    """The layer of an included file of ours; None for anything else."""
    parts = name.split("/")
    if parts[0] == "tamis":
        if len(parts) == 2:
            stem = parts[1].removesuffix(".hpp")
            return stem if stem in COMPONENTS else "solve"
        parts = parts[1:]
    return parts[0] if len(parts) > 1 and parts[0] in ALLOWED else None


def strip_comments(text):
    """Blanks comments and string literals, keeping the lines."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


# Eigen in compiled sources: naming it, and constructing the aliases. References and const references to Vector<T> cannot come
# in either, since a caller's object would have the caller's alignment.
EIGEN_USE = re.compile(r"\bEigen::|(?<![\w:])(?:tamis::)?(?:Vector|Matrix)<|\.eigen\(\)")

# A macro that is not defined is 0, without a word.
USES_BACKENDS = re.compile(r"\bTAMIS_WITH_(GPL|MUMPS)\b")


def violations(root):
    found = []

    def report(path, line, text):
        found.append(f"{path}:{line}: {text}")

    files = sorted(p for top in ("include", "src") for p in (root / top).rglob("*") if p.suffix in (".hpp", ".cpp", ".h", ".inl"))
    for file in files:
        path = file.relative_to(root)
        public = path.parts[0] == "include"
        cli = path.parts[:2] == ("src", "cli")
        layer = layer_of_source(path)
        text = file.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match.group(1)
            other = layer_of_include(name)
            if layer and other and other not in ALLOWED[layer]:
                report(path, number, f"{layer} must not include {other} ({name})")
            if cli and (other or name.startswith("tamis/")) and not name.startswith("tamis/"):
                report(path, number, f"the program uses public headers only ({name})")
            if re.fullmatch(SUITESPARSE, name) and path.parts[:3] != ("src", "sparse", "suitesparse"):
                report(path, number, f"SuiteSparse headers belong to src/sparse/suitesparse ({name})")
            if re.fullmatch(MUMPS, name) and path.parts[:3] != ("src", "sparse", "mumps"):
                report(path, number, f"MUMPS headers belong to src/sparse/mumps ({name})")
            if re.fullmatch(LAPACK, name) and path != pathlib.Path("src/dense/lapack.hpp"):
                report(path, number, f"LAPACK comes through src/dense/lapack.hpp ({name})")
            if public and re.fullmatch("|".join((SPECTRA, JSON, COMPRESSION, TERMINAL, NUMBERS)), name):
                report(path, number, f"a public header must not show {name}")
            if not cli and re.fullmatch("|".join((JSON, TERMINAL)), name):
                report(path, number, f"only the program uses {name}")
        if path.parts[0] == "src" and not cli:
            for number, line in enumerate(strip_comments(text).splitlines(), 1):
                if EIGEN_USE.search(line):
                    report(path, number, "compiled sources allocate no Eigen objects and call no Eigen functions: " + line.strip())
        if not cli and USES_BACKENDS.search(strip_comments(text)) and '#include "tamis_backends.hpp"' not in text:
            report(path, 1, 'asks which backends there are without including "tamis_backends.hpp"')
        # A file named "-" is standard output; nothing else in the library knows it.
        if not cli and path != pathlib.Path("src/sparse/matrix_market/sink.cpp"):
            for number, line in enumerate(strip_comments(text).splitlines(), 1):
                if re.search(r"\bstd::(cout|cerr|clog|abort|exit|terminate)\b|(?<![\w.:>])(?:std::)?(?:printf|puts|exit|abort)\(", line):
                    report(path, number, "the library never prints and never ends the process: " + line.strip())
    for file in sorted(p for p in (root / "tests").rglob("*") if p.suffix in (".hpp", ".cpp")):
        text = file.read_text(encoding="utf-8")
        if USES_BACKENDS.search(strip_comments(text)) and '#include "tamis_backends.hpp"' not in text:
            report(file.relative_to(root), 1, 'asks which backends there are without including "tamis_backends.hpp"')
    include = root / "include/tamis"
    umbrellas = {"tamis": [layer for layer in ALLOWED if layer not in COMPONENTS] + [""]} | {name: [name] for name in COMPONENTS}
    for stem, layers in umbrellas.items():
        umbrella = include / f"{stem}.hpp"
        text = umbrella.read_text(encoding="utf-8") if umbrella.exists() else ""
        for layer in layers if umbrella.exists() or stem in COMPONENTS else ():
            for header in sorted((include / layer).glob("**/*.hpp" if layer else "*.hpp")):
                name = header.relative_to(root / "include").as_posix()
                if header.stem not in umbrellas and f"#include <{name}>" not in text:
                    report(f"include/tamis/{stem}.hpp", 1, f"does not include {name}")
    return found


PLANTED = {
    "include/tamis/core/a.hpp": ("#include <tamis/sparse/csr.hpp>", "core must not include sparse"),
    "include/tamis/sparse/b.hpp": ("#include <tamis/dense/lu.hpp>", "sparse must not include dense"),
    "src/dense/c.cpp": ('#include "sparse/kernels/spmv.hpp"', "dense must not include sparse"),
    "src/dense/t.cpp": ("#include <tamis/factor.hpp>", "dense must not include solve"),
    "src/sparse/d.cpp": ("#include <tamis/solve.hpp>", "sparse must not include solve"),
    "src/iterative/e.cpp": ("#include <tamis/tamis.hpp>", "iterative must not include solve"),
    "src/sparse/f.cpp": ("#include <suitesparse/cholmod.h>", "SuiteSparse headers belong"),
    "src/core/g.cpp": ('#include "umfpack.h"', "SuiteSparse headers belong"),
    "src/sparse/suitesparse/t.cpp": ("#include <dmumps_c.h>", "MUMPS headers belong"),
    "src/sparse/u.cpp": ("#include <mumps_seq/mpi.h>", "MUMPS headers belong"),
    "src/dense/h.cpp": ("#include <lapacke.h>", "LAPACK comes through"),
    "include/tamis/sparse/i.hpp": ("#include <zstd.h>", "must not show"),
    "include/tamis/core/j.hpp": ("#include <nlohmann/json.hpp>", "must not show"),
    "src/sparse/k.cpp": ("#include <fmt/core.h>", "only the program uses"),
    "src/cli/l.cpp": ('#include "core/parallel.hpp"', "public headers only"),
    "src/sparse/ad.cpp": ("#if TAMIS_WITH_GPL\n#endif", "without including"),
    "tests/sparse/ae_test.cpp": ("bool b = TAMIS_WITH_MUMPS;", "without including"),
    "src/sparse/m.cpp": ("void f() { Eigen::VectorXd v(3); }", "no Eigen objects"),
    "src/sparse/n.cpp": ("void f() { Vector<double> v(3); }", "no Eigen objects"),
    "src/dense/o.cpp": ("void f() { tamis::Matrix<double> v(3, 3); }", "no Eigen objects"),
    "src/solve/p.cpp": ("void f() { std::cerr << 1; }", "never prints"),
    "src/core/q.cpp": ("void f() { std::abort(); }", "never ends the process"),
    "include/tamis/dense/s.hpp": ("#pragma once", "does not include tamis/dense/s.hpp"),
    "include/tamis/iterative/r.hpp": ("#include <Spectra/SymEigsSolver.h>", "must not show"),
    "include/tamis/iterative/krylov/v.hpp": ("#pragma once", "does not include tamis/iterative/krylov/v.hpp"),
    "include/tamis/sparse/w.hpp": ("#include <tamis/iterative/krylov/cg.hpp>", "sparse must not include iterative"),
    "include/tamis/learn/y.hpp": ("#pragma once", "does not include tamis/learn/y.hpp"),
    "src/solve/z.cpp": ("#include <tamis/learn/pca.hpp>", "solve must not include learn"),
    "src/dense/aa.cpp": ("#include <tamis/adjoint.hpp>", "dense must not include adjoint"),
    "src/learn/ab.cpp": ("#include <tamis/adjoint/solve.hpp>", "learn must not include adjoint"),
    "include/tamis/adjoint/ac.hpp": ("#include <tamis/learn.hpp>", "adjoint must not include learn"),
    "src/iterative/krylov/x.cpp": ("#include <tamis/solve.hpp>", "iterative must not include solve"),
}

HARMLESS = {
    "src/sparse/suitesparse/a.cpp": "#include <cholmod.h>\nvoid f(VectorView<const double> x);\n",
    "src/sparse/mumps/a.cpp": "#include <zmumps_c.h>\n#include \"sparse/suitesparse/backend.hpp\"\n",
    "src/sparse/b.cpp": "// Eigen::Map is what a caller would use; std::cout too\nstd::vector<double> v; auto s = \"Eigen::\";\n",
    "src/cli/c.cpp": "#include <tamis/tamis.hpp>\n#include <fmt/core.h>\nvoid f() { Eigen::VectorXd v(3); std::cout << 1; }\n",
    "src/solve/d.cpp": "#include <tamis/solve.hpp>\n#include \"sparse/suitesparse/cholmod.hpp\"\n",
    "include/tamis/core/e.hpp": "#include <Eigen/Core>\ntemplate <class T> Vector<T> f();\n",
    "src/dense/lapack.hpp": "#include <lapack.h>\n",
    "include/tamis/tamis.hpp": "#include <tamis/core/e.hpp>\n",
    "include/tamis/learn.hpp": "#include <tamis/tamis.hpp>\n#include <tamis/learn/d.hpp>\n",
    "include/tamis/learn/d.hpp": "#include <tamis/dense/svd.hpp>\n",
}


def self_test():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)

        def write(name, text):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text + "\n", encoding="utf-8")

        for name, text in HARMLESS.items():
            write(name, text)
        failures += [f"wrongly reported: {v}" for v in violations(root)]
        for name, (text, expected) in PLANTED.items():
            write(name, text)
            found = [v for v in violations(root) if v.startswith((name + ":", *(f"include/tamis/{u}.hpp:" for u in ("tamis", *COMPONENTS))))]
            if not any(expected in v for v in found):
                failures.append(f"not found: {name}: {text}")
            (root / name).unlink()
    for failure in failures:
        print(failure)
    print(f"{len(PLANTED)} planted violations, {len(HARMLESS)} harmless files, {len(failures)} mistakes")
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = violations(root)
    for violation in found:
        print(violation)
    print(f"{len(found)} violations of the layers" if found else "the layers are kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
